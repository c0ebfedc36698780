import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { CONFIG, deviceState, END_OF_STATE, vfioData, vfioEnd, vfioFull } from '../captures.js';
import { judgeCapture } from '../harness.js';
import { fullSections, DEVICES } from '../../build/samples.js';

const about = async (files: Readonly<Record<string, Buffer>>): Promise<unknown[]> =>
  (await judgeCapture(files))
    .filter(({ rule }) => rule === 'device-state-on-both')
    .map(({ severity, channel, offset }) => [severity, channel, offset]);

describe('device-state-on-both', () => {
  it('names data in END', async () => {
    const ends = vfioEnd(join(vfioData(Buffer.from('state')), END_OF_STATE));
    const { files, main } = deviceState({ main: { ends } });
    expect(await about(files)).toEqual([['error', 'main.bin', main.at('ends') + 5]]);
  });

  it('names the configuration in FULL', async () => {
    const devices = join(fullSections(DEVICES), vfioFull(CONFIG));
    const { files, main } = deviceState({ main: { devices } });
    const payload = main.at('eof') - 5 - CONFIG.length;
    expect(await about(files)).toEqual([['error', 'main.bin', payload]]);
  });

  it('is silent about END_OF_STATE alone', async () => {
    expect(await judgeCapture(deviceState().files)).toEqual([]);
  });
});
