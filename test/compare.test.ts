/** Whole comparisons: of fixtures with themselves and each other, and of streams in which one thing was changed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { diffCaptures, type DiffOptions, type DiffResult } from '../src/compare.js';
import { isSameBlock } from '../src/diff/ram.js';
import { InputError } from '../src/finding.js';
import { readStream } from '../src/read.js';
import type { EventOf } from '../src/stream/events.js';
import { join, noise } from './build/bytes.js';
import { type Device, raw, uint32, uint32Array, vmdescText, vmsdPayload } from './build/device.js';
import { configuration, end, eof, full, header, part, RAM, start, vmdesc } from './build/elements.js';
import { eos, memSize, page, zero } from './build/ram.js';
import { brief, dumpText, field, vmsd } from './diff/layouts.js';
import { captureNames, fixtureNames, fixturePath, readAnalyze, readFixture, unpackCapture } from './fixtures.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-compare-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

function put(bytes: Uint8Array | string): string {
  const path = joinPath(folder, `${files++}`);
  writeFileSync(path, bytes);
  return path;
}

/** Everything that differs, one line each. */
function lines({ identity, layout, values, ram }: DiffResult): string[] {
  return [
    ...identity.map((one) => `${one.field}: ${one.a} ${one.b}`),
    ...layout.map(brief),
    ...values.map(({ section, path, a, b }) => `${section}/${path}: ${String(a)} ${String(b)}`),
    ...(ram?.blocks ?? [])
      .filter((block) => !isSameBlock(block))
      .map(({ name, ranges }) => `${name}: ${JSON.stringify(ranges)}`),
  ];
}

const diff = (a: string, b: string, options?: DiffOptions): Promise<DiffResult> => diffCaptures(a, b, options);

/** Larger ones take long, and hold nothing that the others do not. */
const MAX_FIXTURE = 6 << 20;

describe('a capture and itself', () => {
  const small = fixtureNames().filter((name) => readFixture(name).length <= MAX_FIXTURE && !name.endsWith('-channel'));

  it.each(small)('%s', async (name) => {
    const path = put(readFixture(name));
    const result = await diff(path, path);
    rmSync(path);
    expect(lines(result)).toEqual([]);
    expect(result.identical).toBe(result.a.complete);
  });

  it.each(captureNames())('%s', async (name) => {
    expect(lines(await diff(unpackCapture(name), unpackCapture(name)))).toEqual([]);
  });
});

const PAGE = 0x1000;
const DEVICES: readonly Device[] = [
  {
    id: 5,
    idstr: 'timer',
    vmsdName: 'timer',
    version: 2,
    fields: [uint32('cpu_clock_offset', 1), uint32('period', 7)],
  },
  {
    id: 6,
    idstr: '0000:00:03.0/nic',
    vmsdName: 'nic',
    version: 3,
    fields: [uint32('status', 1), uint32Array('regs', 1, 2, 3, 4), raw('rom', noise(64, 2))],
    subsections: [{ vmsdName: 'nic/sub', version: 1, fields: [uint32('more', 4)] }],
  },
];

interface Parts {
  readonly machine?: string;
  readonly devices?: readonly Device[];
  readonly pages?: readonly Buffer[];
  readonly described?: boolean;
}

const PAGES: readonly Buffer[] = [
  page(0, noise(PAGE, 1), 'ram'),
  zero(PAGE, 'ram'),
  page(2 * PAGE, noise(PAGE, 3), 'ram'),
];

function stream({ machine = 'pc-9.0', devices = DEVICES, pages = PAGES, described = true }: Parts = {}): Buffer {
  return join(
    header(),
    configuration(machine),
    start(RAM, join(memSize([{ name: 'ram', usedLength: 4 * PAGE }]), eos())),
    part(RAM.id, join(...pages, eos())),
    end(RAM.id, eos()),
    ...devices.map((device) => full(device, vmsdPayload(device))),
    eof(),
    ...(described ? [vmdesc(vmdescText(devices))] : []),
  );
}

/** The second device with another field. */
const changed = (
  change: (fields: Device['fields']) => Device['fields'],
  more: Partial<Device> = {},
): readonly Device[] => [DEVICES[0]!, { ...DEVICES[1]!, ...more, fields: change(DEVICES[1]!.fields) }];

const plain = put(stream());
const against = async (parts: Parts, options?: DiffOptions): Promise<string[]> =>
  lines(await diff(plain, put(stream(parts)), options));

