import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { openReturnPath, ping } from '../../build/elements.js';
import { pong, preempt, request, shut } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { precopy } from '../streams.js';

describe('page-request-without-postcopy', () => {
  it('names the first request', async () => {
    const files = {
      'main.bin': precopy({ opening: join(openReturnPath(), ping(1)) }).bytes,
      'return-path.bin': join(pong(1), request(0, 'pc.ram'), request(0x1000), shut()),
    };
    expect(brief(await judgeCapture(files))).toEqual([
      ['page-request-without-postcopy', 'warning', 'return-path.bin', 8],
    ]);
  });

  it('is silent in postcopy', async () => {
    expect(await judgeCapture(preempt())).toEqual([]);
  });
});
