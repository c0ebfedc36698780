import { describe, expect, it } from 'vitest';
import { Cursor } from '../../../src/bytes/cursor.js';
import { MemorySource } from '../../../src/bytes/source.js';
import { Emitter } from '../../../src/stream/emitter.js';
import type { StreamEvent } from '../../../src/stream/events.js';
import { malformed, passOn, stepOver } from '../../../src/stream/sections/reading.js';
import { noise } from '../../build/bytes.js';

const BYTES = noise(1000);

function input(wantsSectionData: boolean, chunk: number) {
  const pieces: { readonly offset: number; readonly data: Buffer }[] = [];
  const event = (event: StreamEvent): void => {
    if (event.kind === 'section-data') pieces.push({ offset: event.offset, data: Buffer.from(event.data) });
  };
  const cursor = new Cursor(new MemorySource(BYTES, 'm', { chunk, seekable: false }));
  const out = new Emitter([{ wantsSectionData, event }], 'main');
  const section = { id: 1, idstr: 'vfio', instance: 2, version: 1, kind: 'part', memory: new Map() } as const;
  return { pieces, cursor, input: { ...section, cursor, out } };
}

describe('passOn', () => {
  it.each([7, 1 << 20])('hands all bytes on in their order, without holding them (chunk: %d)', async (chunk) => {
    const { pieces, cursor, input: section } = input(true, chunk);
    await passOn(section, 900, 'DEV_DATA_STATE', 'data');
    expect(Buffer.concat(pieces.map(({ data }) => data))).toEqual(BYTES.subarray(0, 900));
    expect(pieces.map(({ offset }) => offset)).toEqual(
      pieces.map((_, i) => pieces.slice(0, i).reduce((sum, { data }) => sum + data.length, 0)),
    );
    expect(cursor.offset).toBe(900);
  });

  it('steps over them where nobody wants them', async () => {
    const { pieces, cursor, input: section } = input(false, 7);
    await passOn(section, 900, 'DEV_DATA_STATE', 'data');
    expect([pieces.length, cursor.offset]).toEqual([0, 900]);
  });

  it.each([true, false])('is truncated where the input ends (wanted: %s)', async (wanted) => {
    await expect(passOn(input(wanted, 7).input, 1001, 'x', 'data')).rejects.toMatchObject({ kind: 'truncated' });
  });
});

describe('stepOver', () => {
  it('makes a promise only where the bytes are not in the window', async () => {
    const { cursor, input: section } = input(false, 100);
    await cursor.need(100, 'bytes');
    expect(stepOver(section, 100, 'data')).toBeUndefined();
    await expect(stepOver(section, 100, 'data')).resolves.toBeUndefined();
    expect(cursor.offset).toBe(200);
  });
});

it('malformed says of which section, and what of it', () => {
  expect(malformed({ idstr: 'vfio' }, 'word', 'is odd', { offset: 9 }, { found: '1' })).toMatchObject({
    rule: 'section-record',
    at: { offset: 9, path: 'vfio > word' },
    detail: { found: '1' },
  });
});
