import { describe, expect, it } from 'vitest';
import { fullSections, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('target-device-unknown', () => {
  it('names a device on a bus that the destination does not have', async () => {
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
                    name: 'parallel',
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
    ).toEqual([['target-device-unknown', 'error', 'main', at('devices') + fullSections([TIMER]).length]]);
  });

  it('is silent where it has one', async () => {
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
