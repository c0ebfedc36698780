import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { devicePacket, vfioPayload } from '../../build/multifd.js';
import { CONFIG, configPacket, dataPacket, deviceState, word } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

const at = dataPacket(0).length;
const big = devicePacket({ payload: vfioPayload(0, Buffer.alloc(0x10_0001)) });

describe('device-packet-form', () => {
  it.each([
    ['the beginning of a configuration', 'error', at, join(dataPacket(0), configPacket(2, join(word(4), CONFIG)))],
    ['its end', 'error', at, join(dataPacket(0), configPacket(2, CONFIG.subarray(0, -8)))],
    ['an empty configuration', 'error', at, join(dataPacket(0), configPacket(2, Buffer.alloc(0)))],
    ['a flag', 'warning', 0, join(dataPacket(0, 4), configPacket(2))],
    ['a piece that is too long', 'warning', 0, join(big, configPacket(2))],
  ] as const)('names %s', async (_, severity, offset, tail) => {
    const { files, first } = deviceState({ first: { tail } });
    expect(brief(await judgeCapture(files))).toEqual([
      ['device-packet-form', severity, 'channel-01.bin', first.at('tail') + offset],
    ]);
  });

  it('is silent about packets as QEMU makes them', async () => {
    expect(await judgeCapture(deviceState().files)).toEqual([]);
  });
});
