import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { openReturnPath, ping } from '../../build/elements.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('ping-without-return-path', () => {
  it('names the PING', async () => {
    const { bytes, at } = precopy({ opening: ping(1) });
    expect(brief(await judgeMain(bytes))).toEqual([['ping-without-return-path', 'error', 'main', at('opening')]]);
  });

  it('is silent behind OPEN_RETURN_PATH', async () => {
    const { bytes } = precopy({ opening: join(openReturnPath(), ping(1)) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
