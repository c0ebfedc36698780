import { describe, expect, it } from 'vitest';
import { vmdesc } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('configuration-missing', () => {
  it('names the place where the section was', async () => {
    const described = precopy().bytes.toString('latin1', precopy().at('vmdesc') + 5);
    const { bytes } = precopy({
      configuration: NOTHING,
      vmdesc: vmdesc(
        `{"configuration": {"vmsd_name": "configuration", "version": 1, "fields": []}, ${described.slice(1)}`,
      ),
    });
    expect(brief(await judgeMain(bytes))).toEqual([['configuration-missing', 'error', 'main', 8]]);
  });

  it('is silent where the vmdesc has none either', async () => {
    const { bytes } = precopy({ configuration: NOTHING });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
