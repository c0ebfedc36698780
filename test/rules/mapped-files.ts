/** Small mapped-ram files, of pieces that a test can replace. */
import { join, noise } from '../build/bytes.js';
import { vmdescText } from '../build/device.js';
import {
  configuration,
  end,
  eof,
  footer,
  header,
  part,
  RAM,
  start,
  switchoverStart,
  vmdesc,
} from '../build/elements.js';
import { eos, mappedMemSize, type MappedBlock, type MappedOptions } from '../build/ram.js';
import { DEVICES, fullSections } from '../build/samples.js';
import { NOTHING } from './streams.js';

export const PAGES: MappedBlock[] = [
  { name: 'pc.ram', usedLength: 0x3000, pages: new Map([[1, noise(0x1000)]]) },
  { name: 'pc.rom', usedLength: 0x1000, pages: new Map([[0, noise(0x1000, 2)]]) },
];

interface FileOptions extends MappedOptions {
  readonly blocks?: readonly MappedBlock[];
  readonly capabilities?: readonly string[];
  readonly machine?: string;
  readonly opening?: Buffer;
  readonly inPart?: Buffer;
}

export interface MappedFile {
  readonly bytes: Buffer;
  /** Where the commands at the beginning, the list of blocks and the records of PART stand. */
  readonly opening: number;
  readonly list: number;
  readonly part: number;
}

export function mappedFile(options: FileOptions = {}): MappedFile {
  const { blocks = PAGES, capabilities = ['mapped-ram'], machine = 'pc-q35-10.0', opening = NOTHING } = options;
  const before = join(header(), configuration(machine, { capabilities }));
  const head = start(RAM, NOTHING).subarray(0, -footer(RAM.id).length);
  const list = before.length + opening.length + head.length;
  const memSize = mappedMemSize(list, blocks, options);
  const ram = join(before, opening, head, memSize, eos(), footer(RAM.id));
  const bytes = join(
    ram,
    part(RAM.id, join(options.inPart ?? NOTHING, eos())),
    switchoverStart(),
    end(RAM.id, eos()),
    fullSections(DEVICES),
    eof(),
    vmdesc(vmdescText(DEVICES)),
  );
  return { bytes, opening: before.length, list, part: ram.length + 5 };
}
