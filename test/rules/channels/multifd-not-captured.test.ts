import { describe, expect, it } from 'vitest';
import { multifd } from '../captures.js';
import { brief, judgeCapture, judgeStream } from '../harness.js';
import { precopy } from '../streams.js';

describe('multifd-not-captured', () => {
  it('says once that the channels were not judged', async () => {
    const { files, main } = multifd();
    const flush = main.at('setup') - 5 - 16;
    expect(brief(await judgeStream(main.bytes))).toEqual([['multifd-not-captured', 'info', 'main', flush]]);
    expect(brief(await judgeCapture({ 'main.bin': files['main.bin']! }))).toEqual([
      ['multifd-not-captured', 'info', 'main.bin', flush],
    ]);
  });

  it('is silent about a migration without multifd', async () => {
    expect(await judgeStream(precopy().bytes)).toEqual([]);
  });
});
