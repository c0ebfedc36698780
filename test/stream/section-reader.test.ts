/** The reader of sections as a whole stream meets it: what a header may be, and in which order sections come. */
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/source.js';
import { StreamModel } from '../../src/model/stream-model.js';
import { readStream } from '../../src/read.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { join, noise, u32, u8 } from '../build/bytes.js';
import { decode } from '../build/decode.js';
import { end, eof, full, header, part, RAM, start } from '../build/elements.js';
import { eos, flush, memSize, page, zero } from '../build/ram.js';

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

describe('PART sections of RAM that follow each other', () => {
  const pages = join(page(0x2000, noise(4096), 'm'), zero(0x3000), eos());
  const parts = join(...Array.from({ length: 8 }, () => [part(2, PAGE), part(2, pages), part(2, eos())]).flat());
  const whole = join(header(), SETUP, parts, part(2, join(flush(), PAGE)), parts, end(2, eos()), eof());
  const without = (from: number, length: number): Buffer =>
    join(whole.subarray(0, from), whole.subarray(from + length));
  const at = 8 + SETUP.length;

  /** What is counted of a stream, with listeners that only count and beside one that hears every event. */
  async function counted(bytes: Buffer, chunk: number, waits = false) {
    const count = async (...others: { event(event: StreamEvent): void }[]) => {
      const model = new StreamModel();
      const kinds = new Set<string>();
      const listener = { countsParts: true, event: ({ kind }: StreamEvent) => void kinds.add(kind) };
      await readStream(new MemorySource(bytes, 'main', { chunk, seekable: false, waits }), [
        model,
        listener,
        ...others,
      ]);
      return { summary: model.summary(), kinds };
    };
    return { together: await count(), oneByOne: await count({ event: () => undefined }) };
  }

  it.each([
    ['whole', whole],
    ['cut in a page', whole.subarray(0, at + 9000)],
    ['cut in a footer', whole.subarray(0, at + 5 + PAGE.length + 2)],
    ['a footer that is not there', without(at + 5 + PAGE.length, 5)],
    ['a record that is damaged', without(at + 5 + PAGE.length + 5 + 5, 3)],
    ['an id that was never started', join(whole.subarray(0, at + 1), u32(9), whole.subarray(at + 5))],
    [
      'no footers',
      join(
        header(),
        start(RAM, join(memSize([{ name: 'm', usedLength: 0x4000 }]), eos()), false),
        part(2, PAGE, false),
        part(2, PAGE, false),
        end(2, eos(), false),
        eof(),
      ),
    ],
  ])('are counted together as one by one: %s', async (_, bytes) => {
    for (const [chunk, waits] of [
      [7, false],
      [1021, true],
      [4099, false],
      [4099, true],
      [1 << 20, false],
    ] as const) {
      const { together, oneByOne } = await counted(bytes, chunk, waits);
      expect(together.summary).toEqual(oneByOne.summary);
      expect(oneByOne.kinds.has('ram-parts')).toBe(false);
    }
  });

  it('are counted as far as they were read when the source fails', async () => {
    const parts = async (countsParts: boolean): Promise<number> => {
      const inner = new MemorySource(whole, 'main', { chunk: 4099, seekable: false });
      let [reads, seen] = [0, 0];
      const read = (into: Uint8Array): number | Promise<number> => {
        if (++reads > 30) throw new Error('EIO');
        return inner.read(into);
      };
      const event = (event: StreamEvent): void => {
        if (event.kind === 'ram-parts') seen += event.count;
        else if (event.kind === 'section-start' && event.section === 'part') seen++;
      };
      const source = { name: 'main', read, close: () => undefined };
      await expect(readStream(source, [{ countsParts, event }], { pageSize: 4096 })).rejects.toThrow('EIO');
      return seen;
    };
    const together = await parts(true);
    expect(together).toBeGreaterThan(2);
    expect(together).toBe(await parts(false));
  });

  it('are reported together only to those who all count them', async () => {
    const { together } = await counted(whole, 1 << 20);
    expect(together.kinds.has('ram-parts')).toBe(true);
    expect(together.summary.sections[0]?.kinds).toEqual({ start: 1, part: 49, end: 1 });
  });
});
