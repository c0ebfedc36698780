import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { advise, configuration, listen, openReturnPath, packaged, ping, run } from '../../build/elements.js';
import { pagesOf, ramPacket, zlibPayloads } from '../../build/multifd.js';
import { deviceState } from '../captures.js';
import { judgeCapture } from '../harness.js';

const about = async (files: Readonly<Record<string, Buffer>>): Promise<unknown[]> =>
  (await judgeCapture(files))
    .filter(({ rule }) => rule === 'device-packets-beside')
    .map(({ severity, message, channel, offset }) => [severity, message, channel, offset]);

describe('device-packets-beside', () => {
  it('names compression', async () => {
    const [payload] = await zlibPayloads([pagesOf([0])]);
    const pages = ramPacket({ num: 2, flags: 2, normal: [0], zero: [0x1000], payload: payload! });
    const { files, second } = deviceState({ first: { pages } });
    expect(await about(files)).toEqual([
      ['warning', 'packets of device state, and pages compressed by zlib', 'channel-02.bin', second.at('last')],
    ]);
  });

  it('names postcopy', async () => {
    const { files, second } = deviceState({
      main: {
        opening: join(openReturnPath(), ping(1), advise(0x1000, 0x1000)),
        devices: packaged(join(listen(), ping(3), run())),
      },
    });
    expect(await about(files)).toEqual([
      ['error', 'packets of device state in postcopy', 'channel-02.bin', second.at('last')],
    ]);
  });

  it('is silent about pages as they are, on the main channel or in packets', async () => {
    expect(await about(deviceState().files)).toEqual([]);
    const { files } = deviceState({
      main: { configuration: configuration('pc-q35-10.1', { pageBits: 12, capabilities: [] }) },
    });
    expect(await about(files)).toEqual([]);
  });
});
