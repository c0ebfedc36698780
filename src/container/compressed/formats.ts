/** The compressed formats that streams are saved in (`exec:gzip -c > file`, `save_image_format` of libvirt), but for gzip. */
import type { ByteSource } from '../../bytes/source.js';
import { InputError } from '../../finding.js';
import type { Wrapper } from '../wrapper.js';
import { LZ4_LEGACY_MAGIC, LZ4_MAGIC, skipLz4Frame } from './lz4-frame.js';
import type { Tool } from './tool.js';
import { SKIPPABLE_MAGICS, skipZstdFrame, ZSTD_MAGIC } from './zstd-frame.js';

interface Format extends Tool {
  /** What people call it. */
  readonly name: string;
  /** The package of Debian and its like that brings the program. */
  readonly package: string;
  /** Unpacks where the program is not installed. */
  readonly fallback?: (packed: ByteSource) => Promise<ByteSource>;
}

const startsWith =
  (magic: string) =>
  (head: Buffer): boolean =>
    head.toString('hex', 0, magic.length / 2) === magic;

const startsWithWord =
  (...magics: readonly number[]) =>
  (head: Buffer): boolean =>
    head.length >= 4 && magics.includes(head.readUInt32LE(0));

export const FORMATS: readonly Format[] = [
  {
    name: 'zstd',
    // pzstd begins with a frame to be skipped.
    recognises: startsWithWord(ZSTD_MAGIC, ...SKIPPABLE_MAGICS),
    program: 'zstd',
    args: ['-dcq'],
    cut: /premature end|Read error \(39\)/,
    trailing: /unsupported format/,
    skipFrame: skipZstdFrame,
    package: 'zstd',
    fallback: async (packed) => new (await import('./zstd.js')).ZstdFrames(packed),
  },
  {
    name: 'xz',
    recognises: startsWith('fd377a585a00'),
    program: 'xz',
    args: ['-dc'],
    cut: /Unexpected end of input/,
    // It calls what follows corrupt data.
    trailing: /(?!)/,
    test: { args: ['-t', '--single-stream'], alignment: 4 },
    package: 'xz-utils',
    fallback: async (packed) => new (await import('./xz.js')).XzBlocks(packed),
  },
  {
    name: 'bzip2',
    recognises: (head) => /^BZh[1-9](1AY&SY|\x17rE8P\x90)/.test(head.toString('latin1', 0, 10)),
    program: 'bzip2',
    args: ['-dc'],
    cut: /ends unexpectedly/,
    trailing: /trailing garbage/,
    package: 'bzip2',
  },
  {
    name: 'lz4',
    recognises: startsWithWord(LZ4_MAGIC, LZ4_LEGACY_MAGIC),
    program: 'lz4',
    args: ['-dc'],
    cut: /Unfinished stream/,
    // It says nothing at all.
    trailing: /^\s*$|undecodable data/,
    skipFrame: skipLz4Frame,
    package: 'lz4',
  },
  {
    name: 'lzop',
    recognises: startsWith('894c5a4f000d0a1a0a'),
    program: 'lzop',
    args: ['-dc'],
    // Its words for the end of the input are those for whatever went wrong last.
    cut: /Inappropriate ioctl|unexpected end|Success: <stdin>/i,
    trailing: /trailing garbage/,
    package: 'lzop',
  },
];

/** How a format is unpacked: by its program where there is one, which is the fastest way and leaves this process free to decode. */
export const compressed: readonly Wrapper[] = FORMATS.map((format) => ({
  recognises: format.recognises,
  async unwrap(packed) {
    const { startTool } = await import('./tool.js');
    const source = (await startTool(format.name, format, packed)) ?? (await format.fallback?.(packed));
    if (source) return { source, layers: [format.name] };
    throw new InputError(
      `${packed.name} is packed with ${format.name}, and there is no program ${format.program} to unpack it`,
      `install it: apt-get install ${format.package}`,
    );
  },
}));
