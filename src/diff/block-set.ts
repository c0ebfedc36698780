/** Compares which RAM blocks two migrations have, and how long they are: a destination refuses others than its own. */
import { hex } from '../finding.js';
import { type LayoutDifference, layoutDifference } from './layout-difference.js';
import { type MovedPlaces, movedName } from './moved-block.js';
import type { RamSnapshot } from './ram-index.js';
import { blockNotSent, blockUnknown, otherBlockSize } from './verdict.js';

/** The section that has the list of blocks (`ram_save_setup`, `parse_ramblocks`). */
const SECTION = 'ram';

/**
 * Nothing where one side has no list of blocks: it was not read so far, or is of channels that have none. `moved` has the places of devices
 * that stand elsewhere in B, and so have their blocks under another name.
 */
export function compareBlockSets(a: RamSnapshot, b: RamSnapshot, moved: MovedPlaces = new Map()): LayoutDifference[] {
  const [listA, listB] = [declared(a), declared(b)];
  if (listA.size === 0 || listB.size === 0) return [];
  const found: LayoutDifference[] = [];
  for (const name of listA.keys()) {
    const other = movedName(name, moved);
    if (other === undefined || listB.has(name) || listA.get(name) !== listB.get(other)) continue;
    const message = `RAM block of a device that moved, in B it is ${other}`;
    const sides = { a: name, b: other, aToB: blockUnknown(name), bToA: blockUnknown(other) };
    found.push(layoutDifference('ram-block-missing', { section: SECTION, path: name, message, ...sides }));
    listA.delete(name);
    listB.delete(other);
  }
  const names = new Set([...listA.keys(), ...listB.keys()]);
  return [...found, ...[...names].flatMap((name) => compareBlock(name, listA.get(name), listB.get(name)))];
}

function declared({ blocks }: RamSnapshot): Map<string, number> {
  return new Map(blocks.flatMap((block) => (block.declared ? [[block.name, block.usedLength] as const] : [])));
}

function compareBlock(name: string, a: number | undefined, b: number | undefined): LayoutDifference[] {
  if (a === b) return [];
  const place = { section: SECTION, path: name };
  const lengths = { ...(a !== undefined && { a: hex(a) }), ...(b !== undefined && { b: hex(b) }) };
  if (a === undefined || b === undefined) {
    const [aToB, bToA] = b === undefined ? [blockUnknown(name), blockNotSent()] : [blockNotSent(), blockUnknown(name)];
    const message = `RAM block only in ${b === undefined ? 'A' : 'B'}, ${hex(a ?? b ?? 0)} bytes`;
    return [layoutDifference('ram-block-missing', { ...place, message, ...lengths, aToB, bToA })];
  }
  const [aToB, bToA] = [otherBlockSize(name, a, b), otherBlockSize(name, b, a)];
  const message = `RAM block of ${hex(a)} bytes, ${hex(b)}`;
  return [layoutDifference('ram-block-size', { ...place, message, ...lengths, aToB, bToA })];
}
