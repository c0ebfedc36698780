/**
 * Where the RAM blocks of a stream lie in the guest's physical address space.
 *
 * A stream numbers pages within their block and does not say where the block is: that is a property of the machine type, and for many
 * blocks (PCI BARs, plugged memory) of what the guest or the user did. Only what is sure is placed; the rest is listed with the reason.
 */
import { hex } from '../finding.js';

export type Architecture = 'x86_64' | 'aarch64' | 'riscv64' | 's390x' | 'ppc64' | 'loongarch64';

export interface MappedBlock {
  readonly name: string;
  readonly usedLength: number;
  /** As x-ignore-shared states it: the address within the region that holds the block, which need not be all of memory. */
  readonly address?: number;
}

export interface AddressMapOptions {
  /** The machine type of the configuration section, where the stream has one. */
  readonly machine?: string;
  readonly blocks: readonly MappedBlock[];
  /** The machine's property of that name, which no stream records. */
  readonly maxRamBelow4g?: number;
  /** The memory backends that make up the machine's RAM, in the order of their NUMA nodes. */
  readonly nodeOrder?: readonly string[];
}

export interface AddressSegment {
  readonly block: string;
  readonly blockOffset: number;
  /** Guest-physical. */
  readonly address: number;
  readonly length: number;
}

