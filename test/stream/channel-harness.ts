/** Runs a decoder of a channel that is not the main one, and keeps what it reports. */
import { expect } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { Emitter } from '../../src/stream/emitter.js';
import type { ChannelEnd, StreamEvent } from '../../src/stream/events.js';
import { PAGE_KINDS } from '../../src/stream/page-batch.js';

/** Kind, block, address, offset of the record, and a digest of the body: its first byte and length. */
export type SeenPage = readonly [
  kind: string,
  block: string,
  address: number,
  offset: number,
  first: number,
  size: number,
];

export interface Outcome {
  readonly events: readonly StreamEvent[];
  readonly pages: readonly SeenPage[];
  readonly postcopy: boolean;
  readonly problems: readonly (readonly [rule: string, offset: number, path?: string])[];
  readonly end: ChannelEnd;
}

export async function run(
  data: Uint8Array,
  decode: (cursor: Cursor, out: Emitter) => Promise<void>,
  setting: { readonly chunk?: number; readonly seekable?: boolean } = {},
): Promise<Outcome> {
  const events: StreamEvent[] = [];
  const pages: SeenPage[] = [];
  let postcopy = true;
  const out = new Emitter(
    [
      {
        event: (event) => events.push(event),
        pages: (batch) => {
          postcopy &&= batch.postcopy;
          for (let i = 0; i < batch.length; i++) {
            const { name, index } = batch.blocks[batch.block[i]!]!;
            expect(index).toBe(batch.block[i]);
            const kind = PAGE_KINDS[batch.kind[i]!]!;
            pages.push([
              kind,
              name,
              batch.address[i]!,
              batch.offset[i]!,
              batch.window[batch.start[i]!]!,
              batch.size[i]!,
            ]);
          }
        },
        drain: () => Promise.resolve(),
      },
    ],
    'test',
  );
  await decode(new Cursor(new MemorySource(data, 'test', setting)), out);
  const end = events.at(-1);
  if (end?.kind !== 'end') throw new Error(`the last event is ${end?.kind}`);
  expect(events.filter(({ kind }) => kind === 'end' || kind === 'begin')).toHaveLength(2);
  expect(end.bytes).toBe(data.length);
  const problems = events.flatMap((event) => {
    if (event.kind !== 'problem') return [];
    const { rule, offset, path } = event.finding;
    return [path === undefined ? ([rule, offset] as const) : ([rule, offset, path] as const)];
  });
  return { events, pages, postcopy, problems, end };
}

/** The same outcome whatever the source gives at once, and whether or not it can be sought in. */
export async function runAllWays(
  data: Uint8Array,
  decode: (cursor: Cursor, out: Emitter) => Promise<void>,
): Promise<Outcome> {
  const whole = await run(data, decode);
  for (const setting of [{ chunk: 1 }, { chunk: 3, seekable: false }, { chunk: 1, seekable: false }]) {
    const again = await run(data, decode, setting);
    expect(again.events.map(withoutLength)).toEqual(whole.events.map(withoutLength));
    expect(again.pages).toEqual(whole.pages);
  }
  return whole;
}

/** How much was there behind a cut is known only where the size is. */
function withoutLength(event: StreamEvent): unknown {
  return event.kind === 'problem' ? [event.finding.rule, event.offset, event.finding.path] : event;
}
