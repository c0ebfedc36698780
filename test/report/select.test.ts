import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { selection } from '../../src/report/select.js';

const timer = { idstr: 'timer', instance: 0 };
const serial = { idstr: 'serial', instance: 1 };
const net = { idstr: '0000:00:03.0/virtio-net', instance: 0 };

describe('selection', () => {
  it('is no selection without globs', () => {
    expect(selection([])).toBeUndefined();
  });

  it.each([
    ['timer', timer, true],
    ['time', timer, false],
    ['TIMER', timer, false],
    ['t?mer', timer, true],
    ['t?er', timer, false],
    ['serial', serial, true],
    ['serial#1', serial, true],
    ['serial#0', serial, false],
    ['*virtio-net', net, true],
    ['0000:00:03.0/*', net, true],
    ['0000.00', net, false],
    ['*', net, true],
  ])('%s takes %o: %s', (glob, section, wanted) => {
    expect(selection([glob])!.section(section)).toBe(wanted);
  });

  it('takes what any of the globs takes', () => {
    const selected = selection(['timer', 'serial'])!;
    expect([timer, serial, net].map((section) => selected.section(section))).toEqual([true, true, false]);
  });

  it('takes fields by their path, with or without the instance', () => {
    const selected = selection(['serial#1/state/lcr', 'timer/cpu_*'])!;
    expect(selected.field(serial, 'state/lcr')).toBe(true);
    expect(selected.field({ ...serial, instance: 0 }, 'state/lcr')).toBe(false);
    expect(selected.field(timer, 'cpu_ticks')).toBe(true);
    expect(selected.section(timer)).toBe(false);
  });

  it('takes every glob, whatever is in it, and one without stars takes itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (glob) => {
        const selected = selection([glob])!;
        expect(selected.section({ idstr: glob, instance: 0 })).toBe(true);
        selected.field(net, glob);
      }),
    );
  });

  it('is not slowed down by stars in a row', () => {
    expect(selection([`${'*'.repeat(200)}b`])!.section({ idstr: 'a'.repeat(255), instance: 0 })).toBe(false);
  });
});
