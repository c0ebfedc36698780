/** Runs one section decoder over bytes that are written as commented hex. */
import { expect } from 'vitest';
import { Cursor } from '../../../src/bytes/cursor.js';
import { MemorySource } from '../../../src/bytes/source.js';
import { DecodeError } from '../../../src/finding.js';
import { Emitter } from '../../../src/stream/emitter.js';
import type { RecordFields } from '../../../src/stream/events.js';
import type { SectionDecoder } from '../../../src/stream/sections/section-decoder.js';
import type { SectionKind } from '../../../src/wire/section.js';

/** Bytes of hex digits; what follows `#` on a line is a comment, and "quoted" text stands for its bytes. */
export function bytes(text: string): Buffer {
  const plain = text.replace(/"([^"]*)"/g, (_, quoted: string) => Buffer.from(quoted, 'latin1').toString('hex'));
  const digits = plain.replace(/#.*$/gm, '').replace(/\s+/g, '');
  expect(digits).toMatch(/^([0-9a-f]{2})*$/);
  return Buffer.from(digits, 'hex');
}

export interface Setting {
  readonly kind: SectionKind;
  readonly idstr: string;
  /** Bytes that the footer proves: the decoder runs inside a range of them. */
  readonly extent?: number;
  readonly chunk?: number;
  readonly seekable?: boolean;
  readonly memory?: Map<string, unknown>;
}

export type Seen = readonly [name: string, offset: number, length: number, fields: RecordFields];

/** Collects the records that `run` reports. */
export async function collect(
  data: Uint8Array,
  setting: Pick<Setting, 'chunk' | 'seekable'>,
  run: (cursor: Cursor, out: Emitter) => Promise<void>,
): Promise<{ seen: Seen[]; consumed: number }> {
  const seen: Seen[] = [];
  const out = new Emitter(
    [
      {
        event: (event) => event.kind === 'record' && seen.push([event.name, event.offset, event.length, event.fields]),
        drain: () => Promise.resolve(),
      },
    ],
    'main',
  );
  const cursor = new Cursor(new MemorySource(data, 'test', setting));
  await run(cursor, out);
  return { seen, consumed: cursor.offset };
}

export function decode(decoder: SectionDecoder, data: Uint8Array, setting: Setting) {
  return collect(data, setting, async (cursor, out) => {
    const { idstr, kind, extent, memory = new Map<string, unknown>() } = setting;
    const input = { id: 7, instance: 0, version: decoder.versions[0]!, idstr, kind, cursor, out, memory };
    expect(decoder.matches(idstr)).toBe(true);
    expect(decoder.kinds).toContain(kind);
    if (extent === undefined) await decoder.read(input);
    else await cursor.within(extent, idstr, () => decoder.read(input));
  });
}

/** A payload that is read to its end, whole and in every size of read, and that is truncated wherever it is cut. */
export async function expectRecords(
  decoder: SectionDecoder,
  data: Uint8Array,
  setting: Setting,
  expected: readonly Seen[],
): Promise<void> {
  const behind = Buffer.concat([data, bytes('7e 00000007 00')]);
  const extent = decoder.kinds.includes('full') && setting.kind === 'full' ? data.length : undefined;
  for (const chunk of [1 << 20, 1, 3]) {
    const got = await decode(decoder, behind, { ...setting, chunk, seekable: chunk !== 3 });
    expect(got).toEqual({ seen: expected, consumed: data.length });
    if (extent !== undefined) {
      expect(await decode(decoder, behind, { ...setting, chunk, extent })).toEqual(got);
    }
  }
  for (let cut = 0; cut < data.length; cut++) {
    for (const seekable of [true, false]) {
      const error = await failure(decode(decoder, data.subarray(0, cut), { ...setting, seekable }));
      expect([cut, error.kind]).toEqual([cut, 'truncated']);
    }
    if (extent === undefined) continue;
    const error = await failure(decode(decoder, data.subarray(0, cut), { ...setting, extent }));
    expect([cut, error.kind]).toEqual([cut, 'truncated']);
  }
}

/** The decode error that a run ends with. */
export async function failure(run: Promise<unknown>): Promise<DecodeError> {
  const error: unknown = await run.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DecodeError);
  return error as DecodeError;
}

/** A payload that its writer cannot have produced. */
export async function expectMalformed(
  decoder: SectionDecoder,
  data: Uint8Array,
  setting: Setting,
  offset: number,
  path: string,
): Promise<DecodeError> {
  const error = await failure(decode(decoder, data, setting));
  expect({ kind: error.kind, rule: error.rule, offset: error.at.offset, path: error.at.path }).toEqual({
    kind: 'malformed',
    rule: 'section-record',
    offset,
    path,
  });
  return error;
}
