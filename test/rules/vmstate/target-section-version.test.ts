import { describe, expect, it } from 'vitest';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('target-section-version', () => {
  it('names a section that is too new', async () => {
    const { bytes, at } = precopy();
    expect(
      brief(
        await judgeMain(bytes, {
          target: {
            vmstate: {
              devices: [
                {
                  name: 'isa-serial',
                  version: 2,
                  minimum: 2,
                  description: {
                    name: 'serial',
                    version: 3,
                    minimum: 2,
                    fields: [],
                    subsections: [{ name: 'serial/thr', version: 1, minimum: 1, fields: [], subsections: [] }],
                  },
                },
              ],
            },
          },
        }),
      ),
    ).toEqual([['target-section-version', 'error', 'main', at('devices') + fullSections([TIMER]).length]]);
  });

  it('names one that is too old', async () => {
    const { bytes, at } = precopy();
    expect(
      brief(
        await judgeMain(bytes, {
          target: {
            vmstate: {
              devices: [
                {
                  name: 'isa-serial',
                  version: 5,
                  minimum: 4,
                  description: {
                    name: 'serial',
                    version: 3,
                    minimum: 2,
                    fields: [],
                    subsections: [{ name: 'serial/thr', version: 1, minimum: 1, fields: [], subsections: [] }],
                  },
                },
              ],
            },
          },
        }),
      ),
    ).toEqual([['target-section-version', 'error', 'main', at('devices') + fullSections([TIMER]).length]]);
  });

  it('is silent where the destination loads it', async () => {
    const { bytes } = precopy();
    expect(
      await judgeMain(bytes, {
        target: {
          vmstate: {
            devices: [
              {
                name: 'isa-serial',
                version: 4,
                minimum: 3,
                description: {
                  name: 'serial',
                  version: 3,
                  minimum: 2,
                  fields: [],
                  subsections: [{ name: 'serial/thr', version: 1, minimum: 1, fields: [], subsections: [] }],
                },
              },
            ],
          },
        },
      }),
    ).toEqual([]);
  });
});
