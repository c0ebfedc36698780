/**
 * The block list (MEM_SIZE) and the blocks it declares.
 *
 *     8  sum of the lengths | MEM_SIZE
 *     then, until the lengths add up to it:
 *        counted name
 *        8  used length
 *        8  page size of the backing, where postcopy was advised and it is not the host's   (2.9)
 *        8  guest-physical address, with x-ignore-shared                                    (4.0)
 *       28  mapped-ram header, then bitmap and pages                                        (9.0)
 *
 * Writer: `ram_save_setup` (migration/ram.c). Loader: `parse_ramblocks`.
 */
import { type Cursor, printable } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import type { Emitter } from './emitter.js';
import type { RamBlock } from './events.js';
import { mappedWords, readMappedArea, readMappedPages } from './mapped-ram.js';
import type { PageBatch } from './page-batch.js';

/** Far more than any machine has, and what `PageBatch.block` can number. */
export const MAX_BLOCKS = 4096;

export interface RamListContext {
  readonly hasCapability: (name: string) => boolean;
  /** The OR of all page sizes, as POSTCOPY_ADVISE said it; undefined when postcopy was not advised. */
  readonly pageSizeSummary: bigint | undefined;
}

export class RamBlockList {
  readonly blocks: RamBlock[] = [];
  /** The page size that the mapped-ram headers state. */
  mappedPageSize: number | undefined;

