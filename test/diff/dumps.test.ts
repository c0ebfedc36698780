/** Real dumps of two releases: where streams were seen to load, nothing is called refused, and what is called so breaks. */
import { brotliDecompressSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compareLayouts } from '../../src/diff/compare-layout.js';
import type { LayoutDifference } from '../../src/diff/layout-difference.js';
import { type Layout, layoutOfDump, layoutOfVmdesc } from '../../src/diff/layout.js';
import { parseVmstateDump } from '../../src/vmstate/dump.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { fixturePath, readAnalyze } from '../fixtures.js';
import { brief } from './layouts.js';

const dump = (name: string): Layout =>
  layoutOfDump(
    parseVmstateDump(brotliDecompressSync(readFileSync(fixturePath(`vmstate-dumps/${name}.json.br`))).toString('utf8')),
  );
const stream = (name: string): Layout => layoutOfVmdesc(parseVmdesc(readAnalyze(name, 'desc')!));

const refused = (differences: readonly LayoutDifference[], direction: 'aToB' | 'bToA'): string[] =>
  differences.filter((difference) => difference[direction].verdict === 'refused').map(brief);

/** Only the classes whose vmsd some section of the stream has; the VGA of the guest is not the ISA card, which has the same vmsd in 5.2. */
function usedBy(layout: Layout, { sections }: Layout): Layout {
  const used = new Set(sections.map(({ struct }) => struct?.vmsd));
  return {
    ...layout,
    sections: layout.sections.filter(({ idstr, struct }) => struct && used.has(struct.vmsd) && idstr !== 'isa-vga'),
  };
}

describe('dumps of 5.2 and 11.1', () => {
  const [old, now] = [dump('5.2-x86_64-pc-i440fx-5.2'), dump('11.1-x86_64-pc-i440fx-5.2')];
  const guest = stream('5.2-x86_64-multifd-4');

  it('refuse nothing that a guest has which was migrated from one to the other', () => {
    const used = usedBy(old, guest);
    expect(used.sections.length).toBeGreaterThan(10);
    const { differences } = compareLayouts(used, now);
    expect(refused(differences, 'aToB')).toEqual([]);
    expect(differences.map(brief)).toContain('hpet minimum-version loads');
  });

  it('show that the stream itself loads', () => {
    expect(refused(compareLayouts(guest, now).differences, 'aToB')).toEqual([]);
  });
});

describe('dumps of 7.2 and 10.0', () => {
  const { differences } = compareLayouts(dump('7.2-x86_64-pc-i440fx-7.2'), dump('10.0-x86_64-pc-i440fx-7.2'));

  it('show a field that was added to the ESP adapters without a version', () => {
    const found = ['am53c974', 'sysbus-esp', 'dc390'].map((name) => `${name}/esp/drq_state field-missing refused`);
    expect(refused(differences, 'aToB').sort()).toEqual(found.sort());
  });

  it('show renames, and registers that are gone', () => {
    const lines = differences.map(brief);
    expect(lines).toContain('e1000e/core.itr_intr_pending field-unused state-lost');
    expect(lines).toContain('sb16/irq field-unused state-lost');
    expect(lines).toContain('serial-mm section-missing depends loads');
  });
});

describe('dumps of s390x', () => {
  it('refuse nothing in either direction', () => {
    const { differences } = compareLayouts(
      dump('7.2-s390x-s390-ccw-virtio-7.2'),
      dump('11.1-s390x-s390-ccw-virtio-7.2'),
    );
    expect([refused(differences, 'aToB'), refused(differences, 'bToA')]).toEqual([[], []]);
  });
});

describe('streams of neighbouring releases', () => {
  it('are not refused over what was only renamed', () => {
    const { differences } = compareLayouts(
      stream('7.2-x86_64-no-configuration'),
      stream('11.1-x86_64-background-snapshot'),
    );
    expect([refused(differences, 'aToB'), refused(differences, 'bToA')]).toEqual([[], []]);
  });
});
