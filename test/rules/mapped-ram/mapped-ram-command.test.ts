import { describe, expect, it } from 'vitest';
import { openReturnPath } from '../../build/elements.js';
import { judgeMain } from '../harness.js';
import { mappedFile } from '../mapped-files.js';

describe('mapped-ram-command', () => {
  it('names the command', async () => {
    const { bytes, opening } = mappedFile({ opening: openReturnPath() });
    const findings = (await judgeMain(bytes)).filter(({ rule }) => rule === 'mapped-ram-command');
    expect(findings.map(({ severity, offset }) => [severity, offset])).toEqual([['warning', opening]]);
  });

  it('is silent about SWITCHOVER_START', async () => {
    expect(await judgeMain(mappedFile().bytes)).toEqual([]);
  });
});
