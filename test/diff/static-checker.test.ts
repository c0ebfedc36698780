/** What QEMU's vmstate-static-checker.py finds in dumps, what it misses, and where it raises a false alarm. */
import { describe, expect, it } from 'vitest';
import { type Layout, layoutOfDump } from '../../src/diff/layout.js';
import { parseVmstateDump } from '../../src/vmstate/dump.js';
import { compared, dumped, dumpText, type DumpVmsd, field, maybe, vmsd } from './layouts.js';

const A4 = field('a', 4);
const B4 = field('b', 4);

/** A device class on both sides. */
const both = (a: DumpVmsd | undefined, b: DumpVmsd | undefined): readonly [Layout, Layout] => [
  dumped({ dev: a }),
  dumped({ dev: b }),
];

type Case = readonly [name: string, sides: readonly [Layout, Layout], found: readonly string[]];

const FINDINGS: readonly Case[] = [
  [
    'machine types differ',
    [dumped({ dev: vmsd('dev', [A4]) }, 'pc-9.0'), dumped({ dev: vmsd('dev', [A4]) }, 'pc-9.1')],
    ['migration machine-type depends'],
  ],
  [
    'section does not exist in dest',
    [dumped({ dev: vmsd('dev', [A4]), other: vmsd('other', [A4]) }), dumped({ dev: vmsd('dev', [A4]) })],
    ['other section-missing depends loads'],
  ],
  [
    'section version is newer',
    both(vmsd('dev', [A4], { version: 2 }), vmsd('dev', [A4])),
    ['dev section-version refused loads'],
  ],
  [
    'version of a subsection is newer',
    both(
      vmsd('dev', [A4], { subsections: [vmsd('dev/sub', [B4], { version: 2 })] }),
      vmsd('dev', [A4], { subsections: [vmsd('dev/sub', [B4])] }),
    ),
    ['dev/dev/sub subsection-version depends loads'],
  ],
  [
    'older than the minimum of dest',
    both(vmsd('dev', [A4]), vmsd('dev', [A4], { version: 2, minimum: 2 })),
    ['dev section-version refused'],
  ],
  [
    'versions of a vmsd that are not those of its class',
    [
      layoutOfDump(parseVmstateDump(dumpText({ dev: vmsd('dev', [A4], { version: 2 }) }))),
      layoutOfDump(
        parseVmstateDump(
          dumpText({ dev: vmsd('dev', [A4], { version: 2 }) }).replace(
            '"name":"dev","version_id":2',
            '"name":"dev","version_id":1',
          ),
        ),
      ),
    ],
    ['dev section-version refused loads'],
  ],
  [
    'another minimum, which the version meets',
    both(vmsd('dev', [A4], { version: 2 }), vmsd('dev', [A4], { version: 2, minimum: 2 })),
    ['dev minimum-version loads'],
  ],
  [
    'another field where one was expected',
    both(vmsd('dev', [field('x', 4), B4]), vmsd('dev', [field('y', 8), B4])),
    ['dev/x field-missing refused', 'dev/y field-missing refused'],
  ],
  ['dest has no further fields', both(vmsd('dev', [A4, B4]), vmsd('dev', [A4])), ['dev/b field-missing refused']],
  [
    'Fields missing',
    both(vmsd('dev', [A4]), { name: 'dev', version_id: 1, minimum_version_id: 1 }),
    ['dev description-missing depends'],
  ],
  ['Description missing', both(vmsd('dev', [A4]), undefined), ['dev description-missing depends']],
  [
    'a field without the description that it had',
    both(vmsd('dev', [field('pci', 100, { Description: vmsd('PCIDevice', [A4]) })]), vmsd('dev', [field('pci', 100)])),
    ['dev/pci description-missing refused'],
  ],
  [
    'a field whose description is as long',
    both(vmsd('dev', [field('s', 100, { Description: vmsd('s', [A4]) })]), vmsd('dev', [field('s', 4)])),
    ['dev/s description-missing loads'],
  ],
  [
    'another size of a field that moved into a struct',
    both(
      vmsd('dev', [A4, B4, field('c', 2)]),
      vmsd('dev', [field('s', 64, { Description: vmsd('s', [field('a', 2), B4, field('c', 2)]) })]),
    ),
    ['dev/a field-resized refused'],
  ],
  ['another vmsd', both(vmsd('dev', [A4]), vmsd('device', [A4])), ['dev vmsd-renamed depends']],
  [
    'Subsections missing',
    both(vmsd('dev', [A4], { subsections: [vmsd('dev/sub', [B4])] }), vmsd('dev', [A4])),
    ['dev/dev/sub subsection-missing depends loads'],
  ],
  [
    'subsection not found',
    both(
      vmsd('dev', [A4], { subsections: [vmsd('dev/old', [B4])] }),
      vmsd('dev', [A4], { subsections: [vmsd('dev/new', [B4])] }),
    ),
    ['dev/dev/old subsection-missing depends loads', 'dev/dev/new subsection-missing loads depends'],
  ],
  ['another size', both(vmsd('dev', [A4]), vmsd('dev', [field('a', 2)])), ['dev/a field-resized refused']],
  [
    'another size of what is not used',
    both(vmsd('dev', [A4, field('unused', 8), B4]), vmsd('dev', [A4, field('unused', 4), B4])),
    ['dev/unused field-resized refused'],
  ],
  [
    'a field that came with another version',
    both(vmsd('dev', [field('a', 4, { version_id: 2 })], { version: 3 }), vmsd('dev', [A4], { version: 3 })),
    ['dev/a field-version loads'],
  ],
];

