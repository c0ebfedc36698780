/** Damage in the middle of a stream, and lengths that lie. */
import { describe, expect, it } from 'vitest';
import { counted, hexBytes, join, noise, u32, u64, u8 } from './build/bytes.js';
import { decode, type Decoded } from './build/decode.js';
import {
  command,
  configuration,
  end,
  eof,
  footer,
  full,
  header,
  packaged,
  part,
  RAM,
  run,
  start,
  subsection,
  vmdesc,
} from './build/elements.js';
import { blockEntry, eos, mappedMemSize, memSize, page, zero } from './build/ram.js';
import { fullSections, precopy, TIMER } from './build/samples.js';

const BLOCKS = [{ name: 'a', usedLength: 0x10_0000 }];
const OPENING = join(
  header(),
  configuration('pc-i440fx-7.2', { pageBits: 12 }),
  start(RAM, join(memSize(BLOCKS), eos())),
);
const CLOSING = join(end(RAM.id, eos()), fullSections([TIMER]), eof());

/** The bytes that nobody could make sense of are exactly [from, to). */
function expectSkipped(decoded: Decoded, from: number, to: number): void {
  expect(decoded.of('skipped')).toEqual([{ kind: 'skipped', offset: from, length: to - from }]);
  expect(decoded.end.explainedBytes).toBe(decoded.end.bytes - (to - from));
  expect(decoded.end.lastGoodOffset).toBe(from);
  expect(decoded.end.complete).toBe(false);
}

describe('damage in a section', () => {
  it('goes on behind the footer of the RAM section', async () => {
    const before = join(OPENING, u8(2), u32(RAM.id), page(0, noise(0x1000), 'a'));
    const lost = join(u64(0x1001), noise(100, 3), footer(RAM.id));
    const bytes = join(before, lost, part(RAM.id, join(zero(0x5000), eos())), CLOSING);
    const decoded = await decode(bytes);
    expect(decoded.rules).toEqual(['ram-flags']);
    expect(decoded.problems[0]).toMatchObject({ code: 'MIG130', offset: before.length, section: 'ram', found: '0x1' });
    expectSkipped(decoded, before.length, before.length + lost.length);
    expect(decoded.pages.map(({ address }) => address)).toEqual([0, 0x5000]);
    expect(decoded.of('section-end').at(-1)).toMatchObject({ idstr: 'timer' });
    expect(decoded.of('eof')).toHaveLength(1);
  });

  it('counts the pages before an impossible record as decoded', async () => {
    const before = join(OPENING, u8(2), u32(RAM.id), page(0, noise(0x1000), 'a'), zero(0x1000));
    const lost = join(u64(0x40 | 0x20), u8(7), noise(20), footer(RAM.id));
    const decoded = await decode(join(before, lost, CLOSING));
    expect(decoded.rules).toEqual(['ram-xbzrle']);
    expectSkipped(decoded, before.length, before.length + lost.length);
  });

  it('goes on behind a section that was never started', async () => {
    const lost = part(77, noise(40));
    const decoded = await decode(join(OPENING, lost, part(RAM.id, eos()), CLOSING));
    expect(decoded.rules).toEqual(['unknown-section-id']);
    expect(decoded.of('skipped')[0]).toMatchObject({ offset: OPENING.length });
    expect(decoded.of('section-end').at(-1)).toMatchObject({ idstr: 'timer' });
  });

  it('goes on behind a footer that is not there', async () => {
    const broken = part(RAM.id, eos());
    broken[broken.length - 1]! ^= 0xff;
    const decoded = await decode(join(OPENING, broken, part(RAM.id, eos()), CLOSING));
    expect(decoded.rules).toEqual(['section-footer']);
    expect(decoded.problems[0]).toMatchObject({ expected: '7e 00000002', found: '7e 000000fd' });
    const from = OPENING.length + broken.length - 5;
    expectSkipped(decoded, from, from + 5);
  });

  it('goes on behind garbage between two sections', async () => {
    const decoded = await decode(join(OPENING, Buffer.alloc(50, 0x99), part(RAM.id, eos()), CLOSING));
    expect(decoded.rules).toEqual(['unknown-section-type']);
    expectSkipped(decoded, OPENING.length, OPENING.length + 50 + part(RAM.id, eos()).length);
  });

  it('says so when nothing leads back', async () => {
    const decoded = await decode(join(OPENING, Buffer.alloc(5000, 0x99)));
    expect(decoded.rules).toEqual(['unknown-section-type']);
    expectSkipped(decoded, OPENING.length, OPENING.length + 5000);
  });

  it('reports a garbage byte at the very end for what it is', async () => {
    const decoded = await decode(join(OPENING, u8(0x99)));
    expect(decoded.rules).toEqual(['unknown-section-type']);
  });

  it('takes zeros up to the end for a file that was not written to its end', async () => {
    const decoded = await decode(join(OPENING, u8(2), u32(RAM.id), zero(0, 'a'), Buffer.alloc(10_000)));
    expect(decoded.rules).toEqual(['truncated']);
    expect(decoded.problems[0]!.message).toContain('10000 zero bytes');
    expect(decoded.end).toMatchObject({ complete: false, lastGoodOffset: OPENING.length + 5 + 8 + 2 + 1 });
  });

  it('keeps to the package', async () => {
    const bytes = join(OPENING, packaged(join(u8(0x99), full({ id: 9, idstr: 'x' }, noise(30)), run())), CLOSING);
    const decoded = await decode(bytes);
    expect(decoded.rules).toEqual(['unknown-section-type']);
    expect(decoded.of('eof')).toHaveLength(1);
    expect(decoded.end.complete).toBe(false);
  });

  it('lists at most a thousand problems', async () => {
    const bad = command(99);
    const decoded = await decode(join(OPENING, ...Array.from({ length: 1500 }, () => bad), CLOSING));
    expect(decoded.problems.filter(({ rule }) => rule === 'unknown-command')).toHaveLength(1000);
    expect(decoded.rules.at(-1)).toBe('problem-limit');
    expect(decoded.rules).toHaveLength(1001);
  });
});

