/** Small whole streams of pieces that a test can replace, with the offset of each. */
import { join, noise } from '../build/bytes.js';
import { vmdescText } from '../build/device.js';
import {
  advise,
  configuration,
  discard,
  end,
  eof,
  header,
  listen,
  openReturnPath,
  packaged,
  part,
  ping,
  RAM,
  run,
  start,
  switchoverStart,
  vmdesc,
} from '../build/elements.js';
import { eos, memSize, page, zero } from '../build/ram.js';
import { DEVICES, fullSections } from '../build/samples.js';

export const BLOCKS = [
  { name: 'pc.ram', usedLength: 0x3000 },
  { name: 'pc.rom', usedLength: 0x1000 },
];

export const NOTHING: Buffer = Buffer.alloc(0);

/** The records of one pass over all blocks. */
export const PASS = join(page(0, noise(0x1000), 'pc.ram'), zero(0x1000), zero(0x2000), zero(0, 'pc.rom'));

/** Where the fields of a START or FULL header end. */
export const headerLength = (idstr: string): number => 14 + idstr.length;

export interface Made<Piece> {
  readonly bytes: Buffer;
  /** The offset of a piece. */
  readonly at: (piece: Piece) => number;
}

/** Lays pieces one behind the other. */
export function make<Pieces extends Readonly<Record<string, Buffer>>>(pieces: Pieces): Made<keyof Pieces> {
  const names = Object.keys(pieces);
  return {
    bytes: join(...Object.values(pieces)),
    at: (piece) => names.slice(0, names.indexOf(String(piece))).reduce((sum, name) => sum + pieces[name]!.length, 0),
  };
}

const PRECOPY = {
  header: header(),
  configuration: configuration('pc-q35-10.0'),
  opening: NOTHING,
  start: start(RAM, join(memSize(BLOCKS), eos())),
  part: part(RAM.id, join(PASS, eos())),
  switchover: switchoverStart(),
  end: end(RAM.id, eos()),
  devices: fullSections(DEVICES),
  eof: eof(),
  vmdesc: vmdesc(vmdescText(DEVICES)),
  tail: NOTHING,
};

/** Precopy of two devices. */
export const precopy = (change: Partial<typeof PRECOPY> = {}): Made<keyof typeof PRECOPY> =>
  make({ ...PRECOPY, ...change });

const POSTCOPY = {
  header: header(),
  configuration: configuration('pc-q35-10.0'),
  openReturnPath: openReturnPath(),
  ping1: ping(1),
  advise: advise(0x1000, 0x1000),
  start: start(RAM, join(memSize(BLOCKS), eos())),
  part: part(RAM.id, join(PASS, eos())),
  switchover: switchoverStart(),
  discard: discard('pc.ram', [0x2000, 0x1000]),
  ping2: ping(2),
  package: packaged(join(listen(), fullSections(DEVICES), ping(3), run())),
  ping4: ping(4),
  end: end(RAM.id, join(zero(0x2000, 'pc.ram'), eos())),
  eof: eof(),
};

/** Postcopy of the same guest, in which one page comes again behind the switch. */
export const postcopy = (change: Partial<typeof POSTCOPY> = {}): Made<keyof typeof POSTCOPY> =>
  make({ ...POSTCOPY, ...change });
