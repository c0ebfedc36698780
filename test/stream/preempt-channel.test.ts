import { describe, expect, it } from 'vitest';
import { decodePreemptChannel, type PreemptContext } from '../../src/stream/preempt-channel.js';
import type { RamBlock } from '../../src/stream/events.js';
import { type Outcome, run, runAllWays, type SeenPage } from './channel-harness.js';
import { bytes } from './sections/harness.js';

const page = (byte: number, size = 0x1000): Buffer => Buffer.alloc(size, byte);

// Captured from QEMU 11.1, but for what is in the pages: the channel just ends.
const TWO_PAGES = Buffer.concat([
  bytes('0000000003fde008 06 "pc.ram"'),
  page(1),
  bytes('0000000003fdf028'), // PAGE | CONTINUE
  page(2),
]);
// Captured from QEMU 7.2, shortened.
const WITH_EOS = Buffer.concat([bytes('000000000014d008 06 "pc.ram"'), page(0xf5), bytes('0000000000000010')]);

const block = (index: number, name: string, usedLength: number): RamBlock => ({
  index,
  name,
  usedLength,
  declared: true,
});
const BLOCKS = [block(0, 'pc.bios', 0x40000), block(1, 'pc.ram', 0x9600000)];

const decode =
  (context?: PreemptContext): Parameters<typeof run>[1] =>
  (cursor, out) =>
    decodePreemptChannel(cursor, out, context);
const marks = ({ events }: Outcome): unknown[] =>
  events.flatMap((event) => (event.kind === 'ram-mark' ? [[event.name, event.offset]] : []));

describe('preempt channel', () => {
  it('reads pages up to the end of the connection', async () => {
    for (const context of [{}, { pageSize: 0x1000, blocks: BLOCKS }, { machine: 'pc-i440fx-11.1' }]) {
      const { events, pages, postcopy, problems, end } = await runAllWays(TWO_PAGES, decode(context));
      expect(problems).toEqual([]);
      expect(events[0]).toEqual({ kind: 'begin', offset: 0, channel: 'test', role: 'preempt' });
      expect(pages).toEqual([
        ['normal', 'pc.ram', 0x3fde000, 0, 1, 0x1000],
        ['normal', 'pc.ram', 0x3fdf000, 0x100f, 2, 0x1000],
      ] satisfies SeenPage[]);
      expect(postcopy).toBe(true);
      expect([end.explainedBytes, end.lastGoodOffset, end.complete]).toEqual([
        TWO_PAGES.length,
        TWO_PAGES.length,
        true,
      ]);
    }
  });

  it('reads EOS', async () => {
    const outcome = await runAllWays(WITH_EOS, decode());
    expect(outcome.pages).toHaveLength(1);
    expect(marks(outcome)).toEqual([['EOS', WITH_EOS.length - 8]]);
    expect([outcome.problems, outcome.end.complete]).toEqual([[], true]);
    // Captured from QEMU 7.2: nothing was asked for.
    const empty = await runAllWays(bytes('0000000000000010'), decode());
    expect(marks(empty)).toEqual([['EOS', 0]]);
    expect([empty.problems, empty.end.complete]).toEqual([[], true]);
  });

  it('may be empty', async () => {
    const { events, end } = await runAllWays(bytes(''), decode({ pageSize: 0x1000, blocks: BLOCKS }));
    expect(events).toHaveLength(2);
    expect([end.bytes, end.explainedBytes, end.complete]).toEqual([0, 0, true]);
  });

  it('reads zero pages, marks and pages of other sizes', async () => {
    const data = Buffer.concat([
      bytes('0000000000010008 06 "pc.ram"'),
      page(3, 0x10000),
      bytes('0000000000020022 00  0000000000000200  0000000000030022 00'),
    ]);
    const outcome = await runAllWays(data, decode({ pageSize: 0x10000 }));
    expect(outcome.pages.map(([kind, , address]) => [kind, address])).toEqual([
      ['normal', 0x10000],
      ['zero', 0x20000],
      ['zero', 0x30000],
    ]);
    expect(marks(outcome)).toEqual([['MULTIFD_FLUSH', data.length - 17]]);
    expect([outcome.problems, outcome.end.complete]).toEqual([[], true]);
  });

  it('keeps the indexes of the main channel, and judges addresses by its blocks', async () => {
    const data = Buffer.concat([
      bytes('0000000000040008 07 "pc.bios"'),
      page(1),
      bytes('0000000000001002 03 "new" 00'),
    ]);
    const outcome = await runAllWays(data, decode({ pageSize: 0x1000, blocks: BLOCKS }));
    expect(outcome.problems).toEqual([['ram-address', 0, 'ram > pc.bios']]);
    expect(outcome.pages.map(([, name]) => name)).toEqual(['pc.bios', 'new']);
  });

  it('keeps every page before a cut', async () => {
    for (const [data, ends] of [
      [TWO_PAGES, [0x100f, TWO_PAGES.length]],
      [WITH_EOS, [0x100f, WITH_EOS.length]],
    ] as const) {
      const cuts = [...Array(40).keys()].flatMap((n) => [n, 0x100f - 20 + n, data.length - 1 - n]);
      for (const cut of cuts.filter((at) => at < data.length)) {
        for (const seekable of [true, false]) {
          const outcome = await run(data.subarray(0, cut), decode({ pageSize: 0x1000 }), { seekable });
          const good = Math.max(0, ...ends.filter((end) => end <= cut));
          const whole = cut === good;
          expect(outcome.problems.map(([rule]) => rule)).toEqual(whole ? [] : ['truncated']);
          expect([outcome.end.explainedBytes, outcome.end.lastGoodOffset]).toEqual([good, good]);
          expect(outcome.end.complete).toBe(whole);
        }
      }
    }
  });
});

