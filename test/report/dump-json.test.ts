import { join as joinPath } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { decodeChannel } from '../../src/stream/decode-channel.js';
import { readStream } from '../../src/read.js';
import { JsonDump, JsonOutput } from '../../src/report/dump-json.js';
import type { DumpOptions } from '../../src/report/dump-options.js';
import { selection } from '../../src/report/select.js';
import { join } from '../build/bytes.js';
import { raw, vmdescText } from '../build/device.js';
import { eof, header, vmdesc } from '../build/elements.js';
import { fullSections } from '../build/samples.js';
import { MMIO_PATH, virtioPayload } from '../build/virtio.js';
import { CHANNEL_EVENTS, EVENTS, play, TextKeeper } from './samples.js';
import { expectValid, schema } from './schemas.js';

const FIXTURE = joinPath(import.meta.dirname, '../../fixtures/microvm-7.2.bin');
const PLAIN: DumpOptions = { pages: false, memory: false, desc: false, offsets: false, maxBytes: Infinity };
const ALL: DumpOptions = { pages: true, memory: true, desc: true, offsets: true, maxBytes: 2 };

type Line = Record<string, unknown> & { readonly event: string };

function lines(options: Partial<DumpOptions> = {}): Line[] {
  const out = new TextKeeper();
  const json = new JsonOutput(out, 'lines', 'vm');
  const dump = new JsonDump(json, { ...PLAIN, ...options });
  play(dump);
  json.finish();
  return out.lines.map((line) => JSON.parse(line) as Line);
}

function document(options: DumpOptions): { events: Line[] } {
  const out = new TextKeeper();
  const json = new JsonOutput(out, 'document', 'vm');
  const dump = new JsonDump(json, options);
  play(dump);
  json.finish();
  return JSON.parse(out.text) as { events: Line[] };
}

/** Two channels in one document, each under its name. */
function several(options: DumpOptions): { events: Line[] } {
  const out = new TextKeeper();
  const json = new JsonOutput(out, 'document', 'vm');
  play(new JsonDump(json, options, 'main.bin'));
  play(new JsonDump(json, options, 'channel-01.bin'), CHANNEL_EVENTS);
  json.finish();
  return JSON.parse(out.text) as { events: Line[] };
}

const one = (all: readonly Line[], event: string): Line => all.find((line) => line.event === event)!;

