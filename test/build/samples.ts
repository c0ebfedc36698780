/** Small whole streams, of a target with pages of 1 KiB, that together hold everything a main channel can: for tests that go over many streams. */
import { hexBytes, join, noise } from './bytes.js';
import {
  type Device,
  int64,
  list,
  raw,
  struct,
  uint32,
  uint32Array,
  uint8,
  vmdescText,
  vmsdPayload,
} from './device.js';
import {
  advise,
  coloRound,
  configuration,
  discard,
  enableColo,
  end,
  eof,
  full,
  header,
  listen,
  openReturnPath,
  packaged,
  part,
  ping,
  RAM,
  recvBitmap,
  resume,
  run,
  start,
  switchoverStart,
  vmdesc,
} from './elements.js';
import { compressed, eos, flush, hook, mappedMemSize, memSize, page, xbzrle, xbzrleRuns, zero } from './ram.js';

export interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
  readonly role?: 'main' | 'recovery-main';
}

export const TIMER: Device = {
  id: 0,
  idstr: 'timer',
  vmsdName: 'timer',
  version: 2,
  fields: [
    int64('cpu_ticks_offset', 5n),
    raw('unused', Buffer.alloc(8), 'unused_buffer'),
    int64('cpu_clock_offset', -1n),
  ],
};

export const SERIAL: Device = {
  id: 7,
  idstr: '0000:00:03.0/serial',
  instance: 1,
  vmsdName: 'serial',
  version: 3,
  fields: [
    uint32('divider', 12),
    uint32Array('regs', 1, 2, 3),
    struct('fifo', { vmsdName: 'fifo8', version: 1, fields: [uint8('head', 1), uint8('num', 2)] }),
    list('queue', [
      { vmsdName: 'entry', version: 1, fields: [uint32('at', 1)] },
      { vmsdName: 'entry', version: 1, fields: [uint32('at', 2)] },
    ]),
  ],
  subsections: [{ vmsdName: 'serial/thr', version: 1, fields: [uint8('thr', 0x7e)] }],
};

export const DEVICES = [TIMER, SERIAL];

/** The FULL sections of these devices. */
export const fullSections = (devices: readonly Device[], footers = true): Buffer =>
  join(...devices.map((device) => full(device, vmsdPayload(device), footers)));

const DIRTY_BITMAP = { id: 3, idstr: 'dirty-bitmap' };
const BLOCKS = [
  { name: 'pc.ram', usedLength: 0x2000 },
  { name: 'pc.bios', usedLength: 0x800 },
];

const contents = (seed: number): Buffer => noise(0x400, seed);

/** Precopy with every kind of page, dirty bitmaps, and a description. */
export function precopy(footers = true): Buffer {
  return join(
    header(),
    configuration('pc-i440fx-7.2', { pageBits: 10, uuid: '11111111-2222-3333-4444-555555555555' }),
    openReturnPath(),
    ping(1),
    start(RAM, join(memSize(BLOCKS), eos()), footers),
    start(DIRTY_BITMAP, hexBytes('1c 02 6e30 03 626d31 00010000 00 01'), footers),
    part(RAM.id, join(page(0, contents(1), 'pc.ram'), zero(0x400), page(0, contents(2), 'pc.bios'), eos()), footers),
    part(DIRTY_BITMAP.id, hexBytes('01'), footers),
    part(
      RAM.id,
      join(
        compressed(0x400, Buffer.alloc(0x400, 7)),
        xbzrle(0, xbzrleRuns([16, contents(3).subarray(0, 40)], [200, contents(4).subarray(0, 3)]), 'pc.ram'),
        xbzrle(0x800, Buffer.alloc(0)),
        hook(),
        flush(),
        eos(),
      ),
      footers,
    ),
    end(RAM.id, join(zero(0xc00, 'pc.ram'), eos()), footers),
    end(DIRTY_BITMAP.id, hexBytes('40 0000000000000000 00000800 0000000000000004 01020304 24 03 626d31 01'), footers),
    fullSections(DEVICES, footers),
    eof(),
    vmdesc(vmdescText(DEVICES, 0x400)),
  );
}

