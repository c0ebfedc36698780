import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration, switchoverStart } from '../../build/elements.js';
import { DEVICES, fullSections } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('switchover-start-misplaced', () => {
  it('names the second', async () => {
    const { bytes, at } = precopy({ switchover: join(switchoverStart(), switchoverStart()) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['switchover-start-misplaced', 'warning', 'main', at('end') - switchoverStart().length],
    ]);
  });

  it('names one behind an END', async () => {
    const { bytes, at } = precopy({ switchover: NOTHING, devices: join(switchoverStart(), fullSections(DEVICES)) });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['switchover-start-missing', 'info', 'main', at('end')],
      ['switchover-start-misplaced', 'warning', 'main', at('devices')],
    ]);
  });

  it('names one on a machine type that has none', async () => {
    const { bytes, at } = precopy({ configuration: configuration('pc-q35-9.2') });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['switchover-start-misplaced', 'warning', 'main', at('switchover')],
    ]);
  });

  it('is silent about one before the ENDs', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
