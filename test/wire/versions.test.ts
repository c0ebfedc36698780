import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareVersions,
  guessQemu,
  machineVersion,
  type Trace,
  type TraceName,
  TRACES,
} from '../../src/wire/versions.js';

describe('machineVersion', () => {
  it.each([
    ['pc-q35-7.2', '7.2'],
    ['pc-i440fx-10.0', '10.0'],
    ['s390-ccw-virtio-9.2', '9.2'],
    ['microvm', undefined],
    ['pseries-2.12-sxxm', undefined],
    ['raspi3b', undefined],
  ])('%s: %s', (machine, version) => {
    expect(machineVersion(machine)).toBe(version);
  });
});

describe('compareVersions', () => {
  it('counts, it does not spell', () => {
    const versions = ['10.2', '9.2', '2.12', '10.0', '2.4', '11.0', '9.0'];
    expect(versions.sort(compareVersions)).toEqual(['2.4', '2.12', '9.0', '9.2', '10.0', '10.2', '11.0']);
    expect(compareVersions('8.1', '8.1')).toBe(0);
  });
});

describe('TRACES', () => {
  it.each(Object.entries<Trace>(TRACES))('%s narrows the releases down, in words', (_name, { since, until, text }) => {
    expect(since ?? until).toBeDefined();
    for (const version of [since, until]) if (version !== undefined) expect(version).toMatch(/^\d+\.\d+$/);
    if (since !== undefined && until !== undefined) expect(compareVersions(since, until)).toBeLessThanOrEqual(0);
    expect(text).not.toBe('');
  });

  it.each<[TraceName, TraceName]>([
    ['ping-packaged', 'no-ping-packaged'],
    ['apic-first', 'timer-first'],
    ['vmdesc-configuration', 'vmdesc-no-configuration'],
    ['vmdesc-compact', 'vmdesc-spaced'],
  ])('%s follows %s without a gap', (later, earlier) => {
    const [from, to] = [TRACES[later] as Trace, TRACES[earlier] as Trace];
    expect(compareVersions(from.since!, to.until!)).toBeGreaterThan(0);
    const guess = guessQemu([later, earlier], undefined);
    expect(guess.guess).toBe(`contradictory: not before ${from.since}, not after ${to.until}`);
  });
});

describe('guessQemu', () => {
  it('knows nothing of nothing', () => {
    expect(guessQemu([], undefined)).toEqual({ guess: 'unknown', evidence: [] });
    expect(guessQemu([], 'microvm')).toEqual({ guess: 'unknown', evidence: [] });
  });

  it('takes the latest since and the earliest until, and names only those', () => {
    expect(guessQemu(['configuration', 'multifd-flush', 'no-ping-packaged', 'compressed-pages'], undefined)).toEqual({
      guess: '8.1 to 9.0',
      since: '8.1',
      until: '9.0',
      evidence: [TRACES['multifd-flush'].text, TRACES['compressed-pages'].text],
    });
  });

  it.each<[TraceName[], string | undefined, string]>([
    [['uuid'], undefined, '4.2 or later'],
    [['vmdesc-spaced'], undefined, 'up to 5.2'],
    [['vmdesc-spaced'], 'pc-q35-5.2', '5.2'],
    [['uuid'], 'pc-q35-7.2', '7.2 or later'],
    [['switchover-start'], 'pc-q35-7.2', '10.0 or later'],
    [['vmdesc-spaced'], 'pc-q35-10.0', 'contradictory: not before 10.0, not after 5.2'],
  ])('%j with machine type %s: %s', (traces, machine, guess) => {
    expect(guessQemu(traces, machine).guess).toBe(guess);
  });

  it('names one trace once that bounds both sides', () => {
    expect(guessQemu(['vmdesc-nullptr'], undefined).evidence).toEqual([TRACES['vmdesc-nullptr'].text]);
  });

  it('never widens the range when more is seen, in whatever order', () => {
    const names = fc.uniqueArray(fc.constantFrom(...(Object.keys(TRACES) as TraceName[])));
    fc.assert(
      fc.property(names, names, (some, more) => {
        const [few, all] = [guessQemu(some, undefined), guessQemu([...more, ...some], undefined)];
        if (few.since !== undefined) expect(compareVersions(all.since!, few.since)).toBeGreaterThanOrEqual(0);
        if (few.until !== undefined) expect(compareVersions(all.until!, few.until)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
