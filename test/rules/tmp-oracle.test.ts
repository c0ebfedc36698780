import { readFileSync, writeFileSync } from 'node:fs';
import { it } from 'vitest';
import { readFixture } from '../fixtures.js';
import { Mutator } from '../build/mutate.js';
import { judgeStream } from './harness.js';
it('all', async () => {
  const oracle = JSON.parse(readFileSync('/tmp/rules-main/oracle.json', 'utf8')) as [string, number, string, string][];
  const m = await Mutator.of(readFixture('11.1-x86_64-precopy-stopped-exec'));
  const out: string[] = [];
  for (const [name, bytes, verdict, text] of oracle) {
    let b: Buffer;
    try { b = m.make(name); } catch (e) { out.push(`MAKE ${name} ${(e as Error).message}`); continue; }
    if (b.length !== bytes) out.push(`BYTES ${name} ${b.length} ${bytes}`);
    let f;
    try { f = await judgeStream(b); } catch (e) { f = [{ severity: 'error', rule: 'input', message: (e as Error).message }]; if (!(e as Error).name.includes('Input')) f = [{ severity: 'error', rule: 'CRASH', message: (e as Error).stack! }]; }
    const err = f.some((x) => x.severity === 'error');
    const bad = err === (verdict === 'accept');
    out.push(`${bad ? (err ? 'ALARM' : 'MISS ') : 'ok   '} ${verdict} | ${name} | ${f.map((x) => x.severity[0] + ' ' + x.rule + ': ' + x.message).join(' ;; ')}${bad ? ' | ' + text : ''}`);
  }
  writeFileSync('/tmp/rules-main/oracle.txt', out.join('\n'));
}, 100000);
