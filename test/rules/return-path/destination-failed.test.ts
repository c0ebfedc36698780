import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { pong, preempt, request, shut } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { postcopy } from '../streams.js';

const FAILED = join(pong(1), pong(2), pong(4), pong(3), request(0x2000, 'pc.ram'), shut(1));

describe('destination-failed', () => {
  it('names SHUT', async () => {
    expect(brief(await judgeCapture(preempt({ answers: FAILED })))).toEqual([
      ['destination-failed', 'error', 'return-path.bin', FAILED.length - 8],
    ]);
  });

  it('follows from what is wrong with the stream', async () => {
    const files = preempt({ answers: FAILED });
    const cut = files['main.bin']!.subarray(0, postcopy().at('end') + 3);
    const findings = await judgeCapture({ ...files, 'main.bin': cut });
    expect(findings.map(({ rule }) => rule)).toEqual(['truncated']);
    expect(findings[0]!.related).toContainEqual(expect.objectContaining({ channel: 'return-path.bin' }));
  });

  it('is silent about SHUT 0', async () => {
    expect(await judgeCapture(preempt())).toEqual([]);
  });
});