describe('JsonDump', () => {
  it('has a sample of every event of the schema', () => {
    const more = several(ALL).events;
    const kinds = new Set([...lines(ALL), ...more].map((line) => line.event));
    expect(schema('dump').definitions.event.properties.event.enum.filter((kind) => !kinds.has(kind))).toEqual([]);
  });

  it.each([
    ['plainly', PLAIN],
    ['with everything', ALL],
  ])('writes what the schema says, %s', (_name, options) => {
    expectValid('dump', document(options));
  });

  it.each([
    ['plainly', PLAIN],
    ['with everything', ALL],
  ])('writes what the schema says of several channels, %s, and names them', (_name, options) => {
    const document = several(options);
    expectValid('dump', document);
    expect(new Set(document.events.map(({ channel }) => channel))).toEqual(new Set(['main.bin', 'channel-01.bin']));
    expect(one(document.events, 'packet')).toMatchObject({ packetNum: '9223372036854775808', method: 'zlib' });
    expect(one(document.events, 'device-packet').data).toEqual(options.memory ? { hex: '0102', length: 3 } : undefined);
  });

  it('writes the same objects as lines and as a document', () => {
    expect(document(ALL).events).toEqual(lines(ALL));
  });

  it.each([PLAIN, { ...ALL, memory: false }])('writes what the schema says for a real stream', async (options) => {
    const out = new TextKeeper();
    const json = new JsonOutput(out, 'document', FIXTURE);
    const dump = new JsonDump(json, options);
    await readStream(FIXTURE, [dump]);
    json.finish();
    const parsed = JSON.parse(out.text) as { events: Line[] };
    expect(parsed.events.filter((line) => line.event === 'device-state').length).toBe(15);
    expectValid('dump', parsed);
  });

  it('writes 64-bit integers as decimal strings and bytes as digits', () => {
    const all = lines();
    expect(one(all, 'record').fields).toEqual({
      on: true,
      name: 'x',
      big: '9223372036854775808',
      bytes: 'cafeba',
      list: [1, 1, 1],
      parts: [{ data: '010203' }],
      inner: { n: 16 },
    });
    expect(all.filter((line) => line.event === 'command').map((line) => line.payload)).toContainEqual({
      block: 'pc.ram',
      ranges: [
        ['0', '4096'],
        ['16384', '8192'],
      ],
    });
  });

  it('writes long bytes in pieces, each in its place', () => {
    const out = new TextKeeper();
    const dump = new JsonDump(new JsonOutput(out, 'lines', 'vm'), PLAIN);
    const payload = Buffer.alloc(300_000, 'long');
    const event = { kind: 'device-state', offset: 9, id: 1, idstr: 'gpu', instance: 0, version: 1, payload } as const;
    dump.event(event);
    dump.event({ ...event, payload: payload.subarray(0, 10) });
    const [first, second] = out.lines.map((line) => JSON.parse(line) as Line);
    expect(first).toMatchObject({ idstr: 'gpu', length: 300_000 });
    expect(first!.data === payload.toString('hex')).toBe(true);
    expect(second!.data).toBe(payload.toString('hex', 0, 10));
  });

  it('cuts bytes wherever they stand', () => {
    expect(one(lines({ maxBytes: 2 }), 'record').fields).toMatchObject({
      bytes: { hex: 'cafe', length: 3 },
      parts: [{ data: { hex: '0102', length: 3 } }],
    });
  });

  it('writes device state by name, and with offsets as types and places', () => {
    const { state } = one(lines(), 'device-state') as unknown as { state: { fields: Record<string, unknown> } };
    expect(state).toMatchObject({
      vmsd: 'dev',
      version: 2,
      fields: { big: '18446744073709551615', small: 7, words: [16, 32], blob: 'abcdef', clock: '-1' },
      subsections: { 'dev/sub': { vmsd: 'dev/sub', version: 1, fields: { more: -2 } } },
    });
    expect(one(lines({ offsets: true }), 'device-state').state).toMatchObject({
      fields: { words: { type: 'uint16', offset: 879, size: 4, value: [16, 32] } },
    });
  });

  it('keeps a field that is called __proto__', () => {
    const { state } = one(lines(), 'device-state') as unknown as { state: { fields: { inner: object[] } } };
    expect(JSON.stringify(state.fields.inner[0])).toBe('{"vmsd":"in","version":1,"fields":{"__proto__":true}}');
  });

  it('lists pages where they are asked for, with what is in them', () => {
    expect(lines().filter((line) => line.event === 'page')).toEqual([]);
    expect(lines({ pages: true }).filter((line) => line.event === 'page')).toEqual([
      { event: 'page', offset: 185, kind: 'zero', block: 'pc.ram', address: 0 },
      { event: 'page', offset: 195, kind: 'normal', block: 'pc.ram', address: 0x1000, size: 4096 },
      { event: 'page', offset: 205, kind: 'xbzrle', block: 'vga.vram', address: 0x2000, size: 40 },
      { event: 'page', offset: 215, kind: 'compressed', block: 'vga.vram', address: 0x3000, size: 50 },
    ]);
    const data = lines({ memory: true, maxBytes: 2 }).find((line) => line.kind === 'normal')!.data;
    expect(data).toEqual({ hex: '0001', length: 4096 });
  });

  it('keeps problems and the end whatever is selected', () => {
    const selected = selection(['dev#1/small'])!;
    const all = lines({ selected });
    expect(new Set(all.map((line) => line.event))).toEqual(
      new Set(['begin', 'problem', 'skipped', 'device-state', 'end']),
    );
    expect(one(all, 'device-state').state).toEqual({ vmsd: 'dev', version: 2, fields: { small: 7 } });
  });

  it('writes nothing before the first event, and a whole document for no events', () => {
    const out = new TextKeeper();
    const json = new JsonOutput(out, 'document', 'a\u009b"b');
    expect(out.text).toBe('');
    json.finish();
    expect(out.text).toContain('"a\\u009b\\"b"');
    expect(JSON.parse(out.text)).toEqual({ schema: 'migscope/dump/1', capture: 'a\u009b"b', events: [] });
  });

  it('reports every event of the sample when nothing is selected', () => {
    expect(lines().length).toBe(EVENTS.length);
  });
});

describe('JsonDump of opaque payloads', () => {
  const RNG = {
    id: 7,
    idstr: `${MMIO_PATH}/virtio-rng`,
    vmsdName: 'virtio-rng',
    version: 1,
    fields: [raw('virtio', virtioPayload({ status: 0x87, queues: [{ num: 8, desc: 0x1000 }] }), 'virtio')],
  };
  const state = async (options: Partial<DumpOptions>): Promise<Line> => {
    const out = new TextKeeper();
    const json = new JsonOutput(out, 'lines', 'vm');
    const bytes = join(header(), fullSections([RNG]), eof(), vmdesc(vmdescText([RNG])));
    const cursor = new Cursor(new MemorySource(bytes, 'vm'));
    await decodeChannel(cursor, [new JsonDump(json, { ...PLAIN, ...options })], { role: 'main', channel: 'main' });
    return out.lines.map((line) => JSON.parse(line) as Line).find(({ event }) => event === 'device-state')!;
  };
  const virtio = (line: Line): Record<string, unknown> =>
    (line.state as { fields: { virtio: { fields: Record<string, unknown> } } }).fields.virtio.fields;

  it('names bits beside their value, and leaves addresses plain', async () => {
    expect(virtio(await state({}))).toMatchObject({
      status: { value: 0x87, names: ['ACKNOWLEDGE', 'DRIVER', 'DRIVER_OK', 'FAILED'] },
      isr: { value: 0, names: [] },
      queues: [{ vmsd: 'request', fields: { 'vring.num': 8, 'vring.desc': '4096' } }],
    });
  });

  it('selects them by path', async () => {
    const line = await state({ selected: selection(['*/virtio-rng/virtio/queues/vring.desc'])! });
    expect(virtio(line)).toEqual({ queues: [{ vmsd: 'request', fields: { 'vring.desc': '4096' } }] });
  });

  it('leaves them as bytes where that is wanted', async () => {
    const line = await state({ rawDevices: true });
    expect((line.state as { fields: unknown }).fields).toEqual({ virtio: RNG.fields[0]!.bytes.toString('hex') });
  });
});
