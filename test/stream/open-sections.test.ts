import { describe, expect, it } from 'vitest';
import { MAX_SECTION_ID, OpenSections } from '../../src/stream/open-sections.js';

const identity = (id: number, idstr: string, instance = 0) => ({ id, idstr, instance, version: 1 });

describe('OpenSections', () => {
  it('tells what a START has opened from what a FULL has named', () => {
    const open = new OpenSections();
    expect(open.open(identity(2, 'ram'), 'start')).toMatchObject({ name: 'ram', started: true });
    expect(open.open(identity(3, 'serial', 1), 'full')).toMatchObject({ name: 'serial#1', started: false });
    expect([2, 3, 4].map((id) => [open.has(id), open.isStarted(id)])).toEqual([
      [true, true],
      [true, false],
      [false, false],
    ]);
  });

  it('one that is iterable and has device state too stays started, with its memory', () => {
    const open = new OpenSections();
    const memory = new Map();
    open.open(identity(2, 'vfio'), 'start').memory = memory;
    expect(open.open(identity(2, 'vfio'), 'full')).toMatchObject({ started: true, memory });
    expect(open.open(identity(2, 'vfio', 1), 'full')).toMatchObject({ started: false, memory: undefined });
  });

  it('keeps no more sections, and no longer names, than any guest has', () => {
    const many = new OpenSections();
    for (let id = 0; id <= MAX_SECTION_ID; id++) many.open(identity(id, ''), 'start');
    expect([many.size, many.has(MAX_SECTION_ID)]).toEqual([MAX_SECTION_ID, false]);
    const long = new OpenSections();
    for (let id = 0; id < 5000; id++) long.open(identity(id, 'n'.repeat(255)), 'start');
    expect(long.size).toBe(Math.floor((1 << 20) / 255));
  });

  it('adopts what an earlier connection has started', () => {
    const open = new OpenSections();
    expect(open.adopt(identity(7, 'dirty-bitmap'))).toMatchObject({ name: 'dirty-bitmap', started: true });
    expect(open.isStarted(7)).toBe(true);
  });
});
