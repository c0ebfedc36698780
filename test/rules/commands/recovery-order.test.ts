import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { ping, recvBitmap, resume } from '../../build/elements.js';
import { ASKED, recovery, RESUMED_ANSWERS, REST } from '../captures.js';
import { judgeCapture } from '../harness.js';

const about = async (resumed: Buffer): Promise<unknown[]> =>
  (await judgeCapture(recovery({ resumed, answers: RESUMED_ANSWERS })))
    .filter(({ rule }) => rule === 'recovery-order')
    .map(({ severity, channel, offset }) => [severity, channel, offset]);

const RAM = recvBitmap('pc.ram');

describe('recovery-order', () => {
  it.each([
    ['RESUME without a bitmap of every block', join(RAM, resume(), REST), RAM.length],
    ['a section before RESUME', join(ASKED, REST), ASKED.length],
    ['another command before RESUME', join(ASKED, ping(5), resume(), REST), ASKED.length],
    ['RECV_BITMAP behind RESUME', join(ASKED, resume(), RAM, REST), ASKED.length + resume().length],
  ])('names %s', async (_, resumed, offset) => {
    expect(await about(resumed)).toEqual([['error', 'channel-01.bin', offset]]);
  });

  it('is silent about bitmaps, RESUME, sections', async () => {
    expect(await about(join(ASKED, resume(), REST))).toEqual([]);
  });
});
