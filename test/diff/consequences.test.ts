import { describe, expect, it } from 'vitest';
import { withoutConsequences } from '../../src/diff/consequences.js';
import {
  type LayoutDifference,
  layoutDifference,
  type LayoutDifferenceKind,
} from '../../src/diff/layout-difference.js';

function difference(kind: LayoutDifferenceKind, path: string, message = ''): LayoutDifference {
  const verdict = { verdict: 'refused', why: '' } as const;
  return layoutDifference(kind, { section: 'dev', path, message, aToB: verdict, bToA: verdict });
}

const CONTROL = difference('pci-register', 'virtio/transport/pci_dev/config/MSI-X/control');
const TABLE = difference('opaque-resized', 'virtio/transport/msix');
const QUEUE = difference('opaque-resized', 'virtio/queues');
const REST = difference('array-length', 'virtio/virtio/virtqueues/queues.unused');

describe('withoutConsequences', () => {
  it('takes out what grows with the vectors', () => {
    expect(withoutConsequences([TABLE, CONTROL, QUEUE])).toEqual([CONTROL]);
    const list = difference('pci-capabilities', 'config', 'capability list: only B has MSI-X at 0x98');
    expect(withoutConsequences([list, TABLE])).toEqual([list]);
  });

  it('takes out what grows with the queues', () => {
    const queues = difference('virtio-queues', 'virtio/queues');
    expect(withoutConsequences([QUEUE, queues, REST, TABLE])).toEqual([queues, TABLE]);
  });

  it('leaves everything else', () => {
    const all = [TABLE, QUEUE, REST, difference('pci-capabilities', 'config', 'only B has MSI at 0x50')];
    expect(withoutConsequences(all)).toEqual(all);
    const retyped = difference('field-retyped', 'msix');
    expect(withoutConsequences([CONTROL, retyped])).toEqual([CONTROL, retyped]);
  });
});
