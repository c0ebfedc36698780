/**
 * The records of a RAM section: START, PART and END payloads are a sequence of them, closed by EOS.
 *
 *     0  8  address in the block | flags (the bits below the page size)
 *     8     counted block name, for page records without CONTINUE
 *           body
 *
 * | flag          | value | body                                                    | since          |
 * | ZERO          | 0x002 | fill byte (1)                                           | ever           |
 * | MEM_SIZE      | 0x004 | block list, address = sum of the lengths                | 0.14           |
 * | PAGE          | 0x008 | one page                                                | ever           |
 * | EOS           | 0x010 |                                                         | ever           |
 * | CONTINUE      | 0x020 | with a page record: same block as the one before        | 0.14           |
 * | XBZRLE        | 0x040 | 0x01, length (2), runs                                  | 1.2            |
 * | HOOK          | 0x080 | (RDMA control happens outside the stream)               | 1.7            |
 * | COMPRESS_PAGE | 0x100 | length (4), a zlib stream                               | 2.4 to 9.0     |
 * | MULTIFD_FLUSH | 0x200 |                                                         | 8.1            |
 *
 * Writer: `save_page_header`, `ram_save_setup`, `ram_save_iterate`, `ram_save_complete` (migration/ram.c).
 */
export const RAM_SAVE_FLAG_ZERO = 0x002;
export const RAM_SAVE_FLAG_MEM_SIZE = 0x004;
export const RAM_SAVE_FLAG_PAGE = 0x008;
export const RAM_SAVE_FLAG_EOS = 0x010;
export const RAM_SAVE_FLAG_CONTINUE = 0x020;
export const RAM_SAVE_FLAG_XBZRLE = 0x040;
export const RAM_SAVE_FLAG_HOOK = 0x080;
export const RAM_SAVE_FLAG_COMPRESS_PAGE = 0x100;
export const RAM_SAVE_FLAG_MULTIFD_FLUSH = 0x200;

const NAMES: readonly (readonly [number, string])[] = [
  [RAM_SAVE_FLAG_ZERO, 'ZERO'],
  [RAM_SAVE_FLAG_MEM_SIZE, 'MEM_SIZE'],
  [RAM_SAVE_FLAG_PAGE, 'PAGE'],
  [RAM_SAVE_FLAG_EOS, 'EOS'],
  [RAM_SAVE_FLAG_CONTINUE, 'CONTINUE'],
  [RAM_SAVE_FLAG_XBZRLE, 'XBZRLE'],
  [RAM_SAVE_FLAG_HOOK, 'HOOK'],
  [RAM_SAVE_FLAG_COMPRESS_PAGE, 'COMPRESS_PAGE'],
  [RAM_SAVE_FLAG_MULTIFD_FLUSH, 'MULTIFD_FLUSH'],
];

/** The names of the flags that are set, joined by `|`. */
export function ramFlagNames(flags: number): string {
  const names = NAMES.filter(([bit]) => flags & bit).map(([, name]) => name);
  const rest = flags & ~NAMES.reduce((all, [bit]) => all | bit, 0);
  if (rest !== 0 || names.length === 0) names.push(`0x${rest.toString(16)}`);
  return names.join('|');
}

/** The only version of the RAM section that streams since QEMU 0.14 have. */
export const RAM_SECTION_VERSION = 4;
/** XBZRLE body: encoding byte and length before the runs. */
export const XBZRLE_HEADER_SIZE = 3;
export const ENCODING_FLAG_XBZRLE = 0x01;
