/** Large inputs are read by two threads of the built program. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { join, noise } from './build/bytes.js';
import { configuration, end, eof, header, part, RAM, start, vmdesc } from './build/elements.js';
import { vmdescText } from './build/device.js';
import { eos, memSize, page } from './build/ram.js';
import { run } from './cli/run.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-worker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PAGE = 0x1000;
const COUNT = 2200;

function put(name: string, changed?: number): string {
  const contents = noise(PAGE, 1);
  const pages = Array.from({ length: COUNT }, (_, i) => {
    const own = Buffer.from(contents);
    own.writeUInt32BE(i === changed ? COUNT : i);
    return page(i * PAGE, own, i === 0 ? 'ram' : undefined);
  });
  const path = joinPath(folder, name);
  writeFileSync(
    path,
    join(
      header(),
      configuration('pc'),
      start(RAM, join(memSize([{ name: 'ram', usedLength: COUNT * PAGE }]), eos())),
      part(RAM.id, join(...pages, eos())),
      end(RAM.id, eos()),
      eof(),
      vmdesc(vmdescText([])),
    ),
  );
  return path;
}

const small = (name: string): string => {
  const path = joinPath(folder, name);
  // Long enough to be worth a thread, and no stream.
  writeFileSync(path, Buffer.alloc(9 << 20, 0x55));
  return path;
};

describe('two large inputs', () => {
  const [a, b] = [put('a'), put('b', 1500)];

  it('are compared as small ones are', () => {
    const { output, code } = run(`migscope diff ${a} ${b} --format json`);
    expect(code).toBe(1);
    const { ram } = JSON.parse(output) as { ram: { blocks: object[] } };
    expect(ram.blocks).toMatchObject([
      { name: 'ram', pagesCompared: COUNT, pagesDiffer: 1, ranges: [[1500 * PAGE, PAGE]] },
    ]);
    expect(run(`migscope diff ${a} ${a}`).code).toBe(0);
    expect(run(`migscope diff - ${a} < ${a}`).code).toBe(0);
  });

  it('are refused with the same words whichever thread met them', () => {
    const wrong = small('wrong');
    const [first, second] = [run(`migscope diff ${wrong} ${a}`), run(`migscope diff ${a} ${wrong}`)];
    expect(first.code).toBe(3);
    expect(first.output).toMatch(/^migscope: .*wrong/);
    expect(second).toEqual(first);
  });
});
