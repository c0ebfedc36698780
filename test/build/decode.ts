/** Runs a decoder over bytes and keeps what it says, for comparing. */
import { createHash } from 'node:crypto';
import { MemorySource } from '../../src/bytes/source.js';
import { Cursor } from '../../src/bytes/cursor.js';
import type { Finding } from '../../src/finding.js';
import { decodeChannel, type DecodeChannelOptions } from '../../src/stream/decode-channel.js';
import type { ChannelEnd, EventOf, StreamEvent, StreamSink } from '../../src/stream/events.js';
import { PAGE_KINDS, type PageKind } from '../../src/stream/page-batch.js';

/** A page record taken out of its batch. */
export interface PageRecord {
  readonly kind: PageKind;
  readonly block: string;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly pageSize: number;
  readonly postcopy: boolean;
  /** Hash of the body. */
  readonly hash: string;
}

export type Entry = StreamEvent | ({ readonly page: true } & PageRecord);

export interface DecodeOptions extends Partial<DecodeChannelOptions> {
  readonly chunk?: number;
  readonly seekable?: boolean;
  readonly waits?: boolean;
  readonly wantsDeviceState?: boolean;
  readonly rawDevices?: boolean;
  readonly wantsMappedPages?: boolean;
}

export class Decoded {
  readonly entries: Entry[] = [];

  get events(): StreamEvent[] {
    return this.entries.filter((entry): entry is StreamEvent => !('page' in entry));
  }

  get pages(): PageRecord[] {
    return this.entries.filter((entry) => 'page' in entry);
  }

  get problems(): Finding[] {
    return this.of('problem').map(({ finding }) => finding);
  }

  /** The names of the problems, in order. */
  get rules(): string[] {
    return this.problems.map(({ rule }) => rule);
  }

  get end(): ChannelEnd {
    return this.of('end').at(-1)!;
  }

  of<K extends StreamEvent['kind']>(kind: K): EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> => event.kind === kind);
  }

  only<K extends StreamEvent['kind']>(kind: K): EventOf<K> {
    const found = this.of(kind);
    if (found.length !== 1) throw new Error(`${found.length} events of kind ${kind}`);
    return found[0]!;
  }
}

export async function decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Decoded> {
  const {
    chunk,
    seekable = true,
    waits = false,
    wantsDeviceState = true,
    rawDevices = false,
    wantsMappedPages = false,
    ...rest
  } = options;
  const source = new MemorySource(bytes, 'test', { ...(chunk !== undefined && { chunk }), seekable, waits });
  const decoded = new Decoded();
  const sink: StreamSink = {
    wantsDeviceState,
    rawDevices,
    wantsMappedPages,
    event: (event) => void decoded.entries.push(event),
    pages: (batch) => {
      for (let i = 0; i < batch.length; i++) {
        const body = batch.window.subarray(batch.start[i]!, batch.start[i]! + batch.size[i]!);
        decoded.entries.push({
          page: true,
          kind: PAGE_KINDS[batch.kind[i]!]!,
          block: batch.blocks[batch.block[i]!]!.name,
          address: batch.address[i]!,
          offset: batch.offset[i]!,
          size: batch.size[i]!,
          pageSize: batch.pageSize,
          postcopy: batch.postcopy,
          hash: createHash('md5').update(body).digest('hex').slice(0, 8),
        });
      }
    },
  };
  await decodeChannel(new Cursor(source), [sink], { role: 'main', channel: 'main', ...rest });
  return decoded;
}

/** The hash that a page record has for these contents. */
export const hashOf = (body: Uint8Array): string => createHash('md5').update(body).digest('hex').slice(0, 8);
