import { describe, expect, it } from 'vitest';
import { validate } from '../../../src/validate.js';
import { unpackCapture } from '../../fixtures.js';

describe('preempt-for-old-target', () => {
  const judge = async (version: string): Promise<unknown[]> => {
    const { findings } = await validate(unpackCapture('11.1-s390x-postcopy-preempt'), { target: { version } });
    return findings
      .filter(({ rule }) => rule === 'preempt-for-old-target')
      .map(({ severity, channel, offset }) => [severity, channel, offset]);
  };

  it('names the channel of a real capture', async () => {
    expect(await judge('7.0')).toEqual([['error', 'channel-01.bin', 0]]);
  });

  it('is silent for a destination that knows it', async () => {
    expect(await judge('7.1')).toEqual([]);
  });
});
