/** The compressed formats that streams are saved in (`exec:gzip -c > file`, `save_image_format` of libvirt), but for gzip. */
import type { ByteSource } from '../../bytes/source.js';
import { InputError } from '../../finding.js';
import type { Wrapper } from '../wrapper.js';
import { skipLz4Frame } from './lz4-frame.js';
import type { Tool } from './tool.js';
import { skipZstdFrame } from './zstd-frame.js';

interface Format extends Tool {
  /** What people call it. */
  readonly name: string;
  /** The package of Debian and its like that brings the program. */
  readonly package: string;
  /** Unpacks where the program is not installed. */
  readonly fallback?: (packed: ByteSource) => Promise<ByteSource>;
}

const startsWith =
  (...magics: readonly string[]) =>
  (head: Buffer): boolean =>
    magics.some((magic) => head.toString('hex', 0, magic.length / 2) === magic);

export const FORMATS: readonly Format[] = [
  {
    name: 'zstd',
    // The second is a skippable frame, with which pzstd begins.
    recognises: startsWith('28b52ffd', ...Array.from({ length: 16 }, (_, i) => `5${i.toString(16)}2a4d18`)),
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
    // The second is the format of before 2013 (`lz4 -l`).
    recognises: startsWith('04224d18', '02214c18'),
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