export interface AddressMap {
  readonly architecture?: Architecture;
  /** By address; no two overlap. */
  readonly segments: readonly AddressSegment[];
  /** Parts of blocks that have a place where the guest sees something else. */
  readonly hidden: readonly (AddressSegment & { readonly reason: string })[];
  /** Blocks without a place. */
  readonly unknown: readonly { readonly block: string; readonly reason: string }[];
  /** What was taken for granted because the stream does not say it. */
  readonly assumptions: readonly string[];
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const FOUR_GIB = 4 * GIB;

/** A stretch of the machine's RAM: its first byte, counted from the start of RAM, and where that is. */
type Stretch = readonly [offset: number, address: number];

interface Layout {
  readonly architecture: Architecture;
  /** The machine's own RAM block (`default_ram_id`). */
  readonly ram: string;
  readonly machines: RegExp;
  stretches(size: number, options: AddressMapOptions): readonly Stretch[];
  /** Blocks with a place of their own. */
  readonly fixed?: Readonly<Record<string, (length: number) => number>>;
  /** x86: the ROMs below 1 MiB lie above RAM, rather than under it for the PAM registers to show. */
  readonly romsOverRam?: boolean;
}

/** A flash or ROM that ends at 4 GiB: `x86_bios_rom_init` (hw/i386/x86-common.c), `pc_system_flash_map` (hw/i386/pc_sysfw.c). */
const X86_FIXED: Layout['fixed'] = { 'pc.bios': (length) => FOUR_GIB - length };

/** Split as `pc_init1` and its like do it; `above_4g_mem_start` is 4 GiB but for AMD guests of about 1 TiB. */
function below4g(size: number, low: number): readonly Stretch[] {
  return size > low
    ? [
        [0, 0],
        [low, FOUR_GIB],
      ]
    : [[0, 0]];
}

const LAYOUTS: readonly Layout[] = [
  {
    // `pc_init1` (hw/i386/pc_piix.c): 3.5 GiB fit below; what does not fit is split at 3 GiB, up to pc-i440fx-1.7 at 3.5 GiB (gigabyte_align).
    architecture: 'x86_64',
    ram: 'pc.ram',
    machines: /^(pc-i440fx-|pc-\d|pc$)/,
    stretches(size, { machine = '', maxRamBelow4g = 0xe0000000 }) {
      const aligned = !/^pc-(i440fx-)?[01]\./.test(machine);
      return below4g(size, aligned && size >= maxRamBelow4g ? Math.min(maxRamBelow4g, 0xc0000000) : maxRamBelow4g);
    },
    fixed: X86_FIXED,
  },
  {
    // `pc_q35_init` (hw/i386/pc_q35.c): 2.75 GiB fit below; what does not fit is split at 2 GiB, up to pc-q35-1.7 at 2.75 GiB.
    architecture: 'x86_64',
    ram: 'pc.ram',
    machines: /^(pc-q35-|q35$)/,
    stretches(size, { machine = '', maxRamBelow4g = FOUR_GIB }) {
      const aligned = !/^pc-q35-1\./.test(machine);
      return below4g(size, Math.min(maxRamBelow4g, aligned && size >= 0xb0000000 ? 0x80000000 : 0xb0000000));
    },
    fixed: X86_FIXED,
  },
  {
    // `isapc_machine_options`: as i440fx without gigabyte_align; no chipset that could shadow the ROMs.
    architecture: 'x86_64',
    ram: 'pc.ram',
    machines: /^isapc$/,
    stretches: (size, { maxRamBelow4g = 0xe0000000 }) => below4g(size, maxRamBelow4g),
    fixed: X86_FIXED,
    romsOverRam: true,
  },
  {
    // `microvm_memory_init` (hw/i386/microvm.c), since 5.1; before, as q35.
    architecture: 'x86_64',
    ram: 'microvm.ram',
    machines: /^microvm$/,
    stretches: (size) => below4g(size, 0xc0000000),
    fixed: X86_FIXED,
    romsOverRam: true,
  },
  {
    // `base_memmap` (hw/arm/virt.c): VIRT_MEM, VIRT_FLASH.
    architecture: 'aarch64',
    ram: 'mach-virt.ram',
    machines: /^virt-/,
    stretches: () => [[0, 0x40000000]],
    fixed: { 'virt.flash0': () => 0, 'virt.flash1': () => 0x04000000 },
  },
  {
    // `sbsa_ref_memmap` (hw/arm/sbsa-ref.c); flash0 and the secure RAM are seen from the secure world only.
    architecture: 'aarch64',
    ram: 'sbsa-ref.ram',
    machines: /^sbsa-ref$/,
    stretches: () => [[0, 0x10000000000]],
    fixed: {
      'sbsa.flash0': () => 0,
      'sbsa.flash1': () => 0x10000000,
      'sbsa-ref.secure-ram': () => 0x20000000,
    },
  },
  {
    // `virt_memmap` (hw/riscv/virt.c): VIRT_DRAM, VIRT_MROM, VIRT_FLASH.
    architecture: 'riscv64',
    ram: 'riscv_virt_board.ram',
    machines: /^$/,
    stretches: () => [[0, 0x80000000]],
    fixed: {
      'riscv_virt_board.mrom': () => 0x1000,
      'virt.flash0': () => 0x20000000,
      'virt.flash1': () => 0x22000000,
    },
  },
  {
    // `s390_memory_init` (hw/s390x/s390-virtio-ccw.c).
    architecture: 's390x',
    ram: 's390.ram',
    machines: /^s390-ccw-virtio/,
    stretches: () => [[0, 0]],
  },
  {
    // `spapr_machine_init` (hw/ppc/spapr.c).
    architecture: 'ppc64',
    ram: 'ppc_spapr.ram',
    machines: /^pseries/,
    stretches: () => [[0, 0]],
  },
  {
    // `virt_init` (hw/loongarch/virt.c): VIRT_LOWMEM_SIZE, VIRT_HIGHMEM_BASE (0x90000000 in the first versions).
    architecture: 'loongarch64',
    ram: 'loongarch.ram',
    machines: /^$/,
    stretches: () => [
      [0, 0],
      [0x10000000, 0x80000000],
    ],
  },
];

/** The guest-physical places of blocks, as far as they can be known. */
export function addressMap(options: AddressMapOptions): AddressMap {
  const { blocks } = options;
  const layout = layoutOf(options);
  if (!layout) {
    const reason =
      options.machine === undefined
        ? 'the stream does not name its machine'
        : `the memory layout of ${options.machine} is not built in`;
    return {
      segments: [],
      hidden: [],
      unknown: blocks.map(({ name }) => ({ block: name, reason })),
      assumptions: [],
    };
  }
  const builder = new Builder(layout, options);
  builder.ram();
  for (const block of blocks) builder.other(block);
  return builder.result();
}

/** By the name of the RAM block, which says more than the machine type: `virt` is a machine of several architectures. */
function layoutOf({ machine, blocks }: AddressMapOptions): Layout | undefined {
  const has = (name: string): boolean => blocks.some((block) => block.name === name);
  const byMachine = LAYOUTS.find(({ machines }) => machine && machines.test(machine));
  if (byMachine) return byMachine;
  if (has('riscv_virt_board.mrom')) return LAYOUTS.find(({ architecture }) => architecture === 'riscv64');
  // A machine that is named and not known may have its pc.ram elsewhere.
  const unnamed = machine === undefined || machine === 'virt';
  return unnamed ? LAYOUTS.find(({ ram }) => has(ram)) : undefined;
}

class Builder {
  private readonly segments: AddressSegment[] = [];
  private readonly hidden: (AddressSegment & { reason: string })[] = [];
  private readonly unknown: { block: string; reason: string }[] = [];
  private readonly assumptions: string[] = [];
  private readonly done = new Set<string>();

  constructor(
    private readonly layout: Layout,
    private readonly options: AddressMapOptions,
  ) {}

