/** Layouts of real sections of fixtures/devices, and what their comparison says. */
import { compareLayouts } from '../../src/diff/compare-layout.js';
import type { LayoutDifference } from '../../src/diff/layout-difference.js';
import { type Layout, layoutOfState } from '../../src/diff/layout.js';
import type { StructNode } from '../../src/vmstate/decode.js';
import { decodeDevice } from '../../src/vmstate/device.js';
import { fieldOf, structsOf } from '../../src/vmstate/access.js';
import { deviceSection } from '../vmstate/devices/fixtures.js';

export type Change = (payload: Buffer, state: StructNode) => void;

/** The layout of one section, under the name of its vmsd; `change` alters its payload, of the same length. */
export function deviceLayout(fixture: string, end: string, change?: Change): Layout {
  const { description, payload, context } = deviceSection(fixture, end);
  const bytes = Buffer.from(payload);
  const decoded = (): StructNode => decodeDevice(description, bytes, context).state!;
  change?.(bytes, decoded());
  const state = decoded();
  const section = {
    idstr: end,
    instance: 0,
    version: context.sectionVersion,
    struct: layoutOfState(state),
    payload: bytes,
    state,
  };
  return { kind: 'written', counts: true, sections: [section] };
}

/** What differs between two layouts. */
export const differences = (a: Layout, b: Layout): readonly LayoutDifference[] => compareLayouts(a, b).differences;

/** Where the config space of the transport of a virtio-pci device starts. */
export function configStart(state: StructNode): number {
  const [core] = structsOf(state, 'virtio');
  const [pci] = structsOf(structsOf(core, 'transport')[0], 'pci_dev');
  return fieldOf(pci, 'config')!.start;
}

/** Where a field of the core starts. */
export function coreField(state: StructNode, name: string): number {
  return fieldOf(structsOf(state, 'virtio')[0], name)!.start;
}