const MISSED: readonly Case[] = [
  [
    'a field at the end that dest gained, without a new version',
    both(vmsd('dev', [A4]), vmsd('dev', [A4, B4])),
    ['dev/b field-missing refused'],
  ],
  [
    'an array of another length',
    both(vmsd('dev', [field('a', 4, { num: 1 }), B4]), vmsd('dev', [field('a', 4, { num: 4 }), B4])),
    ['dev/a array-length refused'],
  ],
  [
    'a field that is not always sent',
    both(vmsd('dev', [A4, maybe('b', 4)]), vmsd('dev', [A4])),
    ['dev/b field-missing depends'],
  ],
  [
    'a condition that is gone',
    both(vmsd('dev', [maybe('a', 4)]), vmsd('dev', [A4])),
    ['dev/a field-condition depends'],
  ],
  [
    'what stands behind a mismatch',
    both(vmsd('dev', [field('x', 4), A4, B4]), vmsd('dev', [field('y', 8), field('a', 2), B4])),
    ['dev/x field-missing refused', 'dev/y field-missing refused', 'dev/a field-resized refused'],
  ],
  [
    'a subsection that only dest has',
    both(vmsd('dev', [A4]), vmsd('dev', [A4], { subsections: [vmsd('dev/sub', [B4])] })),
    ['dev/dev/sub subsection-missing loads depends'],
  ],
  [
    'fields in another order',
    both(vmsd('dev', [A4, field('c', 8), B4]), vmsd('dev', [field('c', 8), B4, A4])),
    ['dev/a field-moved state-lost'],
  ],
];

const FALSE_ALARMS: readonly Case[] = [
  ['a pure rename', both(vmsd('dev', [A4, B4]), vmsd('dev', [field('z', 4), B4])), ['dev/a field-renamed loads']],
  [
    'a pure rename of a struct',
    both(
      vmsd('dev', [field('dev', 100, { Description: vmsd('PCIDevice', [A4]) }), B4]),
      vmsd('dev', [field('parent_obj', 120, { Description: vmsd('PCIDevice', [A4]) }), B4]),
    ),
    ['dev/dev field-renamed loads'],
  ],
  [
    'fields that moved into a struct',
    both(
      vmsd('dev', [A4, B4, field('c', 2)]),
      vmsd('dev', [field('s', 64, { Description: vmsd('s', [A4, B4]) }), field('c', 2)]),
    ),
    ['dev/a fields-regrouped loads'],
  ],
  [
    'a field that became unused',
    both(vmsd('dev', [A4, B4]), vmsd('dev', [field('unused', 4), B4])),
    ['dev/a field-unused state-lost'],
  ],
  [
    'a device class of another name',
    [dumped({ 'SUNW,fdtwo': vmsd('fdc', [A4]) }), dumped({ 'sun-fdtwo': vmsd('fdc', [A4]) })],
    ['SUNW,fdtwo class-renamed loads'],
  ],
  [
    'another version of a struct with the same fields',
    both(
      vmsd('dev', [field('s', 64, { Description: vmsd('s', [A4], { version: 2 }) })]),
      vmsd('dev', [field('s', 64, { Description: vmsd('s', [A4]) })]),
    ),
    ['dev/s struct-version loads'],
  ],
  [
    'a struct that takes more memory',
    both(
      vmsd('dev', [field('s', 64, { Description: vmsd('s', [A4]) })]),
      vmsd('dev', [field('s', 96, { Description: vmsd('s', [A4]) })]),
    ),
    [],
  ],
  [
    'a field of a newer version, which older streams lack',
    both(vmsd('dev', [A4]), vmsd('dev', [A4, field('b', 4, { version_id: 2 })], { version: 2 })),
    ['dev section-version loads refused', 'dev/b field-missing loads refused'],
  ],
  [
    'old fields that a condition takes up',
    both(vmsd('dev', [field('old', 16), B4]), vmsd('dev', [maybe('mig_old', 16), maybe('x', 2), B4])),
    ['dev/old field-renamed loads', 'dev/old field-condition depends', 'dev/x field-missing depends'],
  ],
  [
    'a device that the source cannot migrate',
    both(vmsd('dev', []), vmsd('dev', [A4], { version: 2, minimum: 2 })),
    ['dev description-missing depends'],
  ],
];

describe('what the script finds', () => {
  it.each(FINDINGS)('%s', (_, [a, b], found) => expect(compared(a, b)).toEqual(found));
});

describe('what the script misses', () => {
  it.each(MISSED)('%s', (_, [a, b], found) => expect(compared(a, b)).toEqual(found));
});

describe('what the script raises a false alarm over', () => {
  it.each(FALSE_ALARMS)('%s', (_, [a, b], found) => expect(compared(a, b)).toEqual(found));
});

describe('both directions', () => {
  it.each([...FINDINGS, ...MISSED, ...FALSE_ALARMS])('mirror each other: %s', (_, [a, b]) => {
    const mirrored = (line: string): string => line.split(' ').slice(1).sort().join(' ');
    // Names and places are those of the first side.
    expect(compared(b, a).map(mirrored).sort()).toEqual(compared(a, b).map(mirrored).sort());
  });
});
