import { describe, expect, it } from 'vitest';
import { type AddressMap, addressMap, type AddressMapOptions } from '../../src/model/address-map.js';

const GIB = 2 ** 30;

/** Each segment as `address+length block@offset`, in hexadecimal. */
function lines(map: AddressMap): string[] {
  return map.segments.map(
    ({ address, length, block, blockOffset }) =>
      `${address.toString(16)}+${length.toString(16)} ${block}@${blockOffset.toString(16)}`,
  );
}

function ram(
  machine: string | undefined,
  name: string,
  usedLength: number,
  more: Partial<AddressMapOptions> = {},
): string[] {
  return lines(addressMap({ ...(machine !== undefined && { machine }), blocks: [{ name, usedLength }], ...more }));
}

function reasonOf(map: AddressMap, block: string): string | undefined {
  return map.unknown.find((entry) => entry.block === block)?.reason;
}

describe('the RAM of x86 machines', () => {
  const split = (low: number, size: number): string[] => [
    `0+${low.toString(16)} pc.ram@0`,
    `100000000+${(size - low).toString(16)} pc.ram@${low.toString(16)}`,
  ];

  it.each([
    ['pc-i440fx-10.0', 0xc0000000],
    ['pc-i440fx-2.0', 0xc0000000],
    ['pc-i440fx-1.7', 0xe0000000],
    ['pc-1.3', 0xe0000000],
    ['isapc', 0xe0000000],
    ['pc-q35-10.0', 0x80000000],
    ['pc-q35-1.7', 0xb0000000],
  ])('is split in %s at %i when it is 4 GiB', (machine, low) => {
    expect(ram(machine, 'pc.ram', 4 * GIB)).toEqual(split(low, 4 * GIB));
  });

  it.each([
    ['pc-i440fx-10.0', 0xe0000000],
    ['pc-q35-10.0', 0xb0000000],
  ])('lies in %s below 4 GiB in one piece up to %i', (machine, size) => {
    expect(ram(machine, 'pc.ram', size - 2 ** 21)).toEqual([`0+${(size - 2 ** 21).toString(16)} pc.ram@0`]);
    expect(ram(machine, 'pc.ram', size)).toHaveLength(2);
  });

  it('is split where max-ram-below-4g says', () => {
    const more = { maxRamBelow4g: 2 * GIB };
    expect(ram('pc-i440fx-10.0', 'pc.ram', 4 * GIB, more)).toEqual(split(2 * GIB, 4 * GIB));
    expect(ram('pc-q35-10.0', 'pc.ram', 4 * GIB, { maxRamBelow4g: GIB })).toEqual(split(GIB, 4 * GIB));
    expect(ram('pc-i440fx-10.0', 'pc.ram', 0xf8000000, { maxRamBelow4g: 4 * GIB })).toEqual(['0+f8000000 pc.ram@0']);
  });

  it('is split in microvm at 3 GiB', () => {
    expect(ram('microvm', 'microvm.ram', 3 * GIB)).toEqual(['0+c0000000 microvm.ram@0']);
    expect(ram('microvm', 'microvm.ram', 4 * GIB)).toEqual([
      '0+c0000000 microvm.ram@0',
      '100000000+40000000 microvm.ram@c0000000',
    ]);
  });

  it('comes with what the stream does not say', () => {
    const assumptions = (size: number, machine?: string): readonly string[] =>
      addressMap({ ...(machine && { machine }), blocks: [{ name: 'pc.ram', usedLength: size }] }).assumptions;
    expect(assumptions(2 * GIB)).toEqual([]);
    expect(assumptions(4 * GIB)).toEqual([
      'RAM is split as on i440fx: the stream does not name its machine',
      'max-ram-below-4g is not set',
    ]);
    expect(assumptions(1024 * GIB, 'pc-q35-10.0')).toHaveLength(2);
  });
});

