import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { ANSWERS, preempt, recovery, recvBitmap, resumeAck, shut } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

const RAM = recvBitmap('pc.ram');
const ROM = recvBitmap('pc.rom');
const END = join(resumeAck(), shut());

const about = async (answers: Buffer): Promise<unknown> =>
  brief(await judgeCapture(recovery({ answers }))).filter((one) => (one as string[])[1] !== 'info');

describe('recovery-answers', () => {
  it.each([
    ['a bitmap in the place of another', join(ROM, RAM, END), ROM.length],
    ['a bitmap of no block', join(recvBitmap('pc.vga'), RAM, ROM, END), 0],
    ['a bitmap of another size', join(RAM, recvBitmap('pc.rom', 16), END), RAM.length],
    ['another RESUME_ACK', join(RAM, ROM, resumeAck(2), shut()), RAM.length + ROM.length],
  ])('names %s', async (_, answers, offset) => {
    expect(await about(answers)).toEqual([['recovery-answers', 'error', 'channel-01.return.bin', offset]]);
  });

  it('names a bitmap without a recovery', async () => {
    const answers = join(RAM, ANSWERS);
    expect(brief(await judgeCapture(preempt({ answers })))).toEqual([
      ['recovery-answers', 'error', 'return-path.bin', 0],
    ]);
  });

  it('is silent about answers in order', async () => {
    expect(await about(join(RAM, ROM, END))).toEqual([]);
  });
});
