/** The layouts of PCI state on damaged bytes; on real ones they are tested by fixtures/devices. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cutter, LayoutMismatch } from '../../../src/vmstate/cutter.js';
import { MSIX_STATE, msixStateSize } from '../../../src/vmstate/devices/msix-state.js';
import { PCI_CONFIG, PCI_IRQ_STATE } from '../../../src/vmstate/devices/pci-config.js';
import { cutPciDevice } from '../../../src/vmstate/devices/pci-device.js';
import { SHPC } from '../../../src/vmstate/devices/shpc.js';
import { VFIO_CONFIG } from '../../../src/vmstate/devices/vfio-config.js';
import { decodeDevice } from '../../../src/vmstate/device.js';
import type { OpaqueField, OpaqueLayout } from '../../../src/vmstate/opaque.js';
import type { StructNode } from '../../../src/vmstate/decode.js';
import { madeSpace, realSpace } from '../pci/spaces.js';
import { deviceSection } from './fixtures.js';

const FIELD = { idstr: '', sectionVersion: 1, vmsd: '', field: '', type: '', size: 0 } satisfies OpaqueField;

/** What a layout makes of a payload that it is to cut whole: a struct, or why not. */
function run(layout: OpaqueLayout, payload: Uint8Array): StructNode | string {
  const cut = new Cutter(payload, 0, payload.length);
  try {
    const label = cut.within(payload.length, () => layout.cut(cut, FIELD));
    return cut.result(label, 0);
  } catch (error) {
    if (error instanceof LayoutMismatch) return error.message;
    throw error;
  }
}

const names = (node: StructNode | string): string[] =>
  typeof node === 'string' ? [node] : node.fields.map(({ name }) => name);

function expectTiled({ fields, start, end }: StructNode): void {
  let at = start;
  for (const field of fields) {
    expect(field.start).toBe(at);
    at += field.size * field.count;
    for (const inner of field.structs ?? []) expect(inner.end).toBeLessThanOrEqual(at);
  }
  expect(at).toBe(end);
}

describe('pci config', () => {
  it('keeps its bytes in order: capabilities stand where they are', () => {
    const node = run(PCI_CONFIG, madeSpace([0x90, [0x01, 3]], [0x50, [0x11, 1]]));
    expect(names(node).slice(-5)).toEqual([
      'device specific 0x40..0x4f',
      'MSI-X',
      'device specific 0x5c..0x8f',
      'power management',
      'device specific 0x98..0xff',
    ]);
  });

  it('says what is wrong with the list', () => {
    const space = madeSpace([0x40, [0x01]]);
    space[0x41] = 0x40;
    expect(run(PCI_CONFIG, space)).toMatchObject({
      vmsdName: 'PCI config space, the capability list comes back to 0x40',
    });
  });

  it('is for 256 and 4096 bytes', () => {
    expect(run(PCI_CONFIG, Buffer.alloc(255))).toBe('a config space of 255 bytes');
  });

  it('names every byte of a damaged one, and no byte twice', () => {
    const real = realSpace('10.0-pci-functions', 'igb');
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(0x1ff), fc.nat(255)), { maxLength: 40 }), (changes) => {
        const space = Buffer.from(real);
        for (const [at, value] of changes) space[at] = value;
        const node = run(PCI_CONFIG, space);
        if (typeof node === 'string') throw new Error(node);
        expectTiled(node);
      }),
      { numRuns: 200 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 256, maxLength: 256 }), (space) => {
        space[6]! |= 0x10;
        expectTiled(run(PCI_CONFIG, space) as StructNode);
      }),
      { numRuns: 200 },
    );
  });
});

describe('pci irq state', () => {
  it('refuses levels that no line has', () => {
    expect(names(run(PCI_IRQ_STATE, Buffer.from('00000000000000010000000000000000', 'hex')))).toEqual(['INTA to INTD']);
    expect(run(PCI_IRQ_STATE, Buffer.from('00000000000000020000000000000000', 'hex'))).toBe(
      'the level of an interrupt line is 0x2, not 0 or 1',
    );
  });
});

