import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configPacket, dataPacket, deviceState, VFIO } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { NOTHING } from '../streams.js';

describe('device-packets-missing', () => {
  it('names a hole', async () => {
    const { files, first } = deviceState({ second: { last: NOTHING } });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toEqual([
      ['device-packets-missing', 'error', 'channel-01.bin', first.at('tail') + dataPacket(0).length],
    ]);
    expect(findings[0]!.message).toBe(`${VFIO}: no packet 1; the last one is 2`);
  });

  it('names a configuration that never came', async () => {
    const { files, second } = deviceState({ first: { tail: dataPacket(0) } });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toEqual([['device-packets-missing', 'error', 'channel-02.bin', second.at('last')]]);
    expect(findings[0]!.message).toBe(`${VFIO}: no packet with the configuration; the last one is 1`);
  });

  it('is silent where all are there', async () => {
    const { files } = deviceState({ first: { tail: join(configPacket(2), dataPacket(0)) } });
    expect(await judgeCapture(files)).toEqual([]);
  });
});
