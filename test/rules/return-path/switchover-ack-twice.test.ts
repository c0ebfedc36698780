import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration } from '../../build/elements.js';
import { ANSWERS, preempt, switchoverAck } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

const judge = (machine: string, ...acks: readonly Buffer[]): ReturnType<typeof judgeCapture> =>
  judgeCapture(preempt({ main: { configuration: configuration(machine) }, answers: join(...acks, ANSWERS) }));

describe('switchover-ack-twice', () => {
  it('names the second one', async () => {
    expect(brief(await judge('pc-q35-11.0', switchoverAck(), switchoverAck()))).toEqual([
      ['switchover-ack-twice', 'warning', 'return-path.bin', 4],
    ]);
  });

  it('is silent about one, and about several with later machine types', async () => {
    expect(await judge('pc-q35-11.0', switchoverAck())).toEqual([]);
    expect((await judge('pc-q35-11.1', switchoverAck(), switchoverAck())).map(({ rule }) => rule)).not.toContain(
      'switchover-ack-twice',
    );
  });
});