describe('the RAM of other machines', () => {
  it.each([
    ['virt-10.0', 'mach-virt.ram', ['40000000+10000000 mach-virt.ram@0']],
    ['virt', 'riscv_virt_board.ram', ['80000000+10000000 riscv_virt_board.ram@0']],
    ['s390-ccw-virtio-10.0', 's390.ram', ['0+10000000 s390.ram@0']],
    ['pseries-10.0', 'ppc_spapr.ram', ['0+10000000 ppc_spapr.ram@0']],
    ['sbsa-ref', 'sbsa-ref.ram', ['10000000000+10000000 sbsa-ref.ram@0']],
    ['virt', 'loongarch.ram', ['0+10000000 loongarch.ram@0']],
    [undefined, 'mach-virt.ram', ['40000000+10000000 mach-virt.ram@0']],
  ])('%s with %s', (machine, name, expected) => {
    expect(ram(machine, name, 0x10000000)).toEqual(expected);
  });

  it('goes on above the devices of loongarch', () => {
    expect(ram('virt', 'loongarch.ram', 0x30000000)).toEqual([
      '0+10000000 loongarch.ram@0',
      '80000000+20000000 loongarch.ram@10000000',
    ]);
  });

  it('is unknown where the machine is', () => {
    const map = addressMap({ machine: 'g3beige', blocks: [{ name: 'ppc_heathrow.ram', usedLength: 4096 }] });
    expect(map.architecture).toBeUndefined();
    expect(reasonOf(map, 'ppc_heathrow.ram')).toBe('the memory layout of g3beige is not built in');
    const unnamed = addressMap({ blocks: [{ name: 'ram', usedLength: 4096 }] });
    expect(reasonOf(unnamed, 'ram')).toBe('the stream does not name its machine');
  });
});

describe('firmware', () => {
  const roms = [
    { name: 'pc.bios', usedLength: 0x40000 },
    { name: 'pc.rom', usedLength: 0x20000 },
  ];

  it('ends at 4 GiB, and is shadowed by RAM below 1 MiB', () => {
    const map = addressMap({
      machine: 'pc-i440fx-10.0',
      blocks: [{ name: 'pc.ram', usedLength: 0x4000000 }, ...roms],
    });
    expect(lines(map)).toEqual(['0+4000000 pc.ram@0', 'fffc0000+40000 pc.bios@0']);
    expect(map.hidden.map(({ block, address, blockOffset }) => [block, address, blockOffset])).toEqual([
      ['pc.bios', 0xe0000, 0x20000],
      ['pc.rom', 0xc0000, 0],
    ]);
  });

  it('lies over RAM where no chipset can shadow it', () => {
    const map = addressMap({ machine: 'isapc', blocks: [{ name: 'pc.ram', usedLength: 0x1000000 }, ...roms] });
    expect(lines(map)).toEqual([
      '0+c0000 pc.ram@0',
      'c0000+20000 pc.rom@0',
      'e0000+20000 pc.bios@20000',
      '100000+f00000 pc.ram@100000',
      'fffc0000+40000 pc.bios@0',
    ]);
    expect(map.hidden.map(({ reason }) => reason)).toEqual(['pc.bios lies over it', 'pc.rom lies over it']);
  });

  it('in flash lies below 4 GiB, the second below the first', () => {
    const map = addressMap({
      machine: 'pc-q35-10.0',
      blocks: [
        { name: 'pc.ram', usedLength: 0x4000000 },
        { name: 'system.flash0', usedLength: 0x200000 },
        { name: 'system.flash1', usedLength: 0x80000 },
      ],
    });
    expect(lines(map).slice(1)).toEqual(['ffd80000+80000 system.flash1@0', 'ffe00000+200000 system.flash0@0']);
  });

  it('of two boards bears the same names', () => {
    const flash = [
      { name: 'virt.flash0', usedLength: 0x2000000 },
      { name: 'virt.flash1', usedLength: 0x2000000 },
    ];
    expect(lines(addressMap({ machine: 'virt-10.0', blocks: flash }))).toEqual([
      '0+2000000 virt.flash0@0',
      '4000000+2000000 virt.flash1@0',
    ]);
    const mrom = { name: 'riscv_virt_board.mrom', usedLength: 0xf000 };
    expect(lines(addressMap({ machine: 'virt', blocks: [mrom, ...flash] }))).toEqual([
      '1000+f000 riscv_virt_board.mrom@0',
      '20000000+2000000 virt.flash0@0',
      '22000000+2000000 virt.flash1@0',
    ]);
  });
});

