import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { listen, packaged, ping, recvBitmap, run } from '../../build/elements.js';
import { DEVICES, fullSections } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

describe('package-contents', () => {
  it('names RAM_DISCARD inside', async () => {
    const { bytes, at } = postcopy({
      package: packaged(join(listen(), recvBitmap('pc.ram'), fullSections(DEVICES), ping(3), run())),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['package-contents', 'error', 'main', at('package') + 9 + listen().length],
      ['recovery-command-outside', 'warning', 'main', at('package') + 9 + listen().length],
    ]);
  });

  it('is silent about PING', async () => {
    const { bytes } = postcopy();
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
