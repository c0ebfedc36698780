/** One event of every kind at least, with every kind of value in them, and a writer that keeps what it is given. */
import { TextWriter } from '../../src/bytes/text-writer.js';
import { problemFinding } from '../../src/problems.js';
import type { EventOf, RamBlock, StreamEvent, StreamSink } from '../../src/stream/events.js';
import { PAGE_COMPRESSED, PAGE_NORMAL, PAGE_XBZRLE, PAGE_ZERO, PageBatch } from '../../src/stream/page-batch.js';
import { decodeState } from '../../src/vmstate/decode.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';

/** Keeps the text instead of writing it. */
export class TextKeeper extends TextWriter {
  text = '';

  constructor() {
    super(-1);
  }

  override write(text: string): void {
    this.text += text;
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}

export const BLOCKS: readonly RamBlock[] = [
  { index: 0, name: 'pc.ram', usedLength: 0x8000, declared: true, pageSize: 0x1000, address: 0 },
  {
    index: 1,
    name: 'vga.vram',
    usedLength: 0x4000,
    declared: true,
    mappedRam: {
      version: 1,
      pageSize: 0x1000,
      fileStart: 0,
      bitmapOffset: 0x200,
      bitmapSize: 8,
      pagesOffset: 0x100000,
      normalPages: 3,
      zeroPages: 1,
      strayBits: 0,
    },
  },
];

export const VMDESC = parseVmdesc(
  JSON.stringify({
    page_size: 4096,
    configuration: { vmsd_name: 'configuration', version: 1, fields: [], subsections: [] },
    devices: [
      {
        name: 'dev',
        instance_id: 1,
        vmsd_name: 'dev',
        version: 2,
        fields: [
          { name: 'big', type: 'uint64', size: 8 },
          { name: 'small', type: 'uint8', size: 1 },
          { name: 'words', type: 'uint16', size: 2, array_len: 2 },
          { name: 'blob', type: 'buffer', size: 3 },
          { name: 'clock', type: 'timer', size: 8 },
          {
            name: 'inner',
            type: 'struct',
            size: 1,
            array_len: 2,
            struct: { vmsd_name: 'in', version: 1, fields: [{ name: '__proto__', type: 'bool', size: 1 }] },
          },
        ],
        subsections: [{ vmsd_name: 'dev/sub', version: 1, fields: [{ name: 'more', type: 'int32', size: 4 }] }],
      },
    ],
  }),
);

/** The state that `VMDESC` describes. */
export const PAYLOAD = Buffer.concat([
  Buffer.from('ffffffffffffffff', 'hex'),
  Buffer.from('07', 'hex'),
  Buffer.from('00100020', 'hex'),
  Buffer.from('abcdef', 'hex'),
  Buffer.from('ffffffffffffffff', 'hex'),
  Buffer.from('0100', 'hex'),
  Buffer.from('0507', 'hex'),
  Buffer.from('dev/sub'),
  Buffer.from('00000001', 'hex'),
  Buffer.from('fffffffe', 'hex'),
]);

export const STATE = decodeState(VMDESC.devices[0]!, PAYLOAD).state!;

const dev = { id: 3, idstr: 'dev', instance: 1, version: 2 };
const ram = { id: 2, idstr: 'ram', instance: 0, version: 4 };

export const FINDING = problemFinding(
  'ram-address',
  'page at 0x9000 of pc.ram',
  { channel: 'vm', offset: 0x300, length: 8, section: 'ram', path: 'ram > page' },
  {
    expected: 'below 0x8000',
    found: '0x9000',
    related: [{ message: 'the block was declared here', channel: 'vm', offset: 0x40 }],
  },
);

/** The events of a stream that has everything, in stream order. */
export const EVENTS: readonly StreamEvent[] = [
  { kind: 'begin', offset: 0, channel: 'vm', role: 'main' },
  { kind: 'header', offset: 0, length: 8, version: 3 },
  {
    kind: 'configuration',
    offset: 8,
    length: 56,
    machine: 'pc-q35-9.2',
    pageBits: 12,
    capabilities: ['mapped-ram', 'x-ignore-shared'],
    uuid: '01234567-89ab-cdef-0123-456789abcdef',
    subsections: [{ name: 'configuration/uuid', version: 1, offset: 20 }],
  },
  command(60, 1, 'OPEN_RETURN_PATH', {}),
  command(70, 2, 'PING', { value: 0x42 }),
  command(80, 3, 'POSTCOPY_ADVISE', { pageSizeSummary: 0xffff_ffff_ffff_f000n, targetPageSize: 4096 }),
  command(90, 6, 'POSTCOPY_RAM_DISCARD', {
    block: 'pc.ram',
    ranges: [
      [0n, 0x1000n],
      [0x4000n, 0x2000n],
    ],
  }),
  { ...command(95, 99, 'command 0x63', {}), raw: Uint8Array.of(1, 2, 3) },
  { kind: 'section-start', offset: 100, section: 'start', packaged: false, ...ram },
  { kind: 'ram-blocks', offset: 110, length: 60, total: 0xc000, blocks: BLOCKS },
  { kind: 'section-end', offset: 170, section: 'start', ...ram, payloadOffset: 110, payloadLength: 60, footer: true },
  { kind: 'section-start', offset: 180, section: 'part', packaged: false, ...ram },
  { kind: 'page-size', offset: 185, pageSize: 4096, evidence: 'target-page-bits' },
  { kind: 'ram-mark', offset: 700, flags: 0x200, name: 'MULTIFD_FLUSH' },
  { kind: 'problem', offset: 0x300, finding: FINDING },
  { kind: 'skipped', offset: 0x300, length: 1 },
  { kind: 'ram-mark', offset: 790, flags: 0x10, name: 'EOS' },
  { kind: 'section-end', offset: 180, section: 'part', ...ram, payloadOffset: 185, payloadLength: 613, footer: true },
  { kind: 'section-start', offset: 800, section: 'start', packaged: false, ...dev, id: 9, idstr: 'other' },
  {
    kind: 'record',
    offset: 810,
    length: 20,
    section: 'other',
    name: 'BITS',
    fields: {
      on: true,
      name: 'x',
      big: 2n ** 63n,
      bytes: Uint8Array.of(0xca, 0xfe, 0xba),
      list: [1, 1, 1],
      parts: [{ data: Uint8Array.of(1, 2, 3) }],
      inner: { n: 16 },
    },
  },
  { ...command(840, 7, 'PACKAGED', { packagedLength: 100 }) },
  { kind: 'packaged-start', offset: 850, length: 100 },
  { kind: 'section-start', offset: 850, section: 'full', packaged: true, ...dev },
  {
    kind: 'section-end',
    offset: 850,
    section: 'full',
    ...dev,
    payloadOffset: 870,
    payloadLength: PAYLOAD.length,
    footer: true,
  },
  { kind: 'device-state', offset: 870, ...dev, payload: PAYLOAD, state: STATE },
  { kind: 'device-state', offset: 930, ...dev, id: 4, idstr: 'raw', payload: PAYLOAD, note: 'no description' },
  { kind: 'eof', offset: 940, packaged: true },
  { kind: 'packaged-end', offset: 950, unread: 9 },
  { kind: 'eof', offset: 950, packaged: false },
  { kind: 'vmdesc', offset: 951, length: 500, description: VMDESC },
  { kind: 'colo', offset: 1500, length: 4, message: 1, name: 'CHECKPOINT_REQUEST' },
  { kind: 'colo', offset: 1504, length: 12, message: 4, name: 'VMSTATE_SIZE', value: 77 },
  { kind: 'trailing', offset: 1600, length: 12, zeros: false },
  { kind: 'end', offset: 1612, bytes: 1612, explainedBytes: 1599, lastGoodOffset: 0x300, complete: false },
];

function command(
  offset: number,
  code: number,
  name: string,
  payload: EventOf<'command'>['payload'],
): EventOf<'command'> {
  return { kind: 'command', offset, length: 9, code, name, payload, packaged: false };
}

/** One page of each kind. */
export function pageBatch(): PageBatch {
  const batch = new PageBatch(BLOCKS);
  batch.pageSize = 4096;
  batch.window = Uint8Array.from({ length: 8192 }, (_, i) => i & 0xff);
  const pages = [
    [PAGE_ZERO, 0, 0, 1],
    [PAGE_NORMAL, 0, 0x1000, 4096],
    [PAGE_XBZRLE, 1, 0x2000, 40],
    [PAGE_COMPRESSED, 1, 0x3000, 50],
  ] as const;
  pages.forEach(([kind, block, address, size], i) => {
    batch.kind[i] = kind;
    batch.block[i] = block;
    batch.address[i] = address;
    batch.offset[i] = 185 + i * 10;
    batch.size[i] = size;
    batch.start[i] = 0;
  });
  batch.length = pages.length;
  return batch;
}

/** Hands the sample stream to a sink, the pages where they belong. */
export function play(sink: StreamSink, events: readonly StreamEvent[] = EVENTS): void {
  for (const event of events) {
    sink.event?.(event);
    if (event.kind === 'page-size') sink.pages?.(pageBatch());
  }
}

/** What only other channels than the main one report. */
export const CHANNEL_EVENTS: readonly StreamEvent[] = [
  { kind: 'begin', offset: 0, channel: 'more', role: 'multifd' },
  { kind: 'multifd-init', offset: 0, length: 64, id: 1, uuid: '01234567-89ab-cdef-0123-456789abcdef' },
  {
    kind: 'packet',
    offset: 64,
    length: 1344,
    payloadLength: 40,
    unpackedLength: 8192,
    flags: 3,
    method: 'zlib',
    pagesAlloc: 128,
    nextPacketSize: 40,
    packetNum: 2n ** 63n,
    block: 'pc.ram',
    normalPages: 2,
    zeroPages: 1,
    sync: true,
    generation: 0,
    twin: false,
  },
  {
    kind: 'device-packet',
    offset: 1448,
    length: 276,
    payloadLength: 15,
    idstr: 'dev',
    instance: 1,
    index: 0,
    flags: 1,
    config: true,
    data: Uint8Array.of(1, 2, 3),
  },
  { kind: 'message', offset: 1739, length: 8, type: 2, name: 'PONG', fields: { value: 1, big: 2n ** 63n } },
  { kind: 'end', offset: 1747, bytes: 1747, explainedBytes: 1747, lastGoodOffset: 1747, complete: true },
];
