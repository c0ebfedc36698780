import { describe, expect, it } from 'vitest';
import { diffCaptures } from '../../src/compare.js';
import { diffDocument } from '../../src/report/diff-json.js';
import { jsonDocument } from '../../src/bytes/json.js';
import { fixturePath } from '../fixtures.js';
import { comparedStreams } from './compared-streams.js';
import { expectValid } from './schemas.js';

const document = async (a: string, b: string, options = {}): Promise<unknown> =>
  JSON.parse(jsonDocument(diffDocument(await diffCaptures(a, b, options))));

describe('diffDocument', () => {
  const streams = comparedStreams();

  it('is what the schema says', async () => {
    const found = await document(streams.a, streams.b, { ram: true, protocol: true, strict: true });
    expectValid('diff', found);
    expect(found).toMatchObject({
      schema: 'migscope/diff/1',
      identical: false,
      summary: { values: 3, pagesDiffer: 1, aToB: { refused: 1, depends: 1 } },
    });
    expectValid('diff', await document(streams.a, streams.a));
    expectValid('diff', await document(streams.a, streams.cut));
    const vlans = ['512', '16384'].map((bytes) => fixturePath(`diff/virtio-net-vlans-${bytes}.bin`).pathname);
    expectValid('diff', await document(vlans[0]!, vlans[1]!));
  });
});
