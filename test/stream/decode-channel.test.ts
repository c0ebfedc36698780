import { expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { decodeChannel } from '../../src/stream/decode-channel.js';
import { decode } from '../build/decode.js';
import { precopy, recovery } from '../build/samples.js';
import { readFixture } from '../fixtures.js';

it('every role has a decoder, which reports what it cannot read', async () => {
  for (const role of ['multifd', 'preempt', 'return-path'] as const) {
    const { events, end } = await decode(Buffer.alloc(20, 0xff), { role, channel: 'c.bin' });
    expect(events[0]).toEqual({ kind: 'begin', offset: 0, channel: 'c.bin', role });
    expect(end).toMatchObject({ bytes: 20, explainedBytes: 0, complete: false });
  }
});

it('a cpr channel has one, and what stands behind its state is reported', async () => {
  const bytes = readFixture('10.0-x86_64-cpr-channel');
  for (const [extra, complete, rules] of [
    [0, true, []],
    [3, true, ['trailing-bytes']],
    [-1, false, ['truncated']],
  ] as const) {
    const input = extra < 0 ? bytes.subarray(0, extra) : Buffer.concat([bytes, Buffer.alloc(extra)]);
    const { events, end, rules: found } = await decode(input, { role: 'cpr', channel: 'cpr.bin' });
    expect(events[0]).toEqual({ kind: 'begin', offset: 0, channel: 'cpr.bin', role: 'cpr' });
    expect(found).toEqual(rules);
    expect(end).toMatchObject({ bytes: input.length, complete });
    if (extra >= 0) expect(end.explainedBytes).toBe(bytes.length);
  }
});

it('says first what it reads, and last how it ended', async () => {
  for (const [bytes, role] of [
    [precopy(), 'main'],
    [recovery(), 'recovery-main'],
  ] as const) {
    const { events } = await decode(bytes, { role, channel: 'c.bin' });
    expect(events[0]).toEqual({ kind: 'begin', offset: 0, channel: 'c.bin', role });
    expect(events.at(-1)).toMatchObject({ kind: 'end', complete: true });
  }
});

it('needs nobody to listen', async () => {
  await expect(
    decodeChannel(new Cursor(new MemorySource(precopy())), [], { role: 'main', channel: 'c' }),
  ).resolves.toBeUndefined();
});

it('lets the errors of listeners through', async () => {
  const sink = {
    event: () => {
      throw new Error('disk full');
    },
  };
  await expect(
    decodeChannel(new Cursor(new MemorySource(precopy())), [sink], { role: 'main', channel: 'c' }),
  ).rejects.toThrow('disk full');
});
