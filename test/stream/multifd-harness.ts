/** Decodes the bytes of a multifd channel and keeps everything that is reported, in order. */
import { expect } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import type { Finding } from '../../src/finding.js';
import { Emitter } from '../../src/stream/emitter.js';
import type { ChannelEnd, EventOf, StreamEvent } from '../../src/stream/events.js';
import { decodeMultifdChannel, type MultifdContext } from '../../src/stream/multifd-channel.js';
import { PAGE_KINDS } from '../../src/stream/page-batch.js';
import { page } from '../build/multifd.js';

export interface SeenPage {
  readonly kind: 'page';
  readonly page: string;
  readonly block: string;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  /** True where the bytes are those that the builder gives a page at this address. */
  readonly asBuilt: boolean;
}

export interface Seen {
  /** Events and pages in the order in which they came; how pages are batched is left out. */
  readonly log: readonly (StreamEvent | SeenPage)[];
  readonly events: readonly StreamEvent[];
  readonly pages: readonly SeenPage[];
  readonly packets: readonly EventOf<'packet'>[];
  readonly problems: readonly Finding[];
  readonly end: ChannelEnd;
}

export interface Setting extends Partial<MultifdContext> {
  readonly chunk?: number;
  readonly seekable?: boolean;
  readonly drain?: (log: readonly (StreamEvent | SeenPage)[], cursor: Cursor) => Promise<void> | undefined;
}

/** A context that knows one block of 1 MiB in pages of 4 KiB. */
export const KNOWN: MultifdContext = {
  pageSize: 0x1000,
  blocksListed: true,
  findBlock: (name) =>
    name === 'pc.ram' ? { index: 5, name, usedLength: 0x10_0000, declared: true, address: 0 } : undefined,
};

export async function decode(data: Uint8Array, setting: Setting = {}): Promise<Seen> {
  const log: (StreamEvent | SeenPage)[] = [];
  const cursor = new Cursor(new MemorySource(data, 'test', setting));
  const out = new Emitter(
    [
      {
        event: (event) =>
          log.push(event.kind === 'device-packet' ? { ...event, data: Uint8Array.from(event.data) } : event),
        pages: ({ length, kind, block, address, offset, size, start, window, blocks, pageSize }) => {
          for (let i = 0; i < length; i++) {
            const bytes = window.subarray(start[i]!, start[i]! + size[i]!);
            log.push({
              kind: 'page',
              page: PAGE_KINDS[kind[i]!]!,
              block: blocks[block[i]!]!.name,
              address: address[i]!,
              offset: offset[i]!,
              size: size[i]!,
              asBuilt: size[i]! > 0 && Buffer.compare(bytes, page(address[i]!, pageSize)) === 0,
            });
          }
        },
        drain: () => setting.drain?.(log, cursor),
      },
    ],
    'channel',
  );
  await decodeMultifdChannel(cursor, out, {
    pageSize: 'pageSize' in setting ? setting.pageSize : KNOWN.pageSize,
    findBlock: setting.findBlock ?? KNOWN.findBlock,
    blocksListed: setting.blocksListed ?? true,
  });
  const events = log.filter((entry): entry is StreamEvent => entry.kind !== 'page');
  return {
    log,
    events,
    pages: log.filter((entry) => entry.kind === 'page'),
    packets: events.filter((event) => event.kind === 'packet'),
    problems: events.flatMap((event) => (event.kind === 'problem' ? [event.finding] : [])),
    end: events.at(-1) as ChannelEnd,
  };
}

const CHUNKS = [1, 7, 4097];

/** Decodes a channel that nothing is wrong with, whole and in reads of every size. */
export async function expectSound(data: Buffer): Promise<Seen> {
  const whole = await decode(data);
  expect(whole.problems).toEqual([]);
  expect(whole.end).toEqual({
    kind: 'end',
    offset: data.length,
    bytes: data.length,
    explainedBytes: data.length,
    lastGoodOffset: data.length,
    complete: true,
  });
  for (const chunk of CHUNKS) {
    const seekable = chunk !== 7;
    expect((await decode(data, { chunk, seekable })).log).toEqual(whole.log);
  }
  return whole;
}

/** Number, kind, generation, normal pages, zero pages and block of every packet. */
export const brief = ({ packets }: Seen) =>
  packets.map(({ packetNum, sync, twin, generation, normalPages, zeroPages, block }) => {
    const kind = twin ? 'twin' : sync ? 'sync' : 'pages';
    return [Number(packetNum), kind, generation, normalPages, zeroPages, block];
  });