/** Up to the offsets in the header of a block whose bitmap would take 32 GiB. */
const HUGE_MAPPED = join(
  header(),
  configuration('pc', { capabilities: ['mapped-ram'] }),
  start(RAM, join(u64((2n ** 50n) | 4n), counted('a'), u64(2n ** 50n), u32(1), u64(0x1000)), false),
);

/** Lengths that lie, with the rule that names them first. */
const HOSTILE: readonly { name: string; bytes: Buffer; rule: string }[] = [
  {
    name: 'a machine type name of 2 GiB',
    bytes: join(header(), u8(7), u32(0x8000_0000), noise(5000)),
    rule: 'configuration-name',
  },
  {
    name: '2^32 - 1 capabilities',
    bytes: join(header(), configuration('pc'), subsection('configuration/capabilities', u32(0xffff_ffff)), noise(5000)),
    rule: 'implausible-value',
  },
  {
    name: 'target page bits of 200',
    bytes: join(header(), configuration('pc', { pageBits: 200 }), noise(100)),
    rule: 'implausible-value',
  },
  { name: 'a package of 4 GiB', bytes: join(OPENING, packaged(part(RAM.id, eos()), 0xffff_ffff)), rule: 'truncated' },
  {
    name: 'a vmdesc of 4 GiB',
    bytes: join(OPENING, CLOSING, vmdesc('{"devices": []}', 0xffff_ffff)),
    rule: 'truncated',
  },
  {
    name: 'a block list whose sum underflows',
    bytes: join(header(), configuration('pc'), start(RAM, join(memSize(BLOCKS, 0x1000), eos())), CLOSING),
    rule: 'ram-block-list',
  },
  {
    name: 'a block of 2^60 bytes',
    bytes: join(
      header(),
      configuration('pc'),
      start(RAM, join(u64(0x1000_0000_0000_0004n), counted('a'), u64(2n ** 60n))),
    ),
    rule: 'implausible-value',
  },
  {
    name: 'a block list that goes on into zeros',
    bytes: join(
      header(),
      configuration('pc'),
      u8(1),
      u32(2),
      counted('ram'),
      u32(0),
      u32(4),
      memSize([], 2 ** 40),
      Buffer.alloc(4 << 20),
    ),
    rule: 'truncated',
  },
  {
    name: 'a block list of one block, again and again',
    bytes: join(
      header(),
      configuration('pc'),
      start(
        RAM,
        join(u64((2n ** 50n) | 4n), ...Array.from({ length: 70_000 }, () => blockEntry({ name: 'a', usedLength: 1 }))),
      ),
    ),
    rule: 'ram-block-list',
  },
  {
    name: 'a mapped-ram block of 2^50 bytes',
    bytes: join(HUGE_MAPPED, u64(HUGE_MAPPED.length + 16), u64(2n ** 50n), noise(100)),
    rule: 'truncated',
  },
  {
    name: 'more block names than any machine has',
    bytes: join(
      OPENING,
      part(RAM.id, join(...Array.from({ length: 70_000 }, (_, i) => zero(0, `b${i}`)), eos())),
      CLOSING,
    ),
    rule: 'ram-address',
  },
  {
    name: 'dirty bitmap data of 2^40 bytes',
    bytes: join(
      OPENING,
      start({ id: 3, idstr: 'dirty-bitmap' }, join(hexBytes('40 0000000000000000 00000800'), u64(2n ** 40n), u8(1))),
      CLOSING,
    ),
    rule: 'section-record',
  },
];

