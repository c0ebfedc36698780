/**
 * The packets of a multifd channel: pages that do not travel on the main channel.
 *
 * The first 64 bytes name the channel (`MultiFDInit_t`):
 *
 *     0   4   magic, 0x11223344
 *     4   4   version, 1
 *     8   16  uuid of the machine, zero without -uuid
 *     24  1   channel id
 *     25  39  unused, zero
 *
 * A RAM packet (`MultiFDPacket_t`) has a header of one size for the whole migration, then its payload, if it has normal pages:
 *
 *     0   4   magic, 0x11223344
 *     4   4   version, 1
 *     8   4   flags
 *     12  4   pages_alloc: the page count; 0 in packets without pages since 9.2
 *     16  4   normal_pages: pages with payload
 *     20  4   next_packet_size: bytes of payload; left over from the packet before where normal_pages is 0 (up to 8.1)
 *     24  8   packet_num
 *     32  4   zero_pages: pages of zeros (9.0)
 *     36  28  unused, zero
 *     64  256 name of the RAM block, up to its NUL; left over where there are no pages (up to 9.1)
 *     320 8n  offsets in the block: the normal pages, the zero pages, then nothing of meaning; n is the page count
 *
 * A device state packet (`MultiFDPacketDeviceState_t`, 10.0), told by its flag:
 *
 *     0   12  magic, version, flags as above
 *     12  256 idstr of the device's section, up to its NUL
 *     268 4   instance id
 *     272 4   next_packet_size: bytes of payload
 *
 * | flag         | value | payload                                              | since |
 * | SYNC         | 0x01  | (ends a generation)                                  | 4.0   |
 * | (none)       | 0x00  | the pages                                            | 4.0   |
 * | ZLIB         | 0x02  | a part of the channel's zlib stream                  | 5.0   |
 * | ZSTD         | 0x04  | a part of the channel's zstd frame                   | 5.1   |
 * | QPL          | 0x08  | lengths (4 each), a raw deflate stream or a page each | 9.1   |
 * | UADK         | 0x10  | lengths (4 each), a zlib stream or a page each       | 9.1   |
 * | QATZIP       | 0x20  | gzip members                                         | 9.2   |
 * | DEVICE_STATE | 0x40  | see vfio-packet.ts                                   | 10.0  |
 *
 * Writer: `multifd_send_initial_packet`, `multifd_send_fill_packet`, `multifd_device_state_fill_packet` and the threads that call
 * them (migration/multifd*.c). Up to 8.2 a SYNC packet may carry pages, and an empty packet with its number (the "twin") follows it.
 */
import { layout } from '../bytes/layout.js';

export const MULTIFD_MAGIC = 0x11223344;
export const MULTIFD_VERSION = 1;

/** Magic and version as they stand in the stream, to be searched for. */
export const MULTIFD_PACKET_START: Uint8Array = Uint8Array.of(0x11, 0x22, 0x33, 0x44, 0, 0, 0, 1);

export const MULTIFD_FLAG_SYNC = 0x01;
export const MULTIFD_FLAG_NOCOMP = 0x00;
export const MULTIFD_FLAG_ZLIB = 0x02;
export const MULTIFD_FLAG_ZSTD = 0x04;
export const MULTIFD_FLAG_QPL = 0x08;
export const MULTIFD_FLAG_UADK = 0x10;
export const MULTIFD_FLAG_QATZIP = 0x20;
export const MULTIFD_FLAG_DEVICE_STATE = 0x40;

/** The method field as the latest release masks it; releases before compared fewer bits. */
export const MULTIFD_FLAG_COMPRESSION_MASK = 0x3e;
/** The bits of the method field by the release that first had them. */
export const MULTIFD_COMPRESSION_MASKS = [
  { since: '5.0', mask: 0x0e },
  { since: '9.1', mask: 0x1e },
  { since: '9.2', mask: 0x3e },
] as const;
/** Every flag that a release has given a meaning. */
export const MULTIFD_FLAGS = MULTIFD_FLAG_SYNC | MULTIFD_FLAG_COMPRESSION_MASK | MULTIFD_FLAG_DEVICE_STATE;

