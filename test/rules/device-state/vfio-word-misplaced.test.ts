import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { deviceState, END_OF_STATE, vfioData, vfioPart, vfioStart, word } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

const START = vfioStart().length;
const DATA = vfioPart(join(vfioData(Buffer.from('state')), END_OF_STATE));

describe('vfio-word-misplaced', () => {
  it('names SETUP in a PART', async () => {
    const setup = join(vfioStart(), vfioPart(join(word(3), END_OF_STATE)));
    const { files, main } = deviceState({ main: { setup } });
    expect(brief(await judgeCapture(files))).toEqual([
      ['vfio-word-misplaced', 'warning', 'main.bin', main.at('setup') + START + 5],
    ]);
  });

  it('is silent about data in a PART', async () => {
    const { files } = deviceState({ main: { setup: join(vfioStart(), DATA) } });
    expect(await judgeCapture(files)).toEqual([]);
  });
});
