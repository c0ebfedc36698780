import { expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { decodeChannel } from '../../src/stream/decode-channel.js';
import { InputError } from '../../src/finding.js';
import { decode } from '../build/decode.js';
import { precopy, recovery } from '../build/samples.js';

it.each(['multifd', 'preempt', 'return-path', 'cpr'] as const)('a %s channel cannot be read alone', async (role) => {
  const decoding = decodeChannel(new Cursor(new MemorySource(Buffer.alloc(20))), [], { role, channel: 'c.bin' });
  await expect(decoding).rejects.toThrow(InputError);
  await expect(decoding).rejects.toThrow(`c.bin is a ${role} channel, not a main channel`);
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
