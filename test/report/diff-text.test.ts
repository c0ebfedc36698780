import { describe, expect, it } from 'vitest';
import { diffCaptures } from '../../src/compare.js';
import { layoutDifference } from '../../src/diff/layout-difference.js';
import { diffText } from '../../src/report/diff-text.js';
import { makeStyle, plain } from '../../src/report/style.js';
import { comparedStreams } from './compared-streams.js';

describe('diffText', () => {
  const { a, b, cut } = comparedStreams();
  const text = async (one: string, other: string, options = {}): Promise<string> =>
    diffText(await diffCaptures(one, other, options), plain)
      .replaceAll(one, 'ONE')
      .replaceAll(other, 'OTHER');

  it('says what would break a load before what differs', async () => {
    expect(await text(a, b, { ram: true })).toBe(
      `A  ONE: capture, pc, QEMU 6.0 to 8.1
B  OTHER: capture, pc, QEMU 6.0 to 8.1

A's stream into B's QEMU: refused (1 refused, 1 depends)
B's stream into A's QEMU: depends (2 depends)
differing: 2 values in 1 section, 1 page of RAM; 1 left out

Layout: 2 differences
  0000:00:03.0/nic: version 3, 2; refused from A to B: version 3 is newer than 2; depends from B to A: the loader must still take version 2 [MIG506]
      QEMU: "savevm: unsupported version 3 for '0000:00:03.0/nic' v2"
  0000:00:03.0/nic/more: field only in B, 4 bytes; depends from A to B: refused, unless the loader does without the field in this state; depends from B to A: refused, unless the loader expects the field in this state [MIG510]

Values: 2 in 1 section
  0000:00:03.0/nic/status: 1 → 0x11 (17)
  0000:00:03.0/nic/blob: 2 bytes differ, from 0x8: e5 dc → 01 02

RAM: 1 block differs, 0 equal
  block   size  pages  differ
  ram    8 KiB      2       1
  ram 0x0 +0x1000: differ
  ram 0x123: 1 byte of the page differs
    A 0000000120  ad 2a 6d f0 80 85 eb 72 08 b4 7b 14 c5 a7 a8 8f
    B 0000000120  ad 2a 6d 0f 80 85 eb 72 08 b4 7b 14 c5 a7 a8 8f

Left out (--strict shows it)
  1× the clock of the guest: timer/cpu_*_offset`,
    );
  });

  it('says one way alone where only that counts', async () => {
    const result = await diffCaptures(a, b);
    const lines = diffText(result, plain, 'b-to-a').split('\n');
    expect(lines.filter((line) => line.includes('stream into'))).toEqual([
      "B's stream into A's QEMU: depends (2 depends)",
    ]);
    expect(lines.filter((line) => line.includes('[MIG5'))).toEqual([
      '  0000:00:03.0/nic: version 3, 2; depends: the loader must still take version 2 [MIG506]',
      '  0000:00:03.0/nic/more: field only in B, 4 bytes; depends: refused, unless the loader expects the field in this state [MIG510]',
    ]);
    expect(lines.some((line) => line.includes('QEMU: "'))).toBe(false);
  });

  it('says first what the two are of, and once for a section what QEMU prints', () => {
    const judged = { verdict: 'refused', why: 'w', qemu: { text: 'no', function: 'f' } } as const;
    const differences = [
      layoutDifference('field-resized', { section: 'dev', path: 'x', message: 'm', aToB: judged, bToA: judged }),
      layoutDifference('field-resized', { section: 'dev', path: 'y', message: 'm', aToB: judged, bToA: judged }),
      layoutDifference('ram-block-size', { section: 'ram', path: 'pc.ram', message: 'm', aToB: judged, bToA: judged }),
      layoutDifference('machine-type', {
        section: '',
        path: '',
        message: 'm',
        aToB: { verdict: 'depends', why: 'w' },
        bToA: { verdict: 'depends', why: 'w' },
      }),
    ];
    const side = { capture: 'x', kind: 'vmdesc', complete: true, problems: [] } as const;
    const none = { identity: [], values: [], ignored: [], notes: [] };
    const text = diffText({ a: side, b: side, identical: false, layout: differences, ...none }, plain);
    expect(text.split('Layout: 4 differences\n')[1]).toBe(`  migration: m; depends both ways: w [MIG501]
  ram/pc.ram: m; refused both ways: w [MIG531]
      QEMU: "no"
  dev/x: m; refused both ways: w [MIG513]
      QEMU: "no"
  dev/y: m; refused both ways: w [MIG513]`);
  });

  it('says how far a side was readable', async () => {
    const found = await text(a, cut);
    expect(found).toMatch(/^B {2}OTHER: .*not whole, decoded without a gap up to 0x[0-9a-f]+ of 0xfa0\n/m);
    expect(found).toContain('error[MIG101] the input ends inside');
  });

  it('is short where nothing differs', async () => {
    expect((await text(a, a)).split('\n').at(-1)).toBe('identical');
  });

  it('has colour on terminals only', async () => {
    const result = await diffCaptures(a, b);
    expect(diffText(result, makeStyle('always', false))).toContain('\x1b[31mrefused\x1b[39m');
    expect(diffText(result, plain)).not.toContain('\x1b');
  });

  it('tells flags by what one side has more', async () => {
    const found = await diffCaptures(a, b);
    const value = {
      section: 'dev',
      path: 'features',
      type: 'uint32',
      a: 7,
      b: 13,
      names: [
        ['X', 'Y', 'Z'],
        ['X', 'Z', 'W'],
      ],
    };
    const lines = diffText({ ...found, values: [value as never] }, plain).split('\n');
    expect(lines).toContain('  dev/features: 7 → 0xd (13): without Y, with W');
  });
});
