/** The records of RAM sections, one function each, as bytes to be joined. */
import { deflateSync } from 'node:zlib';
import { counted, join, u16, u32, u64, u8 } from './bytes.js';

export interface BlockEntry {
  readonly name: string;
  readonly usedLength: number;
  readonly pageSize?: number;
  readonly address?: number;
}

/** The block list; `total` lies about the sum. */
export function memSize(
  blocks: readonly BlockEntry[],
  total = blocks.reduce((sum, block) => sum + block.usedLength, 0),
): Buffer {
  return join(u64(BigInt(total) | 0x4n), ...blocks.map(blockEntry));
}

export function blockEntry(block: BlockEntry): Buffer {
  const parts = [counted(block.name), u64(block.usedLength)];
  if (block.pageSize !== undefined) parts.push(u64(block.pageSize));
  if (block.address !== undefined) parts.push(u64(block.address));
  return join(...parts);
}

/** The head of a page record: without a block it says CONTINUE. */
function head(flag: number, address: number, block: string | undefined): Buffer {
  const word = u64(BigInt(address) | BigInt(flag | (block === undefined ? 0x20 : 0)));
  return block === undefined ? word : join(word, counted(block));
}

export const zero = (address: number, block?: string, fill = 0): Buffer => join(head(0x002, address, block), u8(fill));
export const page = (address: number, contents: Uint8Array, block?: string): Buffer =>
  join(head(0x008, address, block), contents);
export const xbzrle = (address: number, runs: Uint8Array, block?: string, encoding = 1): Buffer =>
  join(head(0x040, address, block), u8(encoding), u16(runs.length), runs);
export const compressed = (address: number, contents: Uint8Array, block?: string): Buffer => {
  const body = deflateSync(contents, { level: 1 });
  return join(head(0x100, address, block), u32(body.length), body);
};

export const eos = (): Buffer => u64(0x010);
export const hook = (): Buffer => u64(0x080);
export const flush = (): Buffer => u64(0x200);

/** The runs of XBZRLE: pairs of unchanged bytes and new bytes. */
export function xbzrleRuns(...runs: readonly (readonly [unchanged: number, bytes: Uint8Array])[]): Buffer {
  return join(...runs.flatMap(([unchanged, bytes]) => [uleb(unchanged), uleb(bytes.length), bytes]));
}

const uleb = (value: number): Buffer => (value < 0x80 ? u8(value) : Buffer.from([0x80 | (value & 0x7f), value >> 7]));

export interface MappedBlock {
  readonly name: string;
  readonly usedLength: number;
  readonly address?: number;
  /** The stored pages by number; all others are zero. Absent for a block that has no place in the file. */
  readonly pages?: ReadonlyMap<number, Uint8Array>;
}

export interface MappedOptions {
  readonly pageSize?: number;
  /** Bytes of the file before the stream. */
  readonly fileOffset?: number;
  readonly bigEndian?: boolean;
  readonly alignment?: number;
}

/** The block list of a mapped-ram file with its page areas; `at` is where it stands in the stream. */
export function mappedMemSize(at: number, blocks: readonly MappedBlock[], options: MappedOptions = {}): Buffer {
  const { pageSize = 0x1000, fileOffset = 0, bigEndian = false, alignment = 0x10_0000 } = options;
  const parts = [u64(BigInt(blocks.reduce((sum, block) => sum + block.usedLength, 0)) | 0x4n)];
  let offset = at + fileOffset + 8;
  const add = (...bytes: readonly Buffer[]): void => {
    parts.push(...bytes);
    for (const piece of bytes) offset += piece.length;
  };
  for (const block of blocks) {
    add(blockEntry({ name: block.name, usedLength: block.usedLength, ...(block.address !== undefined && block) }));
    if (!block.pages) {
      add(u32(1), u64(pageSize), u64(0), u64(0));
      continue;
    }
    const bitmap = bitmapOf(block, pageSize, bigEndian);
    const bitmapOffset = offset + 28;
    const pagesOffset = Math.ceil((bitmapOffset + bitmap.length) / alignment) * alignment;
    add(u32(1), u64(pageSize), u64(bitmapOffset), u64(pagesOffset), bitmap);
    const area = Buffer.alloc(pagesOffset - offset + block.usedLength);
    for (const [number, contents] of block.pages) area.set(contents, pagesOffset - offset + number * pageSize);
    add(area);
  }
  return join(...parts);
}

function bitmapOf(block: MappedBlock, pageSize: number, bigEndian: boolean): Buffer {
  const bytes = Buffer.alloc(8 * Math.ceil(block.usedLength / pageSize / 64));
  for (const number of block.pages!.keys()) bytes[number >> 3]! |= 1 << (number & 7);
  return bigEndian ? bytes.swap64() : bytes;
}
