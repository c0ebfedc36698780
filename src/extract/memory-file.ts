/** The memory of the guest as one file by guest-physical address: flat, or as a core file with the registers that the stream has. */
import { closeSync } from 'node:fs';
import { addressMap, type AddressMap } from '../model/address-map.js';
import type { RamBlock, StreamEvent, StreamSink } from '../stream/events.js';
import type { BlockFiles } from './block-files.js';
import { writeElfCore } from './elf-core.js';
import type { OutputDirectory } from '../bytes/output-directory.js';
import { writePhysical } from './physical.js';
import { type X86Registers, x86Registers } from './x86-registers.js';

/** `physical`: each byte at its address; `elf`: a core file. */
export type MemoryFormat = 'physical' | 'elf';

export interface MemoryFile extends Omit<AddressMap, 'architecture'> {
  /** Undefined when no block has an address that is known, or the architecture has no core files. */
  readonly file?: string;
  readonly architecture?: string;
  /** Processors whose registers are in the core file. */
  readonly cpus?: number;
}

/** Their names in the output directory. */
export const MEMORY_FILES: Readonly<Record<MemoryFormat, string>> = { physical: 'physical.bin', elf: 'core.elf' };
/** More processors than any machine of QEMU has. */
const MAX_CPUS = 4096;

export class MemoryFileWriter implements StreamSink {
  readonly wantsDeviceState: boolean;
  readonly rawDevices = true;
  private machine: string | undefined;
  private readonly registers = new Map<number, X86Registers>();

  constructor(private readonly format: MemoryFormat) {
    this.wantsDeviceState = format === 'elf';
  }

  event(event: StreamEvent): void {
    if (event.kind === 'configuration') this.machine = event.machine;
    if (event.kind !== 'device-state' || event.idstr !== 'cpu' || !event.state) return;
    const registers = x86Registers(event.state, event.payload);
    if (registers && this.registers.size < MAX_CPUS) this.registers.set(event.instance, registers);
  }

  /** Writes the file from those of the blocks; `blocks` are the ones that have a file. */
  write(directory: OutputDirectory, files: BlockFiles, blocks: readonly RamBlock[]): MemoryFile {
    const { architecture, ...map } = addressMap({
      blocks,
      ...(this.machine !== undefined && { machine: this.machine }),
    });
    const placed = { ...map, ...(architecture && { architecture }) };
    if (map.segments.length === 0 || (this.format === 'elf' && !architecture)) return placed;
    const byName = new Map(blocks.map((block) => [block.name, block]));
    const reader = (name: string): { fd: number; usedLength: number } => {
      const block = byName.get(name)!;
      return { fd: files.fd(block), usedLength: block.usedLength };
    };
    const file = MEMORY_FILES[this.format];
    const fd = directory.create(file);
    try {
      if (this.format === 'physical' || !architecture) {
        writePhysical(fd, map.segments, reader);
        return { ...placed, file };
      }
      const cpus = [...this.registers.entries()].sort(([a], [b]) => a - b).map(([, registers]) => registers);
      const core = writeElfCore(fd, { architecture, segments: map.segments, cpus }, reader);
      return { ...placed, file, cpus: core.cpus };
    } finally {
      closeSync(fd);
    }
  }
}
