import { describe, expect, it } from 'vitest';
import { DifferenceFilter } from '../../src/diff/filter.js';
import type { ValueDifference } from '../../src/diff/values.js';

const value = (section: string, path: string, more: Partial<ValueDifference> = {}): ValueDifference => ({
  section,
  path,
  type: 'uint32',
  a: 1,
  b: 2,
  ...more,
});

describe('clocks', () => {
  const all = [
    value('timer', 'cpu_clock_offset'),
    value('dev', 'rearm', { type: 'timer' }),
    value('cpu#3', 'env.tsc'),
    value('i8259', 'imr'),
  ];

  it('are left out and counted', () => {
    const filter = new DifferenceFilter({});
    expect(filter.values(all)).toEqual([value('i8259', 'imr')]);
    expect(filter.ignored()).toEqual([
      { rule: 'timer/cpu_*_offset', why: 'the clock of the guest', count: 1 },
      { rule: '* of type timer', why: 'when timers fire', count: 1 },
      { rule: 'cpu/env.tsc', why: 'the time stamp counter', count: 1 },
    ]);
  });

  it('are told when everything is asked for', () => {
    const filter = new DifferenceFilter({ strict: true });
    expect(filter.values(all)).toEqual(all);
    expect(filter.ignored()).toEqual([]);
  });

  it('may be a part of a buffer', () => {
    const cmos = (ranges: [number, number][]) =>
      value('mc146818rtc', 'cmos_data', { type: 'buffer', ranges, differing: 9 });
    const filter = new DifferenceFilter({});
    expect(filter.values([cmos([[0, 1]]), cmos([[0x30, 2]])])).toEqual([cmos([[0x30, 2]])]);
    expect(filter.values([cmos([[0x31, 3]])])).toEqual([
      {
        section: 'mc146818rtc',
        path: 'cmos_data',
        type: 'buffer',
        ranges: [
          [0x31, 1],
          [0x33, 1],
        ],
        differing: 2,
      },
    ]);
  });
});

describe('globs', () => {
  it('leave out sections, fields, and whole kinds of differences', () => {
    const kept = (ignore: string[]) =>
      new DifferenceFilter({ ignore }).values([value('dev#1', 'a/b'), value('other', 'c')]).map(({ path }) => path);
    expect(kept(['dev'])).toEqual(['c']);
    expect(kept(['dev#1/a/*'])).toEqual(['c']);
    expect(kept(['*/c'])).toEqual(['a/b']);
    expect(kept(['values'])).toEqual([]);
    expect(kept(['layout'])).toEqual(['a/b', 'c']);
  });

  it('may name what is wanted', () => {
    const filter = new DifferenceFilter({ only: ['dev'] });
    expect(filter.values([value('dev', 'a'), value('other', 'c')])).toEqual([value('dev', 'a')]);
    expect([filter.block('pc.ram'), new DifferenceFilter({ only: ['ram/pc.*'] }).block('pc.ram')]).toEqual([
      false,
      true,
    ]);
    expect(filter.ignored()).toEqual([{ rule: '--only', why: 'not asked for', count: 2 }]);
  });
});

describe('the way of sending', () => {
  it('is told with --strict only', () => {
    const differences = [
      { field: 'capability multifd', transport: true },
      { field: 'uuid', a: 'x', transport: false },
    ];
    expect(new DifferenceFilter({}).identity(differences)).toEqual([differences[1]]);
    expect(new DifferenceFilter({ strict: true }).identity(differences)).toEqual(differences);
    expect(new DifferenceFilter({ ignore: ['uuid'] }).identity(differences)).toEqual([]);
  });

  it('changes what a round trip may change where that is asked for', () => {
    const state = value('globalstate', 'GLOBAL_STATE/runstate');
    expect(new DifferenceFilter({}).values([state])).toEqual([state]);
    expect(new DifferenceFilter({ profiles: ['ping-pong'] }).values([state])).toEqual([]);
  });
});
