/**
 * Compares the config spaces of a PCI function as a destination does: which registers and capabilities it refuses, and which it may refuse.
 * What it takes over is a value like any other, and is not told here.
 */
import { PCI_HEADER_END } from '../vmstate/pci/header.js';
import { apartFromLists, compareConfigSpaces, type ConfigByte, listsText } from '../vmstate/pci/compare.js';
import { type Judgement, type LayoutDifference, layoutDifference } from './layout-difference.js';
import { configMayDiffer, configRefused, configTakenOver } from './verdict.js';

export function compareConfigs(a: Uint8Array, b: Uint8Array, section: string, path: string): LayoutDifference[] {
  const toB = compareConfigSpaces(a, b, { source: 'A', destination: 'B' });
  const toA = compareConfigSpaces(b, a, { source: 'B', destination: 'A' });
  const back = new Map(toA.differences.flatMap(({ bytes }) => bytes.map((byte) => [byte.offset, byte] as const)));
  const { registers, ofLists } = apartFromLists(toB);
  const found: LayoutDifference[] = [];
  for (const { path: register, bytes, source, destination, offset } of registers) {
    const aToB = judged(bytes, offset);
    const bToA = judged(
      bytes.flatMap((byte) => back.get(byte.offset) ?? []),
      offset,
    );
    if (aToB.verdict === 'loads' && bToA.verdict === 'loads') continue;
    found.push(
      layoutDifference('pci-register', {
        section,
        path: `${path}/${register.replaceAll(' > ', '/')}`,
        message: `PCI register: ${source}, ${destination}`,
        a: source,
        b: destination,
        aToB,
        bToA,
      }),
    );
  }
  if (toB.lists.length > 0) {
    found.unshift(
      layoutDifference('pci-capabilities', {
        section,
        path,
        message: listsText(toB),
        aToB: refusedAt(ofLists),
        bToA: refusedAt(ofLists.flatMap(({ offset }) => back.get(offset) ?? [])),
      }),
    );
  }
  return found;
}

/** Addresses in the header are what firmware and guest make of them; that they may be compared is no news. */
function judged(bytes: readonly ConfigByte[], register: number): Judgement {
  const refused = bytes.find((byte) => byte.refused !== 0);
  if (refused) return configRefused(refused);
  return register >= PCI_HEADER_END && bytes.some(({ perhaps }) => perhaps !== 0)
    ? configMayDiffer()
    : configTakenOver();
}

function refusedAt(bytes: readonly ConfigByte[]): Judgement {
  return configRefused(bytes.find((byte) => byte.refused !== 0));
}
