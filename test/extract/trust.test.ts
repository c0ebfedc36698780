import { describe, expect, it } from 'vitest';
import type { DecodeChannelOptions } from '../../src/stream/decode-channel.js';
import { blockReasons, ChannelTrust, deviceReasons, isTrouble } from '../../src/extract/trust.js';
import { VirtioMem } from '../../src/extract/virtio-mem.js';
import { problemFinding, type ProblemName } from '../../src/problems.js';

const BLOCK = {
  block: { index: 0, name: 'pc.ram', usedLength: 0x4000, declared: true },
  file: 'ram/pc.ram',
  pages: { zero: 0, normal: 0, xbzrle: 0, compressed: 0 },
  neverSent: { pages: 0, ranges: [] },
  notResent: 0,
};
const DEVICE = {
  idstr: 'vfio',
  instance: 0,
  file: 'devices/vfio.0.bin',
  mainBytes: 0,
  packetBytes: 0,
  packets: 0,
  missing: [],
  duplicates: [],
  configMissing: false,
};

describe('blocks', () => {
  const all = { pages: 4, ranges: [[0, 0x4000]] as const };
  const { file, ...lost } = BLOCK;

  it.each([
    ['all of which is there', BLOCK, []],
    ['that lacks some pages, which were zero', { ...BLOCK, pages: { ...BLOCK.pages, normal: 3 }, neverSent: all }, []],
    [
      'of which nothing is there',
      { ...BLOCK, neverSent: all },
      ['no page of pc.ram is in the capture: it was shared, or never sent'],
    ],
    ['without a file', lost, ['pc.ram could not be written']],
    [
      'with one discarded page',
      { ...BLOCK, notResent: 1 },
      ['1 page of pc.ram discarded for postcopy and not sent again'],
    ],
  ])('%s', (_, block, reasons) => {
    expect(file).toBe(BLOCK.file);
    expect(blockReasons(block, new VirtioMem())).toEqual(reasons);
  });
});

describe('devices', () => {
  it('are whole, or say what they lack, and of many ranges the first', () => {
    expect(deviceReasons(DEVICE)).toEqual([]);
    const missing = Array.from({ length: 12 }, (_, i) => [3 * i, 3 * i + (i % 2)] as const);
    expect(deviceReasons({ ...DEVICE, instance: 2, missing, duplicates: [7, 8], configMissing: true })).toEqual([
      'device vfio#2: packets 0, 3-4, 6, 9-10, 12, 15-16, 18, 21-22, 24, 27-28 are missing',
      'device vfio#2: packet 7 came more than once',
      'device vfio#2: the packet with the configuration is missing',
    ]);
  });
});

describe('ChannelTrust', () => {
  /** Tells of a channel: its problems, and whether it is complete. */
  function tell(
    trust: ChannelTrust,
    name: string,
    role: DecodeChannelOptions['role'],
    rules: readonly ProblemName[],
    complete: boolean,
  ): void {
    // prettier-ignore
    const { event } = trust.sink({ name, role });
    for (const rule of rules) {
      const finding = problemFinding(rule, `is ${rule}`, { channel: name, offset: 0x10 });
      event!({ kind: 'problem', offset: 0x10, finding });
    }
    event!({ kind: 'end', offset: 9, bytes: 9, explainedBytes: 9, lastGoodOffset: 9, complete });
  }

  it('names the first problem of a channel, and how many more there are', () => {
    const trust = new ChannelTrust();
    trust.layers.set('main', ['gzip']);
    tell(trust, 'main', 'main', ['ram-flags', 'truncated', 'truncated'], false);
    tell(trust, 'channel-01', 'multifd', [], false);
    tell(trust, 'return-path', 'return-path', ['truncated'], false);
    expect(trust.reasons()).toEqual(['main@0x10: is ram-flags (and 2 more problems)', 'channel-01 is not complete']);
    expect(trust.channels.map(({ layers }) => layers)).toEqual([['gzip'], [], []]);
    expect(trust.problems.every(isTrouble)).toBe(true);
  });

  it('lets a connection that another one took up end anywhere', () => {
    const trust = new ChannelTrust();
    tell(trust, 'main', 'main', ['truncated'], false);
    tell(trust, 'recovery', 'recovery-main', [], true);
    expect(trust.reasons()).toEqual([]);
    expect(trust.problems.map(isTrouble)).toEqual([false]);
  });
});
