import { describe, expect, it } from 'vitest';
import { join, u32 } from '../../build/bytes.js';
import { full } from '../../build/elements.js';
import { DEVICES, fullSections } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('section-name-empty', () => {
  it('names a device without a name', async () => {
    const { bytes, at } = precopy({ devices: join(fullSections(DEVICES), full({ id: 9, idstr: '' }, u32(0))) });
    expect(brief(await judgeMain(bytes))).toEqual([['section-name-empty', 'error', 'main', at('eof') - 14 - 4 - 5]]);
  });

  it('is silent about devices that have one', async () => {
    const { bytes } = precopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
