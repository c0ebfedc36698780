import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configPacket, dataPacket, deviceState } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

const FIRST = dataPacket(0).length;

describe('device-packet-order', () => {
  it('names a second packet with an index', async () => {
    const { files, first } = deviceState({ first: { tail: join(dataPacket(0), dataPacket(0), configPacket(2)) } });
    expect(brief(await judgeCapture(files))).toEqual([
      ['device-packet-order', 'error', 'channel-01.bin', first.at('tail') + FIRST],
    ]);
  });

  it('names a second configuration', async () => {
    const { files, first } = deviceState({
      first: { tail: join(dataPacket(0), configPacket(2), configPacket(3)) },
    });
    const findings = await judgeCapture(files);
    expect(brief(findings)[0]).toEqual([
      'device-packet-order',
      'error',
      'channel-01.bin',
      first.at('tail') + FIRST + configPacket(2).length,
    ]);
    expect(findings[0]!.related[0]).toMatchObject({ message: 'packet 2 is the first one' });
  });

  it('names a packet behind the configuration', async () => {
    const { files, first } = deviceState({ first: { tail: join(dataPacket(0), dataPacket(3), configPacket(2)) } });
    expect(brief(await judgeCapture(files))).toEqual([
      ['device-packet-order', 'error', 'channel-01.bin', first.at('tail') + FIRST],
    ]);
  });

  it('is silent about packets in any order on the channels', async () => {
    const { files } = deviceState({ first: { tail: join(configPacket(2), dataPacket(0)) } });
    expect(await judgeCapture(files)).toEqual([]);
  });
});
