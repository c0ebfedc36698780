import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import wabt from 'wabt';
import { PAGE_HASH_MODULE } from '../../src/bytes/page-hash-module.js';

const SRC = join(import.meta.dirname, '../../src/bytes');
const WIDTH = 136;

it('page-hash-module.ts is what page-hash.wat says', async () => {
  const { parseWat } = await wabt();
  const module = parseWat('page-hash.wat', readFileSync(join(SRC, 'page-hash.wat')));
  module.validate();
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64');
  const path = join(SRC, 'page-hash-module.ts');
  if (process.env.UPDATE) {
    const lines = base64.match(new RegExp(`.{1,${WIDTH}}`, 'g'))!.map((line) => `  '${line}',\n`);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/\[\n[^]*\n\]/, `[\n${lines.join('')}]`));
  } else expect(PAGE_HASH_MODULE).toBe(base64);
});
