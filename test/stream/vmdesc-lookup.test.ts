import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/source.js';
import { findVmdesc } from '../../src/stream/vmdesc-lookup.js';
import { join, noise, u32, u8 } from '../build/bytes.js';
import { vmdescText } from '../build/device.js';
import { eof, vmdesc } from '../build/elements.js';
import { DEVICES } from '../build/samples.js';

const TEXT = vmdescText(DEVICES);
const find = (bytes: Uint8Array, seekable = true): ReturnType<typeof findVmdesc> =>
  findVmdesc(new MemorySource(bytes, 'm', { seekable }));

describe('findVmdesc', () => {
  it.each([
    ['at the end', join(noise(5000), eof(), vmdesc(TEXT))],
    ['before padding', join(noise(5000), eof(), vmdesc(TEXT), Buffer.alloc(3 << 20))],
    ['before COLO rounds', join(noise(5000), eof(), vmdesc(TEXT), noise(3000, 7))],
    ['over a megabyte', join(noise(5000), eof(), vmdesc(`${TEXT.slice(0, -1)}, "x": "${'y'.repeat(2 << 20)}"}`))],
  ])('finds it %s', (_where, bytes) => {
    expect(find(bytes)!.devices.map(({ name }) => name)).toEqual(DEVICES.map(({ idstr }) => idstr));
  });

  it('finds it wherever the step of the search falls', () => {
    for (let behind = (1 << 20) - TEXT.length - 12; behind < (1 << 20) - TEXT.length + 12; behind++) {
      expect(find(join(noise(100), eof(), vmdesc(TEXT), Buffer.alloc(behind, 1))), `${behind} behind`).toBeDefined();
    }
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['no description', noise(5000)],
    ['a description without EOF', join(noise(100), u8(1), vmdesc(TEXT))],
    ['one that is cut', join(noise(100), eof(), vmdesc(TEXT).subarray(0, -5))],
    ['one of another text', join(noise(100), eof(), vmdesc('{"hello": 1}'))],
    ['one that is no JSON', join(noise(100), eof(), u8(6), u32(20), Buffer.from('{"page_size" xxxxxxx'))],
  ])('finds none in %s', (_what, bytes) => {
    expect(find(bytes)).toBeUndefined();
  });

  it('does not look in pipes', () => {
    expect(find(join(eof(), vmdesc(TEXT)), false)).toBeUndefined();
  });
});
