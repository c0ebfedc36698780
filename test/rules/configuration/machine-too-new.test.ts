import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('machine-too-new', () => {
  it('names a machine type that the destination does not have', async () => {
    const { bytes, at } = precopy();
    const findings = await judgeMain(bytes, { target: { version: '9.2' } });
    expect(brief(findings)).toEqual([['machine-too-new', 'error', 'main', at('configuration')]]);
    expect(findings[0]!.related).toMatchObject([{ offset: at('switchover') }]);
  });

  it('is silent for a destination of that release', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes, { target: { version: '10.0' } })).toEqual([]);
  });
});
