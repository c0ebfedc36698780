/** Streams that end too early, at every byte. */
import { describe, expect, it } from 'vitest';
import { decode, type Decoded } from './build/decode.js';
import { SAMPLES } from './build/samples.js';
import { readFixture } from './fixtures.js';

/**
 * Every offset where a record or element ends, taken from what the whole stream says. The payload of a device section is no record: its
 * end is only known by what follows.
 */
function boundaries(whole: Decoded): number[] {
  const ends = new Set([0]);
  const closed = (offset: number, length: number): void => void ends.add(offset + length);
  for (const entry of whole.entries) {
    if ('page' in entry) {
      ends.add(entry.offset);
      continue;
    }
    switch (entry.kind) {
      case 'header':
      case 'ram-blocks':
      case 'record':
      case 'command':
      case 'vmdesc':
      case 'colo':
        closed(entry.offset, entry.length);
        break;
      case 'configuration':
        for (const { offset } of entry.subsections) ends.add(offset);
        closed(entry.offset, entry.length);
        break;
      case 'ram-mark':
        // Behind the last page, too.
        ends.add(entry.offset);
        closed(entry.offset, 8);
        break;
      case 'section-end':
        ends.add(entry.payloadOffset);
        closed(entry.payloadOffset, entry.payloadLength + (entry.footer ? 5 : 0));
        break;
      case 'eof':
        closed(entry.offset, 1);
        break;
      case 'end':
        ends.add(entry.bytes);
        break;
    }
  }
  return [...ends].sort((a, b) => a - b);
}

/** The last boundary at or before a cut. Where page sizes stand in the block list, only what follows the list shows that it has ended. */
function lastGood(whole: Decoded, ends: readonly number[], cut: number): number {
  const open = whole.of('ram-blocks').find(({ offset, length, blocks }) => {
    const end = offset + length;
    return blocks.some(({ pageSize }) => pageSize !== undefined) && cut >= end && cut < end + 8;
  });
  return open?.offset ?? ends.findLast((at) => at <= cut)!;
}

/** Where a stream may stop and be whole: behind EOF, with and without a description, and behind a COLO checkpoint. */
function wholeAt(whole: Decoded): Set<number> {
  const ends = new Set<number>();
  const colo = whole.of('colo');
  for (const eof of whole.of('eof')) {
    const round = colo.findLast(({ offset }) => offset < eof.offset);
    if (!eof.packaged && round?.name !== 'VMSTATE_SEND') ends.add(eof.offset + 1);
  }
  for (const vmdesc of whole.of('vmdesc')) ends.add(vmdesc.offset + vmdesc.length);
  return ends;
}

const footed = SAMPLES.filter(({ name }) => !name.includes('without footers'));

describe.each(footed)('the sample $name, cut at every byte', ({ bytes, role = 'main', name }) => {
  it.each([true, false])('says how far it got (seekable: %s)', async (seekable) => {
    const whole = await decode(bytes, { role });
    const ends = boundaries(whole);
    const complete = wholeAt(whole);
    const last = [...complete].sort((a, b) => a - b);
    for (let cut = 0; cut < bytes.length; cut++) {
      const decoded = await decode(bytes.subarray(0, cut), { role, seekable, pageSize: 0x400 });
      if (complete.has(cut)) {
        expect(decoded.end, `cut at ${cut}`).toMatchObject({ complete: true, lastGoodOffset: cut });
        continue;
      }
      // Up to three zeros of the first message of a checkpoint look like padding.
      if (name === 'colo' && last.some((at) => cut > at && cut < at + 4) && decoded.of('trailing').length > 0) continue;
      expect(
        decoded.problems.filter(({ severity }) => severity !== 'info').map(({ rule }) => rule),
        `cut at ${cut}`,
      ).toEqual(['truncated']);
      const good = lastGood(whole, ends, cut);
      expect(decoded.end, `cut at ${cut}`).toMatchObject({
        bytes: cut,
        lastGoodOffset: good,
        explainedBytes: good,
        complete: false,
      });
      expect(decoded.of('end')).toHaveLength(1);
    }
  });
});

describe('a stream without footers, cut at every byte', () => {
  it('never says that it is whole', async () => {
    const { bytes } = SAMPLES.find(({ name }) => name.includes('without footers'))!;
    const whole = await decode(bytes);
    const complete = wholeAt(whole);
    const firstDevice = whole.of('section-start').find(({ section }) => section === 'full')!.offset;
    for (let cut = 0; cut < bytes.length; cut += cut < firstDevice - 200 ? 97 : 1) {
      if (complete.has(cut)) continue;
      const { end, rules } = await decode(bytes.subarray(0, cut), { pageSize: 0x400 });
      expect(end.complete, `cut at ${cut}`).toBe(false);
      expect(rules.length, `cut at ${cut}`).toBeGreaterThan(0);
      expect(end.explainedBytes).toBeLessThanOrEqual(cut);
    }
  });
});

describe('a real stream, cut at many bytes', () => {
  it('says how far it got', async () => {
    const bytes = readFixture('11.1-s390x-multifd-2');
    const whole = await decode(bytes);
    const ends = boundaries(whole);
    const complete = wholeAt(whole);
    for (let cut = 0; cut < bytes.length; cut += 13) {
      if (complete.has(cut)) continue;
      const { end, rules } = await decode(bytes.subarray(0, cut));
      expect(rules, `cut at ${cut}`).toEqual(['truncated']);
      expect(end.lastGoodOffset, `cut at ${cut}`).toBe(lastGood(whole, ends, cut));
    }
  });
});
