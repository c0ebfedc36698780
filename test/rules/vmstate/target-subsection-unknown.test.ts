import { describe, expect, it } from 'vitest';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('target-subsection-unknown', () => {
  it('names a subsection that the destination does not have', async () => {
    const { bytes, at } = precopy();
    expect(
      brief(
        await judgeMain(bytes, {
          target: {
            vmstate: {
              devices: [
                {
                  name: 'isa-serial',
                  version: 3,
                  minimum: 2,
                  description: { name: 'serial', version: 3, minimum: 2, fields: [], subsections: [] },
                },
              ],
            },
          },
        }),
      ),
    ).toEqual([['target-subsection-unknown', 'error', 'main', at('devices') + fullSections([TIMER]).length]]);
  });

  it('names one of which it has another version', async () => {
    const { bytes, at } = precopy();
    expect(
      brief(
        await judgeMain(bytes, {
          target: {
            vmstate: {
              devices: [
                {
                  name: 'isa-serial',
                  version: 3,
                  minimum: 2,
                  description: {
                    name: 'serial',
                    version: 3,
                    minimum: 2,
                    fields: [],
                    subsections: [{ name: 'serial/thr', version: 3, minimum: 2, fields: [], subsections: [] }],
                  },
                },
              ],
            },
          },
        }),
      ),
    ).toEqual([['target-subsection-unknown', 'error', 'main', at('devices') + fullSections([TIMER]).length]]);
  });

  it('is silent where it has it', async () => {
    const { bytes } = precopy();
    expect(
      await judgeMain(bytes, {
        target: {
          vmstate: {
            devices: [
              {
                name: 'isa-serial',
                version: 3,
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
    ).toEqual([]);
  });
});
