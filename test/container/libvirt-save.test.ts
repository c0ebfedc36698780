import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/source.js';
import { FORMATS } from '../../src/container/compressed/formats.js';
import { LIBVIRT_SAVE_FORMATS, libvirtSave, readLibvirtSave } from '../../src/container/libvirt-save.js';
import { openSource } from '../../src/container/open.js';
import type { OneInside } from '../../src/container/wrapper.js';
import { unwrap } from '../../src/container/wrappers.js';
import { decodeChannel } from '../../src/stream/decode-channel.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { hexBytes, join, noise } from '../build/bytes.js';
import { configuration, end, eof, header, RAM, start } from '../build/elements.js';
import { eos, mappedMemSize } from '../build/ram.js';
import { containerFixture, expectBytes, plainStream, readAll } from '../containers.js';

/** Header, XML and cookie of a real image, for 64 KiB of padding. */
const HEAD = containerFixture('libvirt-header.bin.br');
/** Formats of libvirt that are packed, and the fixtures with the same stream in them. */
const PACKED = [
  ['gzip', 'gz'],
  ['bzip2', 'bz2'],
  ['xz', 'xz'],
  ['lzop', 'lzo'],
  ['zstd', 'zst'],
] as const;
const UUID = '6a1f0c1e-93a5-4e0e-8f5d-0123456789ab';

function head(changes: Readonly<Record<number, number>> = {}): Buffer {
  const bytes = Buffer.from(HEAD);
  for (const [offset, value] of Object.entries(changes)) bytes.writeUInt32LE(value, Number(offset));
  return bytes;
}

function bigEndian(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.subarray(16, 92).swap32();
  return copy;
}

const open = async (bytes: Uint8Array, seekable = true): Promise<OneInside> =>
  (await libvirtSave.unwrap(new MemorySource(bytes, 'vm.save', { seekable }), {})) as OneInside;

describe('readLibvirtSave', () => {
  it('reads the header of a real image', async () => {
    const found = await readLibvirtSave(new MemorySource(containerFixture('libvirt-save-zstd.img.br')));
    expect(found).toMatchObject({
      finished: true,
      version: 2,
      byteOrder: 'little',
      wasRunning: true,
      format: 5,
      formatName: 'zstd',
      streamOffset: 67456,
      domain: 'lv',
      uuid: UUID,
    });
    expect(found!.xml).toMatch(/^<domain type='qemu'>[^]*<\/domain>\n$/);
    expect(found!.cookie).toMatch(/^<cookie>[^]*<\/cookie>\n$/);
  });

  it('reads either byte order', async () => {
    const little = (await readLibvirtSave(new MemorySource(HEAD)))!;
    const big = await readLibvirtSave(new MemorySource(bigEndian(HEAD)));
    expect(big).toEqual({ ...little, byteOrder: 'big' });
  });

  it('takes images of version 1 as raw', async () => {
    expect(await readLibvirtSave(new MemorySource(head({ 16: 1, 28: 3 })))).toMatchObject({ version: 1, format: 0 });
  });

  it('knows a domain by its name, whatever is in it', async () => {
    const bytes = head();
    const name = bytes.indexOf('<name>lv');
    bytes.write('<name>&lt;\n</name>', name);
    expect(await readLibvirtSave(new MemorySource(bytes))).toMatchObject({ domain: '<\\x0a' });
  });

  it('answers nothing for what is no image', async () => {
    expect(await readLibvirtSave(new MemorySource(noise(200)))).toBeUndefined();
    expect(await readLibvirtSave(new MemorySource(Buffer.from('LibvirtQemudXave')))).toBeUndefined();
  });

  it.each([
    ['cut in its header', HEAD.subarray(0, 50), 'that was cut in its header'],
    ['cut in its XML', HEAD.subarray(0, 500), 'that was cut in its XML'],
    ['of version 3', head({ 16: 3 }), 'of version 3; known are those up to 2'],
    ['without XML', head({ 20: 0 }), 'without XML: its length is 0'],
  ])('refuses an image %s', async (_what, bytes, message) => {
    await expect(readLibvirtSave(new MemorySource(bytes, 'vm.save'))).rejects.toThrow(`libvirt save image ${message}`);
  });
});

