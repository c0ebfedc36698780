import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration } from '../../build/elements.js';
import { deviceState, vfioPart, vfioStart, word } from '../captures.js';
import { judgeCapture } from '../harness.js';

const SENT = vfioPart(word(5));
const START = vfioStart().length;

const about = async (setup: Buffer, machine: string, version?: string): Promise<unknown[]> => {
  const { files, main } = deviceState({ main: { setup, configuration: configuration(machine, { pageBits: 12 }) } });
  return (await judgeCapture(files, version === undefined ? {} : { target: { version } }))
    .filter(({ rule }) => rule === 'vfio-init-data-sent')
    .map(({ severity, offset }) => [severity, offset - main.at('setup')]);
};

describe('vfio-init-data-sent', () => {
  it('names the second word of a device, up to machine type 11.0', async () => {
    const twice = join(vfioStart(), SENT, SENT);
    expect(await about(twice, 'pc-q35-10.1')).toEqual([['warning', START + SENT.length + 5]]);
    expect(await about(twice, 'pc-q35-10.1', '10.1')).toEqual([['error', START + SENT.length + 5]]);
    expect(await about(twice, 'pc-q35-11.1')).toEqual([]);
  });

  it('names the first one for a destination that does not know it', async () => {
    expect(await about(join(vfioStart(), SENT), 'pc-q35-10.1', '8.0')).toEqual([['error', START + 5]]);
  });

  it('is silent about one', async () => {
    expect(await about(join(vfioStart(), SENT), 'pc-q35-10.1')).toEqual([]);
  });
});
