import { describe, expect, it } from 'vitest';
import { matchSections } from '../../src/diff/match-sections.js';
import { noise } from '../build/bytes.js';
import { raw, uint32 } from '../build/device.js';
import { device, dumped, field, vmsd, written } from './layouts.js';

const names = (matches: ReturnType<typeof matchSections>): string[] =>
  matches.pairs.map(({ kind, a, b }) => `${kind} ${a.idstr} ${b.idstr}`);

describe('matchSections', () => {
  it('pairs devices that moved by what is in them', () => {
    const nic = (slot: string, seed: number) => device(`${slot}/nic`, [raw('state', noise(100, seed))]);
    const a = written([nic('03.0', 1), nic('04.0', 2)]);
    const b = written([nic('06.0', 2), nic('05.0', 1)]);
    expect(names(matchSections(a, b)).sort()).toEqual(['moved 03.0/nic 05.0/nic', 'moved 04.0/nic 06.0/nic']);
  });

  it('pairs nothing of another kind', () => {
    const matches = matchSections(written([device('03.0/nic', [])]), written([device('03.0/disk', [])]));
    expect(matches).toMatchObject({ pairs: [], onlyA: [{ idstr: '03.0/nic' }], onlyB: [{ idstr: '03.0/disk' }] });
  });

  it('takes the last of a section that came more than once', () => {
    const twice = written([device('dev', [uint32('a', 1)]), device('dev', [uint32('a', 2)])]);
    const [pair] = matchSections(twice, twice).pairs;
    expect(pair?.a.payload).toEqual(Buffer.from([0, 0, 0, 2]));
  });

  it('knows classes that got another name', () => {
    const a = dumped({ 'ICH9 LPC': vmsd('ICH9LPC', [field('a', 4)]) });
    const b = dumped({ 'ICH9-LPC': vmsd('ICH9LPC', [field('a', 4)]), other: vmsd('other', []) });
    expect(names(matchSections(a, b))).toEqual(['renamed ICH9 LPC ICH9-LPC']);
  });

  it('takes a class of another name for the same where nothing else has its vmsd', () => {
    const host = vmsd('PCIHost', [field('config_reg', 4)]);
    const one = vmsd('wdt', [field('a', 4)]);
    const a = dumped({ 'old-host': host, other: host, sbsa_gwdt: one });
    const b = dumped({ 'new-host': host, other: host, 'sbsa-gwdt': one });
    expect(names(matchSections(a, b))).toEqual(['same other other', 'renamed sbsa_gwdt sbsa-gwdt']);
    expect(matchSections(a, b)).toMatchObject({ onlyA: [{ idstr: 'old-host' }], onlyB: [{ idstr: 'new-host' }] });
  });

  it('takes the class with the most fields in common for a section', () => {
    const a = written([device('dev', [uint32('a', 1), uint32('b', 1)])]);
    const b = dumped({ one: vmsd('dev', [field('x', 4)]), two: vmsd('dev', [field('a', 4), field('b', 4)]) });
    expect(names(matchSections(a, b))).toEqual(['same dev two']);
    expect(names(matchSections(b, a))).toEqual(['same two dev']);
  });
});
