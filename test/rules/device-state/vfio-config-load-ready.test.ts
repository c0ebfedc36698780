import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { DEVICES, fullSections } from '../../build/samples.js';
import { deviceState, vfioFull, word } from '../captures.js';
import { judgeCapture } from '../harness.js';
import { NOTHING } from '../streams.js';

const READY = vfioFull(word(6));
const HEAD = READY.length - 5 - 8;
const OTHERS = fullSections(DEVICES);

const about = async (files: Readonly<Record<string, Buffer>>, version?: string): Promise<unknown[]> =>
  (await judgeCapture(files, version === undefined ? {} : { target: { version } }))
    .filter(({ rule }) => rule === 'vfio-config-load-ready')
    .map(({ severity, channel, offset }) => [severity, channel, offset]);

describe('vfio-config-load-ready', () => {
  it('names the second one', async () => {
    const { files, main } = deviceState({ main: { devices: join(OTHERS, READY, READY) } });
    const at = main.at('devices') + OTHERS.length + READY.length + HEAD;
    expect(await about(files)).toEqual([['error', 'main.bin', at]]);
  });

  it('names one without packets, and one that is too new', async () => {
    const { files, main } = deviceState({
      main: { devices: join(OTHERS, READY) },
      first: { tail: NOTHING },
      second: { last: NOTHING },
    });
    const at = main.at('devices') + OTHERS.length + HEAD;
    expect(await about(files)).toEqual([['error', 'main.bin', at]]);
    const known = deviceState({ main: { devices: join(OTHERS, READY) } });
    expect(await about(known.files, '10.0')).toEqual([['error', 'main.bin', at]]);
  });

  it('is silent about one with packets', async () => {
    expect(await about(deviceState({ main: { devices: join(OTHERS, READY) } }).files)).toEqual([]);
  });
});
