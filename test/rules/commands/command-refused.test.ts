import { describe, expect, it } from 'vitest';
import { command, configuration, enableColo } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('command-refused', () => {
  it('names a command that no release knows', async () => {
    const { bytes, at } = precopy({ opening: command(0x1234) });
    expect(brief(await judgeMain(bytes))).toEqual([['command-refused', 'error', 'main', at('opening')]]);
  });

  it('names ENABLE_COLO on a machine type of 11.1', async () => {
    const { bytes, at } = precopy({ configuration: configuration('pc-q35-11.1'), opening: enableColo() });
    expect(brief(await judgeMain(bytes))).toEqual([['command-refused', 'error', 'main', at('opening')]]);
  });

  it('names SWITCHOVER_START for a destination of 9.2', async () => {
    const { bytes, at } = precopy({ configuration: configuration('pc-q35-9.1') });
    expect(brief(await judgeMain(bytes, { target: { version: '9.2' } }))).toEqual([
      ['switchover-start-misplaced', 'warning', 'main', at('switchover')],
      ['command-refused', 'error', 'main', at('switchover')],
    ]);
  });

  it('is silent about ENABLE_COLO to 10.0', async () => {
    const { bytes } = precopy({ opening: enableColo() });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