describe('damage on a preempt channel', () => {
  it.each([
    ['a first record without a block', '0000000003fde028 00', 'ram-continue'],
    ['no kind', '0000000003fde001 00', 'ram-flags'],
    ['an XBZRLE page', '0000000003fde040 06 "pc.ram" 01 0001 00', 'ram-flags'],
    ['a block list', '0000000000001004 06 "pc.ram" 0000000000001000', 'ram-flags'],
    ['a hook', '0000000000000080', 'ram-flags'],
  ])('%s', async (_, text, rule) => {
    const data = bytes(text);
    const { problems, end, events } = await runAllWays(data, decode({ pageSize: 0x1000 }));
    expect(problems.map(([name, offset]) => [name, offset])).toEqual([[rule, 0]]);
    expect([end.explainedBytes, end.lastGoodOffset, end.complete]).toEqual([0, 0, false]);
    expect(events.at(-2)).toEqual({ kind: 'skipped', offset: 0, length: data.length });
  });

  it('goes on at the next page that names its block', async () => {
    const wrong = bytes('0000000000003001 06 "pc.ram"');
    const lost = Buffer.concat([bytes('0000000000005028'), page(4)]);
    const data = Buffer.concat([TWO_PAGES, wrong, lost, WITH_EOS]);
    const outcome = await runAllWays(data, decode({ pageSize: 0x1000, blocks: BLOCKS }));
    const skipped = { kind: 'skipped', offset: TWO_PAGES.length, length: wrong.length + lost.length };
    expect(outcome.problems).toEqual([['ram-flags', TWO_PAGES.length, 'ram record']]);
    expect(outcome.events.filter(({ kind }) => kind === 'skipped')).toEqual([skipped]);
    expect(outcome.pages.map(([, , address]) => address)).toEqual([0x3fde000, 0x3fdf000, 0x14d000]);
    const { bytes: all, explainedBytes, lastGoodOffset, complete } = outcome.end;
    expect([explainedBytes, lastGoodOffset, complete]).toEqual([all - skipped.length, TWO_PAGES.length, false]);
  });

  it('bytes behind EOS', async () => {
    const { problems, end } = await runAllWays(Buffer.concat([WITH_EOS, bytes('00')]), decode({ pageSize: 0x1000 }));
    expect(problems).toEqual([['trailing-bytes', WITH_EOS.length]]);
    expect([end.explainedBytes, end.complete]).toEqual([WITH_EOS.length, true]);
  });
});
