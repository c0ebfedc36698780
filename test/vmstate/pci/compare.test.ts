import { describe, expect, it } from 'vitest';
import { compareConfigSpaces } from '../../../src/vmstate/pci/compare.js';
import { madeSpace, realSpace } from './spaces.js';

const SIDES = { source: 'A', destination: 'B' };
const MSIX = [0x11, 0x03, 0x00, 0, 0, 0, 0, 0, 0x08];

describe('compareConfigSpaces', () => {
  it('finds nothing between a function and itself', () => {
    const space = realSpace('10.0-pci-bridges', 'xio3130-express-upstream-port');
    expect(compareConfigSpaces(space, space)).toEqual({ lists: [], differences: [] });
  });

  it('says how lists of capabilities differ, and that the pointer is refused', () => {
    const a = madeSpace([0x98, MSIX], [0x84, [0x09, 0x10]]);
    const b = madeSpace([0x84, [0x09, 0x10]]);
    const { lists, differences, refusedAt } = compareConfigSpaces(a, b, SIDES);
    expect(lists).toEqual([
      'capability list: A starts with MSI-X at 0x98, B starts with vendor-specific at 0x84',
      'capability list: only A has MSI-X at 0x98',
    ]);
    expect(refusedAt).toEqual({ offset: 0x34, source: 0x98, destination: 0x84, refused: 0x1c, perhaps: 0 });
    expect(differences[0]).toMatchObject({
      path: 'capability list',
      source: '0x98',
      destination: '0x84',
      verdict: 'refused',
    });
  });

  it('names a number of vectors that differs', () => {
    const { differences } = compareConfigSpaces(
      madeSpace([0x98, MSIX]),
      madeSpace([0x98, [0x11, 0x01, 0, ...MSIX.slice(3)]]),
    );
    expect(differences).toEqual([
      {
        path: 'MSI-X > control',
        offset: 0x9a,
        size: 2,
        source: '0x3 vectors=4',
        destination: '0x1 vectors=2',
        verdict: 'refused',
        bytes: [{ offset: 0x9a, source: 3, destination: 1, refused: 2, perhaps: 0 }],
      },
    ]);
  });

  it('tells what is taken over from what depends on sizes', () => {
    const [a, b] = [madeSpace(), madeSpace()];
    a.writeUInt32LE(0xfe00_0008, 0x10);
    b.writeUInt32LE(0xfd00_0008, 0x10);
    a[0x3c] = 11;
    a.writeUInt16LE(0x1100, 0x2e);
    expect(compareConfigSpaces(a, b).differences.map(({ path, verdict }) => [path, verdict])).toEqual([
      ['BAR0', 'perhaps'],
      ['subsystem id', 'ignored'],
      ['interrupt line', 'ignored'],
    ]);
  });

  it('says that one side is PCI Express', () => {
    const { lists } = compareConfigSpaces(madeSpace(), Buffer.concat([madeSpace(), Buffer.alloc(3840)]), SIDES);
    expect(lists).toEqual(['config space: A has 256 bytes, conventional PCI; B has 4096 bytes, PCI Express']);
  });

  it('reports bytes that are no register in one run', () => {
    const [a, b] = [madeSpace(), madeSpace()];
    a.fill(1, 0x50, 0x54);
    const { differences } = compareConfigSpaces(a, b);
    expect(differences).toMatchObject([
      {
        path: 'device specific',
        offset: 0x50,
        size: 4,
        source: '01 01 01 01',
        destination: '00 00 00 00',
        verdict: 'ignored',
      },
    ]);
  });
});
