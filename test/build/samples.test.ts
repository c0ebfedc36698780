import { describe, expect, it } from 'vitest';
import { decode } from './decode.js';
import { SAMPLES } from './samples.js';

describe.each(SAMPLES)('the sample $name', ({ bytes, role = 'main' }) => {
  it('decodes whole and without a problem', async () => {
    const decoded = await decode(bytes, { role });
    expect(decoded.rules).toEqual([]);
    expect(decoded.end).toMatchObject({
      bytes: bytes.length,
      explainedBytes: bytes.length,
      lastGoodOffset: bytes.length,
      complete: true,
    });
  });
});