describe('one change', () => {
  it('of a field is that field', async () => {
    expect(await against({ devices: changed(([, ...rest]) => [uint32('status', 2), ...rest]) })).toEqual([
      '0000:00:03.0/nic/status: 1 2',
    ]);
  });

  it('of a page is that page', async () => {
    expect(await against({ pages: [...PAGES, page(2 * PAGE, noise(PAGE, 9), 'ram')] })).toEqual([
      `ram: [[${2 * PAGE},${PAGE}]]`,
    ]);
  });

  it('of a page that is not sent is told', async () => {
    const [first, , third] = PAGES;
    const { ram } = await diff(plain, put(stream({ pages: [first!, third!] })));
    expect(ram?.blocks[0]).toMatchObject({
      pagesDiffer: 0,
      zeroAgainstNeverSent: { pages: 1, ranges: [[PAGE, PAGE]] },
    });
  });

  it('of the sections is that section', async () => {
    expect(await against({ devices: DEVICES.slice(0, 1) })).toEqual([
      '0000:00:03.0/nic section-missing refused state-lost',
    ]);
  });

  it('of the slot is a move', async () => {
    const moved = changed(([, ...rest]) => [uint32('status', 2), ...rest], { idstr: '0000:00:04.0/nic' });
    expect(await against({ devices: moved })).toEqual([
      '0000:00:03.0/nic section-moved refused',
      '0000:00:03.0/nic/status: 1 2',
    ]);
  });

  it('of the machine type is said first', async () => {
    expect(await against({ machine: 'pc-9.1' })).toEqual(['migration machine-type refused']);
  });

  it('of the slot of a device takes its RAM along', async () => {
    const at = (slot: string, last = 7): string => {
      const rom = Buffer.alloc(PAGE, 7);
      rom[PAGE - 1] = last;
      const list = [
        { name: 'ram', usedLength: 4 * PAGE },
        { name: `0000:00:${slot}/nic.rom`, usedLength: PAGE },
      ];
      const device = { ...DEVICES[1]!, idstr: `0000:00:${slot}/nic` };
      return put(
        join(
          header(),
          configuration('pc-9.0'),
          start(RAM, join(memSize(list), eos())),
          part(RAM.id, join(...PAGES, page(0, rom, `0000:00:${slot}/nic.rom`), eos())),
          end(RAM.id, eos()),
          full(device, vmsdPayload(device)),
          eof(),
          vmdesc(vmdescText([device])),
        ),
      );
    };
    const { layout, ram } = await diff(at('03.0'), at('04.0'));
    expect(
      ram?.blocks.map(({ name, nameB, pagesCompared, pagesDiffer }) => [name, nameB, pagesCompared, pagesDiffer]),
    ).toEqual([
      ['ram', undefined, 3, 0],
      ['0000:00:03.0/nic.rom', '0000:00:04.0/nic.rom', 1, 0],
    ]);
    const other = await diff(at('03.0'), at('04.0', 8), { ram: true });
    expect(other.ram?.excerpts).toMatchObject([{ block: '0000:00:03.0/nic.rom', address: PAGE - 1, differing: 1 }]);
    expect(layout.map(({ path, message }) => [path, message])).toEqual([
      ['0000:00:03.0/nic.rom', 'RAM block of a device that moved, in B it is 0000:00:04.0/nic.rom'],
      ['', 'moved, in B it is 0000:00:04.0/nic'],
    ]);
    expect(layout.map(({ aToB, bToA }) => [aToB.verdict, bToA.verdict])).toEqual([
      ['refused', 'refused'],
      ['refused', 'refused'],
    ]);
  });

  it('of the list of RAM blocks is said with the layout, with what QEMU prints', async () => {
    const blocks = (...list: { name: string; usedLength: number }[]): string =>
      put(
        join(
          header(),
          configuration('pc-9.0'),
          start(RAM, join(memSize(list), eos())),
          part(RAM.id, join(...PAGES, eos())),
          end(RAM.id, eos()),
          eof(),
        ),
      );
    const [ram, rom] = [
      { name: 'ram', usedLength: 4 * PAGE },
      { name: '/rom@x', usedLength: PAGE },
    ];
    const one = blocks(ram, rom);
    const found = await diff(one, blocks({ ...ram, usedLength: 5 * PAGE }, { name: 'vram', usedLength: PAGE }));
    expect(found.layout.map(brief)).toEqual([
      'ram/ram ram-block-size refused',
      'ram//rom@x ram-block-missing refused state-lost',
      'ram/vram ram-block-missing state-lost refused',
    ]);
    expect(found.layout[0]?.aToB.qemu?.text).toBe('Size mismatch: ram: 0x4000 != 0x5000: Invalid argument');
    expect((await diff(one, blocks(ram, { ...rom, usedLength: 2 * PAGE }))).layout.map(brief)).toEqual([
      'ram//rom@x ram-block-size loads',
    ]);
    const cut = put(readFileSync(one).subarray(0, 40));
    expect((await diff(one, cut)).layout).toEqual([]);
  });

  it('of a clock is left out', async () => {
    const devices = [{ ...DEVICES[0]!, fields: [uint32('cpu_clock_offset', 9), uint32('period', 7)] }, DEVICES[1]!];
    expect(await against({ devices })).toEqual([]);
    expect(await against({ devices }, { strict: true })).toEqual(['timer/cpu_clock_offset: 1 9']);
  });

  it('anywhere is found where it was made', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(3), fc.integer({ min: 5, max: 0xffffffff }), async (at, value) => {
        const regs = [1, 2, 3, 4].map((old, i) => (i === at ? value : old));
        const devices = changed(([status, , rom]) => [status!, uint32Array('regs', ...regs), rom!]);
        expect(await against({ devices })).toEqual([`0000:00:03.0/nic/regs[${at}]: ${at + 1} ${value}`]);
      }),
      { numRuns: 12 },
    );
  });
});

