import { describe, expect, it } from 'vitest';
import { flush, zero } from '../../build/ram.js';
import { brief, judgeMain } from '../harness.js';
import { mappedFile } from '../mapped-files.js';

describe('mapped-ram-record', () => {
  it.each([
    ['a page', zero(0, 'pc.ram')],
    ['a flush', flush()],
  ])('names %s', async (_, inPart) => {
    const { bytes, part } = mappedFile({ inPart });
    const findings = await judgeMain(bytes);
    expect(brief(findings).filter((one) => (one as string[])[1] === 'error')).toEqual([
      ['mapped-ram-record', 'error', 'main', part],
    ]);
  });

  it('is silent about EOS alone', async () => {
    expect(await judgeMain(mappedFile().bytes)).toEqual([]);
  });
});