describe('msix state', () => {
  it.each([1, 2, 8, 9, 65, 2048])('of %s vectors', (vectors) => {
    expect(run(MSIX_STATE, Buffer.alloc(msixStateSize(vectors)))).toMatchObject({ vmsdName: `${vectors} vectors` });
  });

  it('refuses sizes of no number of vectors', () => {
    expect(run(MSIX_STATE, Buffer.alloc(34))).toBe('34 bytes are no whole number of vectors');
  });

  it('is empty for a function without MSI-X', () => {
    expect(run(MSIX_STATE, Buffer.alloc(0))).toMatchObject({ vmsdName: '0 vectors', fields: [{ name: 'table' }] });
  });
});

describe('shpc', () => {
  it('has as many slots as it says', () => {
    const registers = Buffer.alloc(0x24 + 4 * 3);
    registers[0x0c] = 3;
    expect(run(SHPC, registers)).toMatchObject({ vmsdName: 'hot-plug controller of 3 slots' });
    registers[0x0c] = 4;
    expect(run(SHPC, registers)).toBe('4 slots, and 3 have registers');
    expect(run(SHPC, Buffer.alloc(0x23))).toBe('35 bytes are no whole number of slots');
  });
});

describe('PCIDevice', () => {
  const device = (space: Uint8Array, version = 2): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt32BE(version);
    return Buffer.concat([head, space, Buffer.alloc(16)]);
  };
  const cutDevice = (bytes: Uint8Array, size?: number): unknown =>
    cutPciDevice(new Cutter(bytes, 0, bytes.length), size);

  it('is PCI Express by its capability', () => {
    expect(cutDevice(device(realSpace('10.0-pci-functions', 'igb')))).toEqual({ configSize: 4096, vectors: 10 });
    expect(cutDevice(device(madeSpace()))).toEqual({ configSize: 256, vectors: 0 });
  });

  it('is PCI Express without the capability where its size says so', () => {
    const space = Buffer.concat([madeSpace(), Buffer.alloc(3840)]);
    expect(cutDevice(device(space), 4116)).toEqual({ configSize: 4096, vectors: 0 });
    expect(() => cutDevice(device(space), 4117)).toThrow(LayoutMismatch);
  });

  it('is of version 1 or 2', () => {
    expect(() => cutDevice(device(madeSpace(), 3))).toThrow('PCIDevice has version 3');
  });
});

describe('vfio configuration', () => {
  const { payload, context } = deviceSection('11.1-vfio-msix');
  const decode = (bytes: Uint8Array): ReturnType<typeof decodeDevice> => decodeDevice(undefined, bytes, context);

  it('is between two words', () => {
    expect(names(decode(payload).state!)).toEqual(['word', 'configuration', 'end']);
  });

  it.each([
    ['ffffffffef100001', 'no configuration'],
    ['ffffffffef100006', 'configuration over multifd'],
  ])('of the word %s is %s', (word, label) => {
    expect(decode(Buffer.from(word, 'hex')).state).toMatchObject({ vmsdName: label });
  });

  it('has a display', () => {
    const name = 'VFIOPCIDevice/VFIODisplay';
    const head = Buffer.from([5, name.length, ...Buffer.from(name), 0, 0, 0, 1]);
    const display = Buffer.concat([payload.subarray(0, -8), head, Buffer.from('0102', 'hex'), payload.subarray(-8)]);
    const { state, failures } = decode(display);
    expect(failures).toEqual([]);
    expect(state!.fields[1]!.structs![0]!.subsections[0]).toMatchObject({ vmsdName: name, version: 1 });
  });

  it('is refused where it does not fit', () => {
    expect(decode(payload.subarray(0, -1)).failures?.[0]?.layout).toBe('vfio configuration');
    expect(VFIO_CONFIG.sections!.test('0000:00:02.0/virtio-net')).toBe(false);
  });
});