describe('options', () => {
  it('leave out and pick', async () => {
    const parts = {
      devices: changed(([, ...rest]) => [uint32('status', 2), ...rest]),
      pages: [zero(0, 'ram'), ...PAGES.slice(1)],
    };
    expect(await against(parts, { ignore: ['ram'] })).toEqual(['0000:00:03.0/nic/status: 1 2']);
    expect(await against(parts, { only: ['ram/*'] })).toEqual([`ram: [[0,${PAGE}]]`]);
  });

  it('show bytes of pages', async () => {
    const other = noise(PAGE, 1);
    other[0x123]! ^= 0xff;
    const { ram } = await diff(plain, put(stream({ pages: [page(0, other, 'ram'), ...PAGES.slice(1)] })), {
      ram: true,
    });
    expect(ram?.excerpts).toEqual([
      {
        block: 'ram',
        address: 0x123,
        differing: 1,
        a: noise(PAGE, 1).subarray(0x120, 0x130),
        b: other.subarray(0x120, 0x130),
      },
    ]);
  });

  it('compare the protocol where it is asked for', async () => {
    const { protocol } = await diff(plain, put(stream({ pages: [...PAGES, ...PAGES] })), { protocol: true });
    expect(protocol).toContainEqual({ field: 'normal pages', a: '2', b: '4' });
    expect(protocol).toContainEqual({ field: 'pages sent again', a: '0', b: '3' });
    expect((await diff(plain, plain, { protocol: true })).protocol).toEqual([]);
    expect((await diff(plain, plain)).protocol).toBeUndefined();
  });

  it('compare the layout alone', async () => {
    const result = await diff(plain, put(stream({ devices: changed((fields) => [...fields, uint32('new', 1)]) })), {
      layout: true,
    });
    expect(lines(result)).toEqual(['0000:00:03.0/nic/new field-missing depends']);
    expect(result.ram).toBeUndefined();
  });
});

describe('what is not whole', () => {
  it('is compared as far as it goes, and said to be broken', async () => {
    const bytes = stream();
    const cut = put(bytes.subarray(0, bytes.indexOf('0000:00:03.0/nic') + 40));
    const result = await diff(plain, cut);
    expect(result.b).toMatchObject({ complete: false });
    expect(result.b.lastGoodOffset).toBeGreaterThan(PAGE);
    expect(result.identical).toBe(false);
    expect(lines(result)).toEqual([]);
    expect(result.notes).toContain('B was not read to its end: 0000:00:03.0/nic is not compared');
  });

  it('has pages that were not reached, which are no differences', async () => {
    const bytes = stream({ pages: [page(0, noise(PAGE, 9), 'ram'), ...PAGES.slice(1)] });
    const cut = put(bytes.subarray(0, bytes.indexOf(noise(PAGE, 9)) + PAGE));
    const result = await diff(plain, cut);
    expect(lines(result)).toEqual([`ram: [[0,${PAGE}]]`]);
    expect(result.ram?.blocks[0]).toMatchObject({ pagesCompared: 1, notReached: 2, neverSentB: { pages: 0 } });
    expect(result.notes).toContain('B was not read to its end: 2 pages of RAM are not compared');
    expect((await diff(cut, plain)).notes).toContain('A was not read to its end: 2 pages of RAM are not compared');
  });

  it('is not identical with itself', async () => {
    const cut = put(stream().subarray(0, 9000));
    const result = await diff(cut, cut);
    expect([lines(result), result.identical]).toEqual([[], false]);
  });

  it('borrows the description of the other side', async () => {
    const devices = changed(([, ...rest]) => [uint32('status', 2), ...rest]);
    const result = await diff(plain, put(stream({ devices, described: false })));
    expect(lines(result)).toEqual(['0000:00:03.0/nic/status: 1 2']);
    expect(result.notes).toEqual(['B does not describe its device state: 2 sections are read as A describes them']);
  });

  it('is refused where it is no migration', async () => {
    await expect(diff(plain, put('no stream at all'))).rejects.toThrow(InputError);
    await expect(diff(plain, put('{"some": "json"}'))).rejects.toThrow(/neither a vmdesc nor a dump/);
    await expect(diff('-', '-')).rejects.toThrow(/only one side/);
  });
});