describe.each(HOSTILE)('$name', ({ bytes, rule }) => {
  it.each([true, false])('is reported and not believed (seekable: %s)', async (seekable) => {
    const before = process.memoryUsage();
    const started = performance.now();
    const decoded = await decode(bytes, { seekable });
    expect(performance.now() - started).toBeLessThan(3000);
    expect(process.memoryUsage().arrayBuffers - before.arrayBuffers).toBeLessThan(200 << 20);
    if (rule === 'ram-address') expect(decoded.rules).toContain('too-large');
    else expect(decoded.rules[0]).toBe(rule);
    expect(decoded.end.bytes).toBe(bytes.length);
    expect(decoded.end.explainedBytes).toBeLessThanOrEqual(bytes.length);
    expect(decoded.end.complete).toBe(false);
  });
});

describe('a name that its length byte makes longer than the file', () => {
  it.each([
    ['section', join(header(), u8(4), u32(1), u8(255), Buffer.from('short'))],
    [
      'block',
      join(header(), u8(1), u32(2), counted('ram'), u32(0), u32(4), u64(0x1004), u8(255), Buffer.from('short')),
    ],
    [
      'capability',
      join(header(), configuration('pc'), subsection('configuration/capabilities', join(u32(1), u8(200)))),
    ],
  ])('%s', async (_what, bytes) => {
    for (const seekable of [true, false]) {
      const decoded = await decode(bytes, { seekable });
      expect(decoded.rules).toEqual(['truncated']);
    }
  });
});

describe('every byte of a stream set to other values', () => {
  it.each([0x00, 0xff, 0x7e])('0x%x: something is always said, and no byte is explained twice', async (value) => {
    const whole = precopy();
    for (let at = 0; at < whole.length; at += 3) {
      const bytes = Buffer.from(whole);
      bytes[at] = value;
      const { end: last, of } = await decode(bytes).then((decoded) => ({ end: decoded.end, of: decoded.of('end') }));
      expect(of).toHaveLength(1);
      expect(last.bytes).toBe(bytes.length);
      expect(last.explainedBytes).toBeLessThanOrEqual(last.bytes);
      expect(last.lastGoodOffset).toBeLessThanOrEqual(last.bytes);
    }
  });
});

it('mapped-ram placed before itself is refused', async () => {
  const head = join(header(), configuration('virt', { capabilities: ['mapped-ram'] }));
  const at = head.length + start(RAM, Buffer.alloc(0), false).length;
  const blocks = [{ name: 'mem', usedLength: 0x1000, pages: new Map([[0, noise(0x1000)]]) }];
  const list = mappedMemSize(at, blocks, { alignment: 0x1000 });
  const fields = list.indexOf('mem') + 3 + 8;
  const wrong = (field: number, bytes: Buffer): Buffer => {
    const copy = Buffer.from(list);
    copy.set(bytes, fields + field);
    return join(head, start(RAM, join(copy, eos())), end(RAM.id, eos()), eof());
  };
  for (const bytes of [
    wrong(0, u32(2)),
    wrong(4, u64(0x1001)),
    wrong(12, u64(5)),
    wrong(20, u64(1)),
    wrong(20, u64(0x1001)),
  ]) {
    const decoded = await decode(bytes);
    expect(decoded.rules).toEqual(['ram-mapped-header']);
    expect(decoded.end.complete).toBe(false);
    expect(decoded.of('eof')).toHaveLength(1);
  }
});
