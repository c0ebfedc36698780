import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('machine-name', () => {
  it('explains an end that a length of one byte too many makes', async () => {
    const { bytes, at } = precopy();
    const damaged = Buffer.from(bytes);
    damaged[at('configuration') + 4]!++;
    const [finding, ...others] = await judgeMain(damaged);
    expect(brief([finding!])).toEqual([['machine-name', 'error', 'main', at('configuration')]]);
    expect(finding!.message).toBe('machine type pc-q35-10.0\\x01');
    expect(finding!.related[0]!.message).toContain('EOF before any section');
    expect(others).toEqual([]);
  });

  it('is silent for the names that there are', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