describe('the libvirt wrapper', () => {
  it.each([true, false])('opens the stream behind the header (seekable: %s)', async (seekable) => {
    const { source, layers, attachments } = await open(join(HEAD, plainStream()), seekable);
    expect(layers).toEqual([`libvirt save image (raw), domain lv, uuid ${UUID}, running`]);
    expect(attachments!.map(({ name }) => name)).toEqual(['libvirt/domain.xml', 'libvirt/cookie.xml']);
    expectBytes(await readAll(source), plainStream());
    expect(source.faults).toEqual([]);
  });

  it('says that a guest was paused, and that there is no cookie', async () => {
    const { layers, attachments } = await open(head({ 24: 0, 32: 0 }));
    expect(layers[0]).toMatch(/, paused$/);
    expect(attachments!.map(({ name }) => name)).toEqual(['libvirt/domain.xml']);
  });

  it.each([
    ['LibvirtQemudPart', Buffer.from(HEAD.toString('latin1').replace('Save', 'Part'), 'latin1'), 'libvirt-unfinished'],
    ['a format that libvirt has not', head({ 28: 7 }), 'libvirt-header'],
    ['a cookie behind the XML', head({ 32: 67364 }), 'libvirt-header'],
  ])('reads on behind %s, and reports it', async (_what, bytes, rule) => {
    const events: StreamEvent[] = [];
    const channel = await openSource(new MemorySource(join(bytes, plainStream()), 'vm.save'));
    await decodeChannel(channel.cursor, [{ event: (event) => events.push(event) }], { role: 'main', channel: 'vm' });
    expect(events.filter(({ kind }) => kind === 'problem')).toMatchObject([{ finding: { rule } }]);
    expect(events.at(-1)).toMatchObject({ kind: 'end', complete: true });
  });

  it('does not hold what the header says is XML, and is not', async () => {
    const { attachments } = await open(join(head({ 20: 0x0fff_ffff, 32: 0 }), Buffer.alloc(17 << 20, 'x')));
    expect(attachments![0]!.bytes.length).toBeLessThanOrEqual(16 << 20);
  });

  describe.each(PACKED)('that was packed with %s', (format, suffix) => {
    const image = join(head({ 28: LIBVIRT_SAVE_FORMATS.indexOf(format) }), containerFixture(`stream.bin.${suffix}`));
    const program = FORMATS.find(({ name }) => name === format)?.program;
    const unpacks = program === undefined || spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;

    it.runIf(unpacks).each([true, false])('is opened through to its stream (seekable: %s)', async (seekable) => {
      const { source, layers } = (await unwrap(new MemorySource(image, 'vm.save', { seekable }))) as OneInside;
      expect(layers).toEqual([expect.stringContaining(`libvirt save image (${format})`), format]);
      expectBytes(await readAll(source), plainStream());
      expect(source.faults).toEqual([]);
      source.close();
    });
  });

  it('says which package brings the program that unpacks it', async () => {
    const { PATH } = process.env;
    process.env.PATH = '/nonexistent';
    try {
      const image = join(head({ 28: 4 }), containerFixture('stream.bin.lzo'));
      await expect(unwrap(new MemorySource(image, 'vm.save'))).rejects.toMatchObject({
        message: 'vm.save is packed with lzop, and there is no program lzop to unpack it',
        hint: 'install it: apt-get install lzop',
      });
    } finally {
      process.env.PATH = PATH;
    }
  });

  // Parallel channels leave no trace: they write the same file.
  it.each([true, false])(
    'finds the pages of a sparse image, by offsets of the whole file (seekable: %s)',
    async (seekable) => {
      const stream = join(header(), configuration('virt-10.0', { capabilities: ['mapped-ram'] }));
      const at = stream.length + start(RAM, Buffer.alloc(0), false).length;
      const blocks = [{ name: 'mem', usedLength: 0x40_0000, pages: new Map([[3, noise(0x1000)]]) }];
      const list = mappedMemSize(at, blocks, { fileOffset: HEAD.length });
      const image = join(head({ 28: 6 }), stream, start(RAM, join(list, eos())), end(RAM.id, eos()), eof());
      const channel = await openSource(new MemorySource(image, 'vm.save', { seekable }));
      const pages: string[] = [];
      const events: StreamEvent[] = [];
      await decodeChannel(
        channel.cursor,
        [
          {
            wantsMappedPages: true,
            event: (event) => events.push(event),
            pages(batch) {
              for (let i = 0; i < batch.length; i++) {
                if (batch.size[i]! > 0)
                  pages.push(
                    Buffer.from(batch.window).toString('hex', batch.start[i], batch.start[i]! + batch.size[i]!),
                  );
              }
            },
          },
        ],
        { role: 'main', channel: 'vm' },
      );
      expect(pages.map((page) => hexBytes(page).equals(noise(0x1000)))).toEqual([true]);
      expect(events.at(-1)).toMatchObject({ kind: 'end', complete: true });
    },
  );
});
