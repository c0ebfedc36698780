/** Small whole captures of several channels, of pieces that a test can replace, with the offset of each. */
import { join, noise, u16, u32, u64, counted } from '../build/bytes.js';
import { vmdescText } from '../build/device.js';
import {
  configuration,
  end,
  eof,
  full,
  header,
  part,
  RAM,
  recvBitmap as askBitmap,
  resume,
  start,
  switchoverStart,
  vmdesc,
} from '../build/elements.js';
import { devicePacket, initialPacket, ramPacket, syncPacket, vfioPayload } from '../build/multifd.js';
import { eos, flush, memSize, page, zero } from '../build/ram.js';
import { DEVICES, fullSections } from '../build/samples.js';
import { BLOCKS, type Made, make, NOTHING, postcopy } from './streams.js';

/** The files of a capture, and where the pieces of each stand. */
export interface MadeCapture<Main, Channel> {
  readonly files: Readonly<Record<string, Buffer>>;
  readonly main: Made<Main>;
  readonly first: Made<Channel>;
  readonly second: Made<Channel>;
}

type Change<Pieces> = Partial<Pieces>;

const MODERN_MAIN = {
  header: header(),
  configuration: configuration('pc-q35-10.1', { pageBits: 12 }),
  opening: NOTHING,
  start: start(RAM, join(memSize(BLOCKS), flush(), eos())),
  setup: NOTHING,
  pass: part(RAM.id, join(flush(), eos())),
  switchover: switchoverStart(),
  end: end(RAM.id, join(flush(), eos())),
  ends: NOTHING,
  devices: fullSections(DEVICES),
  eof: eof(),
  vmdesc: vmdesc(vmdescText(DEVICES)),
};

const MODERN_FIRST = {
  init: initialPacket({ id: 0 }),
  sync0: syncPacket(0),
  pages: ramPacket({ num: 2, normal: [0], zero: [0x1000] }),
  more: NOTHING,
  sync1: syncPacket(5),
  last: NOTHING,
  sync2: syncPacket(7),
  tail: NOTHING,
};

const MODERN_SECOND: typeof MODERN_FIRST = {
  ...MODERN_FIRST,
  init: initialPacket({ id: 1 }),
  sync0: syncPacket(1),
  pages: ramPacket({ num: 3, zero: [0x2000] }),
  more: ramPacket({ num: 4, zero: [0], block: 'pc.rom' }),
  sync1: syncPacket(6),
  sync2: syncPacket(8),
};

interface Changes<Main, Channel> {
  readonly main?: Change<Main>;
  readonly first?: Change<Channel>;
  readonly second?: Change<Channel>;
}

function capture<Main, Channel>(
  main: Made<Main>,
  first: Made<Channel>,
  second: Made<Channel>,
): MadeCapture<Main, Channel> {
  return {
    files: { 'main.bin': main.bytes, 'channel-01.bin': first.bytes, 'channel-02.bin': second.bytes },
    main,
    first,
    second,
  };
}

/** Precopy with two multifd channels as 10.1 writes it: three sync points, pages in the second generation. */
export function multifd(
  change: Changes<typeof MODERN_MAIN, typeof MODERN_FIRST> = {},
): MadeCapture<keyof typeof MODERN_MAIN, keyof typeof MODERN_FIRST> {
  return capture(
    make({ ...MODERN_MAIN, ...change.main }),
    make({ ...MODERN_FIRST, ...change.first }),
    make({ ...MODERN_SECOND, ...change.second }),
  );
}

const LEGACY_MAIN = {
  header: header(),
  configuration: configuration('pc-q35-7.2', { pageBits: 12 }),
  start: start(RAM, join(memSize(BLOCKS), eos())),
  pass: part(RAM.id, join(zero(0x2000, 'pc.ram'), zero(0, 'pc.rom'), eos())),
  end: end(RAM.id, eos()),
  devices: fullSections(DEVICES),
  eof: eof(),
  vmdesc: vmdesc(vmdescText(DEVICES)),
};

const OLD = { pagesAlloc: 128 };

/** What 7.2 leaves in the packets of a channel: on the first one a SYNC is merged with a page, and its twin follows. */
const LEGACY_FIRST = {
  init: initialPacket({ id: 0 }),
  sync0: syncPacket(0, OLD),
  merged: ramPacket({ flags: 1, num: 4, normal: [0] }),
  twin: ramPacket({ num: 4, block: 'pc.ram', nextPacketSize: 0x1000, payload: NOTHING, ...OLD }),
  sync2: syncPacket(6, { ...OLD, block: 'pc.ram', nextPacketSize: 0x1000 }),
};

const LEGACY_SECOND = {
  init: initialPacket({ id: 1 }),
  sync0: syncPacket(1, OLD),
  merged: ramPacket({ num: 3, normal: [0x1000] }),
  twin: syncPacket(5, { ...OLD, block: 'pc.ram', nextPacketSize: 0x1000 }),
  sync2: syncPacket(7, { ...OLD, block: 'pc.ram', nextPacketSize: 0x1000 }),
};

/** The same as 7.2 writes it: EOS is the sync point, zero pages are on the main channel. */
export function legacyMultifd(
  change: Changes<typeof LEGACY_MAIN, typeof LEGACY_FIRST> = {},
): MadeCapture<keyof typeof LEGACY_MAIN, keyof typeof LEGACY_FIRST> {
  return capture(
    make({ ...LEGACY_MAIN, ...change.main }),
    make({ ...LEGACY_FIRST, ...change.first }),
    make({ ...LEGACY_SECOND, ...change.second }),
  );
}