export const MULTIFD_METHODS = ['none', 'zlib', 'zstd', 'qpl', 'uadk', 'qatzip'] as const;
export type MultifdMethod = (typeof MULTIFD_METHODS)[number];

const METHOD_BY_FLAG: ReadonlyMap<number, MultifdMethod> = new Map([
  [MULTIFD_FLAG_NOCOMP, 'none'],
  [MULTIFD_FLAG_ZLIB, 'zlib'],
  [MULTIFD_FLAG_ZSTD, 'zstd'],
  [MULTIFD_FLAG_QPL, 'qpl'],
  [MULTIFD_FLAG_UADK, 'uadk'],
  [MULTIFD_FLAG_QATZIP, 'qatzip'],
]);

/** The method that the flags of a packet name; undefined for several at once. */
export function multifdMethod(flags: number): MultifdMethod | undefined {
  return METHOD_BY_FLAG.get(flags & MULTIFD_FLAG_COMPRESSION_MASK);
}

/** Bytes of pages that a packet holds at most. */
export const MULTIFD_PACKET_SIZE = 0x8_0000;

/** Pages that a packet holds at most, and entries of its array: they fill `MULTIFD_PACKET_SIZE`. */
export function multifdPageCount(pageSize: number): number {
  return MULTIFD_PACKET_SIZE / pageSize;
}

/** Bytes of the header of every RAM packet. */
export function multifdHeaderSize(pageSize: number): number {
  return MULTIFD_OFFSETS_AT + 8 * multifdPageCount(pageSize);
}

/**
 * The most that the payload of full packets takes when it is compressed: what receivers of zlib, zstd and QATzip have room for. QPL and
 * UADK need less, a length and at most the page each.
 */
export const MULTIFD_MAX_COMPRESSED = 2 * MULTIFD_PACKET_SIZE;

/** Where the words that no release has given a meaning begin; they end before the name. */
export const MULTIFD_UNUSED_AT = 36;
export const MULTIFD_NAME_SIZE = 256;
/** Where the name of the RAM block stands in a RAM packet, and that of the device in a device state packet. */
export const MULTIFD_RAMBLOCK_AT = 64;
export const MULTIFD_IDSTR_AT = 12;
/** Where the offsets of the pages stand in a RAM packet. */
export const MULTIFD_OFFSETS_AT = MULTIFD_RAMBLOCK_AT + MULTIFD_NAME_SIZE;
/** Bytes of the header of a device state packet; no packet is shorter. */
export const MULTIFD_DEVICE_STATE_SIZE = MULTIFD_IDSTR_AT + MULTIFD_NAME_SIZE + 8;

export const MULTIFD_INIT_SIZE = 64;
export const MULTIFD_UUID_AT = 8;
export const MULTIFD_UUID_SIZE = 16;
export const MULTIFD_ID_AT = 24;

/** What every packet begins with (`MultiFDPacketHdr_t`; a structure of its own since 10.0, the same bytes before). */
export const MULTIFD_PACKET_HDR = layout('multifd packet header', [
  ['magic', 'u32'],
  ['version', 'u32'],
  ['flags', 'u32'],
]);

/** The fields of a RAM packet between flags and the reserved words. */
export const MULTIFD_RAM_FIELDS = layout('multifd RAM packet header', [
  ['pagesAlloc', 'u32'],
  ['normalPages', 'u32'],
  ['nextPacketSize', 'u32'],
  ['packetNum', 'u64'],
  ['zeroPages', 'u32'],
]);

/** The fields of a device state packet behind its idstr. */
export const MULTIFD_DEVICE_STATE_FIELDS = layout('multifd device state packet header', [
  ['instanceId', 'u32'],
  ['nextPacketSize', 'u32'],
]);

/** A name in its fixed room: the bytes up to the first NUL. Undefined when there is none. */
export function multifdName(room: Buffer): Buffer | undefined {
  const end = room.indexOf(0);
  return end < 0 ? undefined : room.subarray(0, end);
}