  result(): AddressMap {
    this.segments.sort((a, b) => a.address - b.address);
    const { segments, hidden, unknown, assumptions } = this;
    return { architecture: this.layout.architecture, segments, hidden, unknown, assumptions };
  }

  /** Lays the blocks of the machine's RAM end to end (`machine_consume_memdev`, hw/core/machine.c) over its stretches. */
  ram(): void {
    const nodes = this.nodes();
    const size = nodes.reduce((sum, { usedLength }) => sum + usedLength, 0);
    for (const { name } of nodes) this.done.add(name);
    if (!Number.isSafeInteger(size + 0x10000000000)) {
      for (const { name } of nodes) this.refuse(name, `RAM of ${hex(size)} bytes has no place`);
      return;
    }
    this.assumeSplit(size);
    const stretches = this.layout.stretches(size, this.options);
    let start = 0;
    for (const { name, usedLength } of nodes) {
      const end = start + usedLength;
      stretches.forEach(([offset, address], i) => {
        const from = Math.max(start, offset);
        const to = Math.min(end, stretches[i + 1]?.[0] ?? Infinity);
        if (from < to)
          this.place({
            block: name,
            blockOffset: from - start,
            address: address + from - offset,
            length: to - from,
          });
      });
      start = end;
    }
  }

  other(block: MappedBlock): void {
    const { name, usedLength, address } = block;
    if (this.done.has(name)) return;
    this.done.add(name);
    const { layout } = this;
    const fixed = layout.fixed && Object.hasOwn(layout.fixed, name) ? layout.fixed[name]!(usedLength) : undefined;
    if (fixed !== undefined && fixed >= 0) {
      this.place({ block: name, blockOffset: 0, address: fixed, length: usedLength });
      if (name === 'pc.bios') this.legacyBios(usedLength);
    } else if (layout.architecture === 'x86_64' && /^system\.flash[01]$/.test(name)) this.flash(block);
    else if (name === 'pc.rom' && layout.architecture === 'x86_64')
      // `PC_ROM_MIN_VGA` (hw/i386/pc.c).
      this.rom({ block: name, blockOffset: 0, address: 0xc0000, length: usedLength });
    else if (name.startsWith('/rom@'))
      this.refuse(name, 'a file of fw_cfg: it is not in the address space of the guest');
    else if (isBackend(name)) this.refuse(name, backendReason(block));
    // Shown in the address space of PCI, which is that of memory on these machines; 0 is a BAR that is not mapped.
    else if (address !== undefined && address > 0)
      this.place({ block: name, blockOffset: 0, address, length: usedLength });
    else this.refuse(name, 'memory of a device: the guest chooses where its BAR is, or the board where its region is');
  }

  /** The blocks that the machine's RAM consists of, in order. */
  private nodes(): readonly MappedBlock[] {
    const { blocks, nodeOrder } = this.options;
    const find = (name: string): MappedBlock | undefined => blocks.find((block) => block.name === name);
    if (nodeOrder) return [...new Set(nodeOrder)].map(find).filter((block) => block !== undefined);
    const own = find(this.layout.ram);
    if (own) return [own];
    const backends = blocks.filter(({ name }) => isBackend(name) && !this.isFixed(name));
    const [only] = backends;
    if (backends.length === 1) {
      this.assumptions.push(`${only!.name} is taken for the machine's RAM: there is no ${this.layout.ram}`);
      return backends;
    }
    const ordered = byStatedAddress(backends);
    if (ordered) return ordered;
    const numbered = byNumber(backends);
    if (numbered) {
      const names = numbered.map(({ name }) => name).join(', ');
      this.assumptions.push(`${names} are taken for the machine's RAM, in this order of NUMA nodes`);
      return numbered;
    }
    return [];
  }

  private isFixed(name: string): boolean {
    return (
      name === 'pc.rom' ||
      name.startsWith('system.flash') ||
      (this.layout.fixed !== undefined && Object.hasOwn(this.layout.fixed, name))
    );
  }

  /** Says so where an unrecorded property or an unknown machine version would move memory. */
  private assumeSplit(size: number): void {
    const { machine, maxRamBelow4g } = this.options;
    if (this.layout.architecture !== 'x86_64') return;
    if (size > 2 * GIB && machine === undefined)
      this.assumptions.push('RAM is split as on i440fx: the stream does not name its machine');
    if (size > 2 * GIB && maxRamBelow4g === undefined && this.layout.ram === 'pc.ram')
      this.assumptions.push('max-ram-below-4g is not set');
    if (size >= 1000 * GIB)
      this.assumptions.push('RAM goes on at 4 GiB: for an AMD guest of this size it can be 1 TiB');
  }

