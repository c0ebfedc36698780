import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/source.js';
import { openSource } from '../../src/container/open.js';
import type { OneInside } from '../../src/container/wrapper.js';
import { unwrap } from '../../src/container/wrappers.js';
import { decodeChannel } from '../../src/stream/decode-channel.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { join, noise } from '../build/bytes.js';
import { containerFixture, expectBytes, plainStream, readAll } from '../containers.js';

const HEAD = containerFixture('libvirt-header.bin.br');

async function opened(bytes: Uint8Array, seekable = true): Promise<OneInside> {
  return (await unwrap(new MemorySource(bytes, 'vm', { seekable }))) as OneInside;
}

describe('unwrap', () => {
  it('gives back what is not wrapped', async () => {
    for (const seekable of [true, false]) {
      const { source, layers } = await opened(plainStream(), seekable);
      expect(layers).toEqual([]);
      expectBytes(await readAll(source), plainStream());
    }
  });

  it.each([
    ['gzip of a method that there is not', '1f8b07'],
    ['two bytes of gzip', '1f8b'],
    ['three bytes of qcow2', '514649'],
    ['three bytes of a packet capture', 'a1b2c3'],
  ])('takes %s for something else', async (_, text) => {
    expect((await opened(Buffer.from(text, 'hex'))).layers).toEqual([]);
  });

  it('goes through layer by layer', async () => {
    const image = join(HEAD, gzipSync(plainStream()));
    const { source, layers, attachments } = await opened(gzipSync(gzipSync(image)), false);
    expect(layers).toEqual(['gzip', 'gzip', expect.stringContaining('libvirt save image'), 'gzip']);
    expect(attachments).toHaveLength(2);
    expectBytes(await readAll(source), plainStream());
  });

  it('does not go on without end', async () => {
    let bytes = plainStream();
    for (let i = 0; i < 5; i++) bytes = gzipSync(bytes);
    await expect(opened(bytes)).rejects.toThrow('vm is wrapped more than 4 times');
  });

  it('refuses a name where there is nothing to choose from', async () => {
    await expect(unwrap(new MemorySource(plainStream(), 'vm'), { part: 'x' })).rejects.toThrow(
      'vm has nothing in it that could be named #x',
    );
  });

  it('reads a snapshot in an image that is packed', async () => {
    const { source, layers } = await opened(gzipSync(containerFixture('qcow2-v3.qcow2.br')));
    expect(layers).toEqual(['gzip', expect.stringContaining('qcow2 snapshot only')]);
    expectBytes(await readAll(source), plainStream());
    source.close();
  });
});

describe('faults of wrappers', () => {
  async function problems(bytes: Uint8Array): Promise<string[]> {
    const events: StreamEvent[] = [];
    const channel = await openSource(new MemorySource(bytes, 'vm'));
    await decodeChannel(channel.cursor, [{ event: (event) => events.push(event) }], { role: 'main', channel: 'vm' });
    return events.flatMap((event) =>
      event.kind === 'problem' ? [`${event.finding.rule}@${event.offset}: ${event.finding.message}`] : [],
    );
  }

  it('come before what they lead to, with their place in the file and in the stream', async () => {
    const packed = gzipSync(plainStream());
    const found = await problems(join(HEAD, packed.subarray(0, 1500)));
    expect(found).toHaveLength(2);
    const [, offset] = /^wrapper-cut@(\d+): gzip: the file ends inside the deflate data, at 0x10d5c of the file$/.exec(
      found[0]!,
    )!;
    expect(67456 + 1500).toBe(0x10d5c);
    expect(Number(offset)).toBeGreaterThan(1000);
    expect(found[1]).toMatch(/^truncated@/);
  });

  it('name both layers where both are cut', async () => {
    const found = await problems(gzipSync(gzipSync(noise(1000))).subarray(0, 700)).catch((error: Error) => [
      error.message,
    ]);
    expect(found[0]).toContain('is no migration stream');
    const stream = join(plainStream().subarray(0, 2000), noise(50_000));
    const [outer, inner] = await problems(gzipSync(gzipSync(stream)).subarray(0, 20_000));
    expect(outer).toMatch(/^wrapper-cut@\d+: gzip: the file ends inside the deflate data, at 0x4e20 of the file$/);
    expect(inner).toMatch(/^wrapper-cut@\d+: gzip: .* of what it was unpacked from$/);
  });

  it('are told when nothing at all comes out', async () => {
    await expect(openSource(new MemorySource(gzipSync(plainStream()).subarray(0, 12), 'vm'))).rejects.toThrow(
      'vm holds nothing that can be read: gzip: the file ends inside the deflate data',
    );
  });
});
