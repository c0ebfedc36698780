/** The reader of sections as a whole stream meets it: what a header may be, and in which order sections come. */
import { describe, expect, it } from 'vitest';
import { join, noise, u32, u8 } from '../build/bytes.js';
import { decode } from '../build/decode.js';
import { end, eof, full, header, part, RAM, start } from '../build/elements.js';
import { eos, memSize, page } from '../build/ram.js';

const SETUP = start(RAM, join(memSize([{ name: 'm', usedLength: 0x4000 }]), eos()));
const PAGE = join(page(0x1000, noise(4096), 'm'), eos());

describe('SectionReader', () => {
  it('names the parts of a section as the START did, however the input is cut into reads', async () => {
    const bytes = join(header(), SETUP, part(2, PAGE), part(2, PAGE), end(2, eos()), eof());
    for (const chunk of [1, 5, 1 << 20]) {
      const decoded = await decode(bytes, { chunk, seekable: false });
      expect(decoded.of('section-start').map(({ section, idstr, version }) => [section, idstr, version])).toEqual([
        ['start', 'ram', 4],
        ['part', 'ram', 4],
        ['part', 'ram', 4],
        ['end', 'ram', 4],
      ]);
      expect([decoded.pages.length, decoded.rules, decoded.end.complete]).toEqual([2, [], true]);
    }
  });

  it('refuses a PART of what was never started, at its type byte', async () => {
    const decoded = await decode(join(header(), SETUP, part(9, PAGE), end(2, eos()), eof()));
    expect(decoded.problems[0]).toMatchObject({
      rule: 'unknown-section-id',
      message: 'section 0x9 was never started',
      offset: 8 + SETUP.length,
    });
  });

  it('takes the first sections of a recovery connection for RAM and bitmaps', async () => {
    const bytes = join(part(3, PAGE), part(4, join(u8(1), noise(3))), eof());
    const decoded = await decode(bytes, { role: 'recovery-main' });
    expect(decoded.of('section-start').map(({ id, idstr }) => [id, idstr])).toEqual([
      [3, 'ram'],
      [4, 'dirty-bitmap'],
    ]);
    const bitmap = await decode(join(part(4, join(u8(1), noise(3))), eof()), { role: 'recovery-main' });
    expect(bitmap.of('section-start').map(({ idstr }) => idstr)).toEqual(['dirty-bitmap']);
  });

  it.each([
    ['ram', start({ ...RAM, version: 5 }, PAGE), '4', '5'],
    ['dirty-bitmap', start({ id: 3, idstr: 'dirty-bitmap', version: 7 }, PAGE), '1', '7'],
  ])('does not read a version of %s that it does not know', async (idstr, section, expected, found) => {
    const decoded = await decode(join(header(), section, eof()));
    expect(decoded.problems[0]).toMatchObject({ rule: 'section-version', section: idstr, expected, found });
  });

  it('keeps device state apart by instance, with what it is called by people', async () => {
    const device = (instance: number, bytes: Buffer): Buffer =>
      full({ id: 10 + instance, idstr: 'serial', instance }, bytes);
    const decoded = await decode(join(header(), device(0, u32(1)), device(1, u32(2)), eof()));
    expect(decoded.of('device-state').map(({ instance, payload }) => [instance, payload[3]])).toEqual([
      [0, 1],
      [1, 2],
    ]);
    expect(decoded.rules).toEqual([]);
  });
});
