import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { devicePacket, vfioPayload } from '../../build/multifd.js';
import { CONFIG, configPacket, dataPacket, deviceState } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

const other = (idstr: string, instance = 0): Buffer =>
  devicePacket({ idstr, instance, payload: vfioPayload(0, CONFIG, 1) });
const TAIL = join(dataPacket(0), configPacket(2));

describe('device-packet-section', () => {
  it.each([
    ['a device that has no section', other('0000:00:03.0/vfio')],
    ['another instance', other('0000:00:02.0/vfio', 1)],
    ['a device that takes no packets', other('ram')],
  ])('names %s', async (_, packet) => {
    const { files, first } = deviceState({ first: { tail: join(TAIL, packet) } });
    expect(brief(await judgeCapture(files))).toEqual([
      ['device-packet-section', 'error', 'channel-01.bin', first.at('tail') + TAIL.length],
    ]);
  });

  it('is silent about devices of the main channel', async () => {
    expect(await judgeCapture(deviceState().files)).toEqual([]);
  });
});