  private readonly limits: number[] = [];
  private readonly byName = new Map<string, number>();
  private readonly outside = new Set<number>();

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
    private readonly context: RamListContext,
  ) {}

  /** Takes over the blocks that another channel has declared, with their indexes. */
  adopt(blocks: readonly RamBlock[]): void {
    for (const block of blocks) this.put(block);
  }

  /** Bytes that page addresses of a block must stay below; without end for blocks that no list declares. */
  limitOf(index: number): number {
    return this.limits[index]!;
  }

  /** True when a name that is not known yet will be refused. */
  get isFull(): boolean {
    return this.blocks.length >= MAX_BLOCKS;
  }

  /** True the first time that a page outside its block is met for this block. */
  firstOutside(index: number): boolean {
    if (this.outside.has(index)) return false;
    this.outside.add(index);
    return true;
  }

  /** The index of the block whose name stands in the window; a name that no list declared makes a block of unknown length. */
  find(buffer: Buffer, start: number, end: number, offset: number): number {
    const key = buffer.toString('latin1', start, end);
    const known = this.byName.get(key);
    if (known !== undefined) return known;
    const name = printable(buffer.subarray(start, end));
    const index = this.byName.get(name) ?? this.add({ name, usedLength: 0, declared: false }, offset).index;
    this.byName.set(key, index);
    return index;
  }

  /** Reads a block list; the cursor stands at its record, whose flags are `flags`. */
  async read(flags: number, batch: PageBatch): Promise<void> {
    const { cursor } = this;
    const offset = cursor.offset;
    const total = cursor.size64('ram total') - flags;
    const listed: RamBlock[] = [];
    try {
      await this.entries(total, listed, batch);
    } finally {
      // What a broken list has named so far is not lost.
      this.out.event({ kind: 'ram-blocks', offset, length: cursor.offset - offset, total, blocks: listed });
    }
    if (this.mappedPageSize === undefined || !cursor.source.readAt) return;
    const wanted = this.out.wantedWords();
    if (wanted.length > 0) {
      this.out.event({ kind: 'mapped-words', offset, words: mappedWords(cursor.source, listed, wanted) });
    }
  }

  private async entries(total: number, listed: RamBlock[], batch: PageBatch): Promise<void> {
    const { cursor } = this;
    let left = total;
    while (left > 0) {
      const at = cursor.offset;
      const block = await this.entry(left, listed.length);
      // Such entries would never use the total up: a file that was not written to its end has them.
      const wrong = block.name === '' ? 'no name' : block.usedLength === 0 ? 'no length' : undefined;
      if (wrong !== undefined || listed.length === MAX_BLOCKS) {
        throw new DecodeError(
          'malformed',
          'ram-block-list',
          wrong === undefined
            ? `a list of more than ${MAX_BLOCKS} blocks`
            : `block ${listed.length} of the list has ${wrong}`,
          { offset: at, path: 'ram > block list' },
          { expected: `blocks of ${hex(total)} bytes in all`, found: hex(total - left) },
        );
      }
      if (block.usedLength > left) {
        throw new DecodeError(
          'malformed',
          'ram-block-list',
          `block ${block.name} has ${hex(block.usedLength)} bytes, ${hex(left)} of the total are left`,
          { offset: at, path: `ram > block list > ${block.name}` },
          {
            expected: `blocks of ${hex(total)} bytes in all`,
            found: `at least ${hex(total - left + block.usedLength)}`,
          },
        );
      }
      left -= block.usedLength;
      listed.push(this.add(block, at));
      if (this.context.hasCapability('mapped-ram')) await this.mapped(block, listed, batch, at);
    }
  }

  /** The bitmap and pages of a block stand between its entry and the next one. */
  private async mapped(
    block: Omit<RamBlock, 'index'>,
    listed: RamBlock[],
    batch: PageBatch,
    offset: number,
  ): Promise<void> {
    const { cursor, out } = this;
    const { area, bitmap } = await readMappedArea(cursor, block, out.wantsMappedPages);
    this.mappedPageSize = area.pageSize;
    if (area.pagesOffset === 0) return;
    const entry = this.add({ ...block, mappedRam: area }, offset);
    listed[listed.length - 1] = entry;
    if (bitmap) await readMappedPages(cursor, out, batch, entry, bitmap);
    else await cursor.skip(area.pagesOffset + block.usedLength - cursor.offset, `pages of ${block.name}`);
  }

  private async entry(left: number, position: number): Promise<Omit<RamBlock, 'index'>> {
    const { cursor, context } = this;
    const path = `ram block list entry ${position}`;
    const name = await cursor.counted(`${path} name`);
    await cursor.need(8, `${path} used length`);
    const usedLength = cursor.size64(`${path} used length`);
    const block: { -readonly [K in keyof Omit<RamBlock, 'index'>]: RamBlock[K] } = { name, usedLength, declared: true };
    if (usedLength > left) return block;
    if (await this.pageSizeFollows(usedLength === left)) block.pageSize = cursor.size64(`${path} page size`);
    if (context.hasCapability('x-ignore-shared')) {
      await cursor.need(8, `${path} address`);
      block.address = cursor.size64(`${path} address`);
    }
    return block;
  }

  /**
   * A page size stands behind the used length of blocks whose backing has other pages than the host. Nothing says so but
   * the bytes: names are never empty, so a first byte of 0 cannot be one, and behind the last entry a record follows, which is
   * no power of two that POSTCOPY_ADVISE announced.
   */
  private async pageSizeFollows(last: boolean): Promise<boolean> {
    const { cursor } = this;
    const summary = this.context.pageSizeSummary;
    if (summary === undefined) return false;
    // The next entry or record has that many bytes as well.
    await cursor.need(8, 'ram block list');
    const value = cursor.view.getBigUint64(cursor.position);
    const announced = value >= 0x1000n && (value & (value - 1n)) === 0n && (summary & value) !== 0n;
    return announced && (last || cursor.peekU8() === 0);
  }

  private add(block: Omit<RamBlock, 'index'>, offset: number): RamBlock {
    const known = this.byName.get(block.name);
    const index = known ?? this.blocks.length;
    if (index >= MAX_BLOCKS) {
      throw new DecodeError('unsupported', 'too-large', `more than ${MAX_BLOCKS} RAM blocks`, { offset, path: 'ram' });
    }
    return this.put({ index, ...block });
  }

  private put(block: RamBlock): RamBlock {
    this.blocks[block.index] = block;
    this.limits[block.index] = block.declared ? block.usedLength : Infinity;
    this.byName.set(block.name, block.index);
    return block;
  }
}
