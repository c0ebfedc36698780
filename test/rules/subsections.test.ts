import { describe, expect, it } from 'vitest';
import { readSubsections } from '../../src/rules/subsections.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { join, u8 } from '../build/bytes.js';
import { vmdescText } from '../build/device.js';
import { subsection } from '../build/elements.js';
import { SERIAL } from '../build/samples.js';

const { subsections } = parseVmdesc(vmdescText([SERIAL])).devices[0]!;
const thr = subsection('serial/thr', u8(1));

describe('readSubsections', () => {
  it('reads those that are described', () => {
    expect(readSubsections(join(thr, thr), subsections)).toEqual({ names: ['serial/thr', 'serial/thr'], left: 0 });
  });

  it('stops at one that is not, and at what is none', () => {
    const foo = subsection('serial/foo', u8(1));
    expect(readSubsections(join(thr, foo), subsections)).toEqual({
      names: ['serial/thr'],
      unknown: 'serial/foo',
      left: foo.length,
    });
    expect(readSubsections(join(thr, u8(7)), subsections)).toEqual({ names: ['serial/thr'], left: 1 });
    expect(readSubsections(thr.subarray(0, -1), subsections)).toEqual({ names: [], left: thr.length - 1 });
  });
});