export function postcopy(): Buffer {
  return join(
    header(),
    configuration('virt-11.1'),
    openReturnPath(),
    ping(1),
    advise(0x20_0400, 0x400),
    start(
      RAM,
      join(
        memSize([
          { name: 'mem', usedLength: 0x20_0000, pageSize: 0x20_0000 },
          { name: 'rom', usedLength: 0x800 },
        ]),
        eos(),
      ),
    ),
    part(RAM.id, join(page(0x400, contents(5), 'mem'), eos())),
    switchoverStart(),
    discard('mem', [0, 0x400], [0x1000, 0x800]),
    ping(2),
    packaged(join(listen(), fullSections(DEVICES), ping(3), run())),
    ping(4),
    part(RAM.id, join(page(0, contents(6), 'mem'), zero(0x1000), eos())),
    end(RAM.id, eos()),
    eof(),
  );
}

export function recovery(): Buffer {
  return join(
    recvBitmap('mem'),
    recvBitmap('rom'),
    resume(),
    part(RAM.id, join(page(0x800, contents(7), 'mem'), zero(0xc00), eos())),
    end(RAM.id, eos()),
    eof(),
  );
}

export function colo(): Buffer {
  const live = end(RAM.id, join(page(0x400, contents(8), 'pc.ram'), eos()));
  return join(
    header(),
    configuration('pc-i440fx-5.2', { pageBits: 10 }),
    enableColo(),
    start(RAM, join(memSize(BLOCKS), eos())),
    end(RAM.id, join(page(0, contents(9), 'pc.ram'), eos())),
    fullSections(DEVICES),
    eof(),
    vmdesc(vmdescText(DEVICES, 0x400)),
    coloRound(live, fullSections(DEVICES)),
    coloRound(end(RAM.id, eos()), fullSections(DEVICES)),
  );
}

export function mappedRam(): Buffer {
  const head = join(header(), configuration('virt-10.0', { capabilities: ['mapped-ram'], pageBits: 10 }));
  const opening = start(RAM, Buffer.alloc(0), false);
  const pages = new Map([0, 2, 6].map((number) => [number, contents(20 + number)] as const));
  const blocks = [
    { name: 'mem', usedLength: 0x2000, pages },
    { name: 'rom', usedLength: 0x800, pages: new Map([[1, contents(30)]]) },
  ];
  return join(
    head,
    start(RAM, join(mappedMemSize(head.length + opening.length, blocks, { pageSize: 0x400, alignment: 0x400 }), eos())),
    part(RAM.id, eos()),
    end(RAM.id, eos()),
    fullSections(DEVICES),
    eof(),
    vmdesc(vmdescText(DEVICES, 0x400)),
  );
}

export function ignoreShared(): Buffer {
  const blocks = [
    { name: 'mem', usedLength: 0x1000, address: 0 },
    { name: 'rom', usedLength: 0x800, address: 0xfffc_0000 },
  ];
  return join(
    header(),
    configuration('pc-i440fx-11.1', { capabilities: ['x-ignore-shared'], pageBits: 10 }),
    start(RAM, join(memSize(blocks), flush(), eos())),
    part(RAM.id, join(page(0, contents(40), 'rom'), zero(0x400), eos())),
    end(RAM.id, eos()),
    fullSections(DEVICES),
    eof(),
    vmdesc(vmdescText(DEVICES, 0x400)),
  );
}

/** One of each, all of them whole. */
export const SAMPLES: readonly Sample[] = [
  { name: 'precopy', bytes: precopy() },
  { name: 'precopy without footers', bytes: precopy(false) },
  { name: 'postcopy', bytes: postcopy() },
  { name: 'recovery', bytes: recovery(), role: 'recovery-main' },
  { name: 'colo', bytes: colo() },
  { name: 'mapped-ram', bytes: mappedRam() },
  { name: 'x-ignore-shared', bytes: ignoreShared() },
];
