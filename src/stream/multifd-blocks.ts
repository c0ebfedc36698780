/** The RAM blocks that the packets of a channel name, as far as the main channel has declared them. */
import { printable } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import { multifdName } from '../wire/multifd.js';
import type { Emitter } from './emitter.js';
import type { RamBlock } from './events.js';
import { MAX_BLOCKS } from './ram-blocks.js';

/** What the main channel, which is read at the same time, has told so far. */
export interface MultifdContext {
  /** The page size of the stream; without it the packets have to tell. */
  readonly pageSize: number | undefined;
  /** True once the main channel has declared its blocks: only then is a block that it does not have unknown. */
  readonly blocksListed?: boolean;
  findBlock(name: string): RamBlock | undefined;
}

export class MultifdBlocks {
  /** The blocks in the order in which the channel names them; `index` counts in this list, not in that of the main channel. */
  readonly blocks: RamBlock[] = [];

  private readonly byName = new Map<string, number>();
  private readonly unknown = new Set<number>();
  private readonly outside = new Set<number>();

  constructor(
    private readonly out: Emitter,
    private readonly context: MultifdContext,
  ) {}

  /** The index of the block that the 256 bytes at `offset` name. */
  find(room: Buffer, offset: number): number {
    const bytes = multifdName(room) ?? room.subarray(0, -1);
    const key = bytes.toString('latin1');
    const known = this.byName.get(key);
    if (known !== undefined && this.blocks[known]!.declared) return known;

    const name = printable(bytes);
    const declared = this.context.findBlock(name);
    const index = known ?? this.blocks.length;
    if (index >= MAX_BLOCKS) {
      throw new DecodeError('unsupported', 'too-large', `more than ${MAX_BLOCKS} RAM blocks`, { offset });
    }
    if (declared || known === undefined) {
      this.blocks[index] = declared ? { ...declared, index } : { index, name, usedLength: 0, declared: false };
      this.byName.set(key, index);
    }
    const refused = bytes.length === 0 || (this.context.blocksListed === true && !declared?.declared);
    if (refused && !this.unknown.has(index)) {
      this.unknown.add(index);
      const message = bytes.length === 0 ? 'packet with pages of no block' : `packet for unknown block ${name}`;
      this.out.problem('multifd-block', message, { offset, length: room.length, path: 'multifd packet > ramblock' });
    }
    return index;
  }

  /** The largest offset that a page of the block may have. */
  limitOf(index: number, pageSize: number): number {
    const { declared, usedLength } = this.blocks[index]!;
    return declared ? usedLength - pageSize : Number.MAX_SAFE_INTEGER;
  }

  /** Reports the first page of a block that lies where no page can. */
  misplaced(index: number, where: number, pageSize: number, offset: number): void {
    if (this.outside.has(index)) return;
    this.outside.add(index);
    const { name } = this.blocks[index]!;
    const limit = this.limitOf(index, pageSize);
    const message =
      where > limit
        ? `page ${hex(where)} outside block ${name}`
        : `page ${hex(where)} of ${name} not on a page boundary`;
    this.out.problem(
      'multifd-offset',
      message,
      { offset, length: 8, path: `multifd packet > ${name}` },
      { expected: `a multiple of ${hex(pageSize)}, at most ${hex(Math.max(0, limit))}`, found: hex(where) },
    );
  }
}