  /** The second flash lies below the first. */
  private flash({ name, usedLength }: MappedBlock): void {
    const first = this.options.blocks.find((block) => block.name === 'system.flash0')?.usedLength ?? 0;
    const address = FOUR_GIB - (name === 'system.flash1' ? first : 0) - usedLength;
    if (address >= 0) this.place({ block: name, blockOffset: 0, address, length: usedLength });
    else this.refuse(name, `${hex(usedLength)} bytes do not fit below 4 GiB`);
  }

  /** `isa-bios`: the last 128 KiB once more below 1 MiB. */
  private legacyBios(size: number): void {
    const length = Math.min(size, 128 * KIB);
    this.rom({ block: 'pc.bios', blockOffset: size - length, address: MIB - length, length });
  }

  private rom(rom: AddressSegment): void {
    const under = this.segments.filter((segment) => overlap(segment, rom));
    if (under.length === 0 || !this.layout.romsOverRam) {
      this.place(rom, 'the PAM registers choose between RAM and ROM here; firmware leaves them at RAM');
      return;
    }
    for (const segment of under) {
      this.segments.splice(this.segments.indexOf(segment), 1);
      const end = segment.address + segment.length;
      const from = Math.max(segment.address, rom.address);
      const to = Math.min(end, rom.address + rom.length);
      this.hidden.push({ ...part(segment, from, to), reason: `${rom.block} lies over it` });
      if (segment.address < from) this.segments.push(part(segment, segment.address, from));
      if (to < end) this.segments.push(part(segment, to, end));
    }
    this.segments.push(rom);
  }

  /** Whoever is there first stays. */
  private place(segment: AddressSegment, reason?: string): void {
    if (segment.length === 0) return;
    if (!Number.isSafeInteger(segment.address + segment.length)) {
      this.refuse(segment.block, `${hex(segment.length)} bytes have no place at ${hex(segment.address)}`);
      return;
    }
    const other = this.segments.find((placed) => overlap(placed, segment));
    if (!other) this.segments.push(segment);
    else this.hidden.push({ ...segment, reason: reason ?? `${other.block} is there` });
  }

  private refuse(block: string, reason: string): void {
    this.unknown.push({ block, reason });
  }
}

/**
 * True for what may be the id of a memory backend: no file of fw_cfg, no memory of a device, which bears the device's path or one of
 * the names of those that have none.
 */
function isBackend(name: string): boolean {
  if (name.startsWith('/objects/')) return true;
  return !/^\/rom@|\/|\.(rom|bios|vram|fifo|ram|flash\d|sram|mrom|secure-ram)$|^(isa-bios|vga\.|ramfb|tpm-)/.test(name);
}

function backendReason({ address }: MappedBlock): string {
  const where = address === undefined ? '' : ` (at ${hex(address)} of the region that holds it)`;
  return `a memory backend${where}: which node or memory device it belongs to is not in the stream`;
}

/** x-ignore-shared states the places of the backends in the RAM that they make up: they follow each other from 0 on. */
function byStatedAddress(backends: readonly MappedBlock[]): readonly MappedBlock[] | undefined {
  const sorted = [...backends].sort((a, b) => (a.address ?? -1) - (b.address ?? -1));
  let next = 0;
  for (const { address, usedLength } of sorted) {
    if (address !== next) return undefined;
    next += usedLength;
  }
  return sorted.length > 0 ? sorted : undefined;
}

/** `ram-node0`, `ram-node1`, …: one name with consecutive numbers from 0 or 1 on. */
function byNumber(backends: readonly MappedBlock[]): readonly MappedBlock[] | undefined {
  const numbered = backends.map((block) => ({ block, match: /^(.*?)(\d+)$/.exec(block.name) }));
  numbered.sort((a, b) => Number(a.match?.[2]) - Number(b.match?.[2]));
  const first = numbered[0]?.match;
  if (!first || Number(first[2]) > 1) return undefined;
  const consecutive = numbered.every(
    ({ match }, i) => match?.[1] === first[1] && Number(match?.[2]) === Number(first[2]) + i,
  );
  return consecutive ? numbered.map(({ block }) => block) : undefined;
}

function overlap(a: AddressSegment, b: AddressSegment): boolean {
  return a.address < b.address + b.length && b.address < a.address + a.length;
}

/** The part of a segment that lies at [from, to). */
function part(segment: AddressSegment, from: number, to: number): AddressSegment {
  return {
    block: segment.block,
    blockOffset: segment.blockOffset + from - segment.address,
    address: from,
    length: to - from,
  };
}
