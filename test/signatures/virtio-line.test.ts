import { describe, expect, it } from 'vitest';
import { explainFeatures, explainGuestIndex, explainUsedIndex, inFlight } from '../../src/signatures/virtio-line.js';

describe('explainFeatures', () => {
  it('names the features that are missing, of the device where it is known', () => {
    expect(explainFeatures('400001', '1', '0000:00:03.0/virtio-net')).toEqual([
      'the guest uses a feature that the destination does not offer:',
      'bit 22: MQ',
    ]);
    expect(explainFeatures('100001000', '0', undefined)).toEqual([
      'the guest uses features that the destination does not offer:',
      expect.stringMatching(/^bit 12: .*HOST_TSO6 of net.*MQ of blk/),
      'bit 32: VERSION_1',
    ]);
    expect(explainFeatures('2000000000000', '0', undefined)[1]).toBe('bit 49: unknown to migscope');
  });

  it('says that newer releases do not tell', () => {
    expect(explainFeatures('44'.padStart(32, '0'), '6e54'.padStart(32, '0'), undefined)[0]).toContain('since 10.2');
    expect(explainFeatures('44', '6e54', undefined)[0]).toBe('all features of the first number are in the second');
  });
});

describe('ring indices', () => {
  it('are counted modulo 2^16', () => {
    expect([inFlight(9, 0x11), inFlight(0x11, 9), inFlight(2, 0xffff)]).toEqual([65528, 8, 3]);
  });

  it('tell which side is ahead', () => {
    expect(explainUsedIndex(0, 256, 9, 0x11)[1]).toContain('ahead of last_avail_idx, from the device state, by 8');
    expect(explainUsedIndex(0, 256, 0x400, 0)[1]).toContain('too far ahead of used_idx');
    expect(explainGuestIndex(1, 64, 2, 0xffff)[0]).toContain('3 requests');
  });
});