describe('layouts', () => {
  const dump = put(dumpText({ nic: vmsd('nic', [field('status', 4)], { version: 3 }) }));

  it('of a stream, its vmdesc and a dump can be compared', async () => {
    const description = put(vmdescText(DEVICES));
    expect((await diff(plain, description)).a.kind).toBe('capture');
    expect(lines(await diff(plain, description))).toEqual([]);
    const result = await diff(description, dump);
    expect([result.a.kind, result.b.kind]).toEqual(['vmdesc', 'vmstate-dump']);
    expect(lines(result)).toEqual([
      '0000:00:03.0/nic/regs field-missing refused depends',
      '0000:00:03.0/nic/rom field-missing refused depends',
      '0000:00:03.0/nic/nic/sub subsection-missing refused loads',
    ]);
  });

  it('of real streams of two releases', async () => {
    const a = put(readAnalyze('7.2-x86_64-no-configuration', 'desc')!);
    const b = put(readAnalyze('11.1-x86_64-background-snapshot', 'desc')!);
    const found = lines(await diff(a, b));
    expect(found).toContain('hpet/num_timers field-renamed loads');
    expect(found).toContain('globalstate/runstate fields-regrouped loads');
    expect(found.filter((line) => line.includes('refused'))).toEqual([]);
  });
});

describe('a virtio-net whose vlans grew', () => {
  const path = (name: string): string => fixturePath(`diff/${name}`).pathname;
  const [small, large] = [path('virtio-net-vlans-512.bin'), path('virtio-net-vlans-16384.bin')];
  /** The VLAN bitmap in the payload: behind it stand 33 bytes of the device and the first subsection. */
  const VLANS = { start: 437, length: 512 };

  async function nic(file: string): Promise<EventOf<'device-state'>> {
    let found: EventOf<'device-state'> | undefined;
    await readStream(file, [
      {
        wantsDeviceState: true,
        event: (event) => {
          if (event.kind === 'device-state') found = event;
        },
      },
    ]);
    return found!;
  }

  it('is a real section and the same with 15872 bytes more behind its vlans', async () => {
    const [a, b] = [(await nic(small)).payload, (await nic(large)).payload];
    const behind = VLANS.start + VLANS.length;
    expect(a.subarray(VLANS.start, behind)).toEqual(new Uint8Array(VLANS.length).fill(0xff));
    expect(Buffer.from(b)).toEqual(join(a.subarray(0, behind), Buffer.alloc(16384 - 512), a.subarray(behind)));
    expect(readFileSync(large).length - readFileSync(small).length).toBe(15872);
  });

  it('names the device and the growth, and says that neither loads the other', async () => {
    const { layout } = await diff(small, large);
    expect(layout).toMatchObject([
      {
        kind: 'opaque-resized',
        section: '0000:00:03.0/virtio-net',
        path: 'virtio',
        message: expect.stringMatching(
          /^opaque, 46165 bytes, 62037: grew by 15872 bytes, .*without a new version/,
        ) as string,
        aToB: { verdict: 'refused' },
        bToA: { verdict: 'refused' },
      },
    ]);
  });

  it('is found without the bytes too', async () => {
    const { layout } = await diff(small, large, { layout: true });
    expect(layout).toMatchObject([{ kind: 'opaque-resized', aToB: { verdict: 'depends' } }]);
    expect(layout[0]?.message).toBe('opaque, 46165 bytes, 62037: grew by 15872 bytes, without a new version');
  });
});