const DEVICE = { id: 40, idstr: '0000:00:02.0/vfio', version: 1 };
export const VFIO = DEVICE.idstr;

/** The words of a VFIO device. */
export const word = (last: number): Buffer => u64(0xffff_ffff_ef10_0000n + BigInt(last));
export const END_OF_STATE = word(1);

/** A configuration as a device gives it: 256 bytes of config space and the interrupt lines. */
export const CONFIG = join(word(2), u32(2), noise(256, 3), Buffer.alloc(16), END_OF_STATE);

export const dataPacket = (index: number, flags = 0): Buffer =>
  devicePacket({ payload: vfioPayload(index, Buffer.from(`state ${index}`), flags) });
export const configPacket = (index: number, data: Uint8Array = CONFIG): Buffer =>
  devicePacket({ payload: vfioPayload(index, data, 1) });

/** Sections of the device, with the payload of each. */
export const vfioStart = (payload: Uint8Array = join(word(3), END_OF_STATE)): Buffer => start(DEVICE, payload);
export const vfioPart = (payload: Uint8Array): Buffer => part(DEVICE.id, payload);
export const vfioEnd = (payload: Uint8Array = END_OF_STATE): Buffer => end(DEVICE.id, payload);
export const vfioFull = (payload: Uint8Array = END_OF_STATE): Buffer => full(DEVICE, payload);
export const vfioData = (data: Uint8Array): Buffer => join(word(4), u64(data.length), data);

/** `multifd` with a VFIO device that sends its state in packets: two pieces and its configuration. */
export function deviceState(
  change: Changes<typeof MODERN_MAIN, typeof MODERN_FIRST> = {},
): MadeCapture<keyof typeof MODERN_MAIN, keyof typeof MODERN_FIRST> {
  return multifd({
    main: {
      setup: vfioStart(),
      ends: vfioEnd(),
      devices: join(fullSections(DEVICES), vfioFull()),
      vmdesc: vmdesc(vfioDescription()),
      ...change.main,
    },
    first: { tail: join(dataPacket(0), configPacket(2)), ...change.first },
    second: { last: dataPacket(1), ...change.second },
  });
}

/** The description of the two devices and the VFIO device behind them. */
function vfioDescription(): string {
  const text = JSON.parse(vmdescText(DEVICES)) as { devices: object[] };
  text.devices.push({
    name: VFIO,
    instance_id: 0,
    size: 8,
    fields: [{ name: 'data', size: 8, type: 'buffer' }],
  });
  return JSON.stringify(text);
}

const message = (type: number, payload: Uint8Array = NOTHING): Buffer => join(u16(type), u16(payload.length), payload);
export const shut = (status = 0): Buffer => message(1, u32(status));
export const pong = (value: number): Buffer => message(2, u32(value));
export const request = (at: number, block?: string, length = 0x1000): Buffer =>
  block === undefined ? message(4, join(u64(at), u32(length))) : message(3, join(u64(at), u32(length), counted(block)));
export const recvBitmap = (block: string, bytes = 8): Buffer =>
  join(message(5, counted(block)), u64(bytes), Buffer.alloc(bytes), u64(0x0123456789abcdefn));
export const resumeAck = (value = 1): Buffer => message(6, u32(value));
export const switchoverAck = (): Buffer => message(7);

/** A page of a preempt channel. */
export const urgentPage = (address: number, block?: string): Buffer => page(address, noise(0x1000, 7), block);

/** `postcopy` with a return path, of a guest that asks for a page which then comes on a preempt channel. */
export function preempt(
  change: {
    readonly main?: Parameters<typeof postcopy>[0];
    readonly urgent?: Buffer;
    readonly answers?: Buffer;
  } = {},
): Readonly<Record<string, Buffer>> {
  return {
    'main.bin': postcopy({ end: end(RAM.id, eos()), ...change.main }).bytes,
    'channel-01.bin': change.urgent ?? urgentPage(0x2000, 'pc.ram'),
    'return-path.bin': change.answers ?? ANSWERS,
  };
}

/** What the destination of `postcopy` answers, with a request for the page that was discarded. */
export const ANSWERS = join(pong(1), pong(2), pong(4), pong(3), request(0x2000, 'pc.ram'), shut());

/** `postcopy` that breaks behind the switch and is taken up again. */
export function recovery(
  change: { readonly resumed?: Buffer; readonly answers?: Buffer } = {},
): Readonly<Record<string, Buffer>> {
  const broken = postcopy();
  return {
    'main.bin': broken.bytes.subarray(0, broken.at('end')),
    'channel-01.bin': change.resumed ?? RESUMED,
    'channel-01.return.bin': change.answers ?? RESUMED_ANSWERS,
    'return-path.bin': join(pong(1), pong(2), pong(4), pong(3)),
  };
}

export const ASKED = join(askBitmap('pc.ram'), askBitmap('pc.rom'));
export const REST = join(end(RAM.id, join(zero(0x2000, 'pc.ram'), eos())), eof());
export const RESUMED = join(ASKED, resume(), REST);
export const RESUMED_ANSWERS = join(recvBitmap('pc.ram'), recvBitmap('pc.rom'), resumeAck(), shut());
