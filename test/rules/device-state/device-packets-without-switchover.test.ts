import { describe, expect, it } from 'vitest';
import { configuration } from '../../build/elements.js';
import { deviceState } from '../captures.js';
import { judgeCapture } from '../harness.js';
import { NOTHING } from '../streams.js';

const about = async (files: Readonly<Record<string, Buffer>>): Promise<unknown[]> =>
  (await judgeCapture(files))
    .filter(({ rule }) => rule === 'device-packets-without-switchover')
    .map(({ severity, channel, offset }) => [severity, channel, offset]);

describe('device-packets-without-switchover', () => {
  it('names the place where SWITCHOVER_START should be', async () => {
    const { files, main } = deviceState({ main: { switchover: NOTHING } });
    expect(await about(files)).toEqual([['error', 'main.bin', main.at('end')]]);
  });

  it('names the first packet with a machine type that does not send it', async () => {
    const { files, second } = deviceState({ main: { configuration: configuration('pc-q35-9.2', { pageBits: 12 }) } });
    expect(await about(files)).toEqual([['warning', 'channel-02.bin', second.at('last')]]);
  });

  it('is silent where it is there', async () => {
    expect(await judgeCapture(deviceState().files)).toEqual([]);
  });
});