describe('memory backends', () => {
  const machine = 'pc-i440fx-10.0';
  const backend = (name: string, address?: number): AddressMapOptions['blocks'][number] => ({
    name,
    usedLength: 2 * GIB,
    ...(address !== undefined && { address }),
  });

  it('with consecutive numbers are taken for nodes, and split like RAM', () => {
    const map = addressMap({ machine, blocks: [backend('ram-node1'), backend('ram-node0')] });
    expect(lines(map)).toEqual([
      '0+80000000 ram-node0@0',
      '80000000+40000000 ram-node1@0',
      '100000000+40000000 ram-node1@40000000',
    ]);
    expect(map.assumptions[0]).toBe(
      "ram-node0, ram-node1 are taken for the machine's RAM, in this order of NUMA nodes",
    );
  });

  it('are laid in the order that is given', () => {
    const map = addressMap({ machine, blocks: [backend('a'), backend('b')], nodeOrder: ['b', 'a'] });
    expect(lines(map)[0]).toBe('0+80000000 b@0');
    expect(map.assumptions).toEqual(['max-ram-below-4g is not set']);
  });

  it('are laid in the order of the addresses that the stream states', () => {
    const map = addressMap({ machine, blocks: [backend('a', 2 * GIB), backend('b', 0)] });
    expect(lines(map)[0]).toBe('0+80000000 b@0');
  });

  it('have no place without any of these', () => {
    const map = addressMap({ machine, blocks: [backend('a'), backend('b')] });
    expect(map.segments).toEqual([]);
    expect(map.unknown.map(({ block }) => block)).toEqual(['a', 'b']);
  });

  it('are memory devices beside a machine that has RAM of its own', () => {
    const map = addressMap({ machine, blocks: [{ name: 'pc.ram', usedLength: 0x4000000 }, backend('m1')] });
    expect(lines(map)).toEqual(['0+4000000 pc.ram@0']);
    expect(reasonOf(map, 'm1')).toContain('a memory backend');
  });

  it('can be the only one', () => {
    const map = addressMap({ machine, blocks: [{ name: '/objects/mem', usedLength: 0x4000000 }] });
    expect(lines(map)).toEqual(['0+4000000 /objects/mem@0']);
    expect(map.assumptions).toEqual(["/objects/mem is taken for the machine's RAM: there is no pc.ram"]);
  });
});

describe('memory of devices', () => {
  const place = (address?: number): AddressMap =>
    addressMap({
      machine: 'pc-i440fx-10.0',
      blocks: [
        { name: 'pc.ram', usedLength: 0x4000000 },
        { name: '0000:00:02.0/vga.vram', usedLength: 0x1000000, ...(address !== undefined && { address }) },
        { name: '/rom@etc/acpi/tables', usedLength: 0x20000 },
      ],
    });

  it('is where the stream says, and else unknown', () => {
    expect(lines(place(0xfd000000))).toContain('fd000000+1000000 0000:00:02.0/vga.vram@0');
    expect(reasonOf(place(), '0000:00:02.0/vga.vram')).toContain('the guest chooses where its BAR is');
    expect(reasonOf(place(0), '0000:00:02.0/vga.vram')).toBeDefined();
    expect(reasonOf(place(), '/rom@etc/acpi/tables')).toContain('a file of fw_cfg');
  });

  it('does not displace RAM', () => {
    expect(lines(place(0x1000000))).toEqual(['0+4000000 pc.ram@0']);
    expect(place(0x1000000).hidden[0]?.reason).toBe('pc.ram is there');
  });

  it('is refused where no address can be', () => {
    expect(reasonOf(place(Number.MAX_SAFE_INTEGER), '0000:00:02.0/vga.vram')).toContain('have no place');
    const huge = addressMap({ machine: 'pseries-10.0', blocks: [{ name: 'ppc_spapr.ram', usedLength: 2 ** 60 }] });
    expect(reasonOf(huge, 'ppc_spapr.ram')).toBe('RAM of 0x1000000000000000 bytes has no place');
  });
});
