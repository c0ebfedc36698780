/**
 * The `dirty-bitmap` section: block dirty bitmaps.
 *
 * A payload is a sequence of chunks, the last one with EOS:
 *
 *     1  flags (bit 7: a second byte follows; bit 7 of that: two more)
 *        counted node alias, with DEVICE_NAME
 *        counted bitmap alias, with BITMAP_NAME
 *        body
 *
 * | flag        | value | body                                                                     |
 * | EOS         | 0x01  |                                                                          |
 * | ZEROES      | 0x02  | with BITS: no data                                                       |
 * | BITMAP_NAME | 0x04  | names stay in force until the next one                                   |
 * | DEVICE_NAME | 0x08  |                                                                          |
 * | START       | 0x10  | granularity (4), start flags (1)                                         |
 * | COMPLETE    | 0x20  |                                                                          |
 * | BITS        | 0x40  | first sector (8), sectors (4), without ZEROES: size (8) and data         |
 *
 * Writer: migration/block-dirty-bitmap.c, since 2.12. The comment in that file says that the granularity has 8 bytes; the code writes 4.
 */
import { DecodeError, hex } from '../../finding.js';
import { record, type SectionDecoder, type SectionInput } from './section-decoder.js';

const EOS = 0x01;
const ZEROES = 0x02;
const BITMAP_NAME = 0x04;
const DEVICE_NAME = 0x08;
const START = 0x10;
const COMPLETE = 0x20;
const BITS = 0x40;
const EXTRA_FLAGS = 0x80;

/** The loader's own bound for the data of one chunk: 10 KiB. */
const MAX_BITS_SIZE = 10240;

export const dirtyBitmap: SectionDecoder = {
  matches: (idstr) => idstr === 'dirty-bitmap',
  kinds: ['start', 'part', 'end'],
  versions: [1],
  async read(input) {
    while (!(await readChunk(input)));
  },
};

async function readChunk(input: SectionInput): Promise<boolean> {
  const { cursor, memory } = input;
  const offset = cursor.offset;
  const flags = await readFlags(input);
  if (flags & DEVICE_NAME) memory.set('node', await cursor.counted('node alias'));
  if (flags & BITMAP_NAME) memory.set('bitmap', await cursor.counted('bitmap alias'));
  const of = { node: String(memory.get('node') ?? ''), bitmap: String(memory.get('bitmap') ?? '') };
  switch (flags & ~(ZEROES | BITMAP_NAME | DEVICE_NAME)) {
    case EOS:
      record(input, offset, 'EOS', {});
      return true;
    case START: {
      await cursor.need(5, 'dirty bitmap START');
      const granularity = cursor.u32();
      const start = cursor.u8();
      record(input, offset, 'START', {
        ...of,
        granularity,
        enabled: (start & 1) !== 0,
        persistent: (start & 2) !== 0,
        flags: start,
      });
      return false;
    }
    case COMPLETE:
      record(input, offset, 'COMPLETE', of);
      return false;
    case BITS: {
      await cursor.need(12, 'dirty bitmap BITS');
      const firstSector = cursor.size64('first sector');
      const sectors = cursor.u32();
      if (flags & ZEROES) {
        record(input, offset, 'BITS', { ...of, firstSector, sectors, zeroes: true });
        return false;
      }
      await cursor.need(8, 'dirty bitmap data size');
      const at = cursor.offset;
      const size = cursor.size64('dirty bitmap data size');
      if (size > MAX_BITS_SIZE) {
        throw new DecodeError('malformed', 'section-record', `dirty bitmap data of ${size} bytes`, {
          offset: at,
          length: 8,
          path: 'dirty-bitmap > BITS > size',
        });
      }
      await cursor.need(size, 'dirty bitmap data');
      const data = Uint8Array.from(cursor.bytes(size));
      record(input, offset, 'BITS', { ...of, firstSector, sectors, zeroes: false, data });
      return false;
    }
    default:
      throw new DecodeError('malformed', 'section-record', `dirty bitmap chunk with flags ${hex(flags)}`, {
        offset,
        path: 'dirty-bitmap > flags',
      });
  }
}

async function readFlags({ cursor }: SectionInput): Promise<number> {
  await cursor.need(1, 'dirty bitmap flags');
  let flags = cursor.u8();
  if ((flags & EXTRA_FLAGS) === 0) return flags;
  await cursor.need(1, 'dirty bitmap flags');
  const second = cursor.u8();
  flags = ((flags & ~EXTRA_FLAGS) << 8) | second;
  if ((second & EXTRA_FLAGS) === 0) return flags;
  await cursor.need(2, 'dirty bitmap flags');
  return (((flags & ~EXTRA_FLAGS) << 16) | cursor.u16()) >>> 0;
}
