/** Captures of several channels, extracted whole. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ExtractManifest } from '../src/extract/manifest.js';
import { type ExtractCaptureOptions, extractCapture } from '../src/extract-capture.js';
import { InputError } from '../src/finding.js';
import * as elements from './build/elements.js';
import { devicePacket, initialPacket, page, ramPacket, syncPacket, vfioPayload } from './build/multifd.js';
import * as records from './build/ram.js';
import { expectValid } from './report/schemas.js';
import { PAGE, u64, workspace } from './report/tiny-stream.js';

const space = workspace();
let runs = 0;

interface Extracted {
  readonly manifest: ExtractManifest;
  readonly at: string;
  read(path: string): Buffer;
}

/** Lays the channels into a directory and extracts it. */
async function extract(
  channels: Readonly<Record<string, Uint8Array>>,
  options: Partial<ExtractCaptureOptions> = {},
): Promise<Extracted> {
  const folder = join(space.path, `capture-${runs}`);
  const at = join(space.path, `out-${runs++}`);
  mkdirSync(folder);
  for (const [name, bytes] of Object.entries(channels)) writeFileSync(join(folder, name), bytes);
  const manifest = await extractCapture(folder, { directory: at, ...options });
  expectValid('extract', JSON.parse(readFileSync(join(at, 'manifest.json'), 'utf8')));
  return { manifest, at, read: (path) => readFileSync(join(at, path)) };
}

const { RAM } = elements;
const blocks = (...sizes: readonly (readonly [name: string, pages: number])[]): Buffer =>
  records.memSize(sizes.map(([name, pages]) => ({ name, usedLength: pages * PAGE })));
const fill = (byte: number): Buffer => Buffer.alloc(PAGE, byte);

/** A main channel: header, START with the block list, what follows, EOF. */
function main(list: Buffer, ...rest: Buffer[]): Buffer {
  const first = elements.start(RAM, Buffer.concat([list, records.flush(), records.eos()]));
  return Buffer.concat([elements.header(), first, ...rest, Buffer.of(0)]);
}
const round = (...of: Buffer[]): Buffer => elements.part(RAM.id, Buffer.concat([...of, records.eos()]));
const last = (...of: Buffer[]): Buffer => elements.end(RAM.id, Buffer.concat([...of, records.eos()]));

describe('RAM of several channels', () => {
  it('is laid down generation by generation', async () => {
    const { manifest, read } = await extract({
      'main.bin': main(
        blocks(['m', 4], ['n', 1]),
        round(records.page(PAGE, fill(1), 'm'), records.flush()),
        last(records.zero(2 * PAGE, 'm'), records.page(0, fill(5), 'n'), records.flush()),
      ),
      'channel-01.bin': Buffer.concat([
        initialPacket({ id: 0 }),
        syncPacket(1),
        ramPacket({ num: 2, block: 'm', normal: [0, 2 * PAGE] }),
        syncPacket(3),
        ramPacket({ num: 4, block: 'm', normal: [PAGE], zero: [3 * PAGE] }),
        syncPacket(5),
      ]),
    });
    expect(read('ram/m')).toEqual(Buffer.concat([page(0), page(PAGE), fill(0), fill(0)]));
    expect(read('ram/n')).toEqual(fill(5));
    expect(manifest.blocks[0]).toEqual({
      name: 'm',
      usedLength: 4 * PAGE,
      file: 'ram/m',
      size: 4 * PAGE,
      sha256: createHash('sha256').update(read('ram/m')).digest('hex'),
      pages: { zero: 2, normal: 4, xbzrle: 0, compressed: 0 },
      neverSent: { pages: 0, ranges: [] },
    });
    expect(manifest).toMatchObject({ schema: 'migscope/extract/1', trustworthy: true, reasons: [] });
  });

  it('leaves the hashes out where nobody wants them', async () => {
    const { manifest } = await extract(
      { 'main.bin': main(blocks(['m', 2]), last(records.page(PAGE, fill(1), 'm'))) },
      { sha256: false },
    );
    expect(manifest.blocks[0]).toMatchObject({ file: 'ram/m', size: 2 * PAGE });
    expect(manifest.blocks[0]).not.toHaveProperty('sha256');
  });

  it('names the pages that were never sent', async () => {
    const { manifest } = await extract({
      'main.bin': main(
        blocks(['m', 70]),
        last(records.page(PAGE, fill(1), 'm'), records.page(40 * PAGE, fill(1), 'm')),
      ),
    });
    expect(manifest.blocks[0]!.neverSent).toEqual({
      pages: 68,
      ranges: [
        [0, PAGE],
        [2 * PAGE, 38 * PAGE],
        [41 * PAGE, 29 * PAGE],
      ],
    });
  });

  it('POSTCOPY_RAM_DISCARD takes pages back until they come again', async () => {
    const { manifest, read } = await extract({
      'main.bin': main(
        blocks(['m', 4]),
        round(...[0, 1, 2, 3].map((i) => records.page(i * PAGE, fill(i + 1), 'm'))),
        elements.discard('m', [PAGE, 2 * PAGE]),
        last(records.page(PAGE, fill(9), 'm')),
      ),
    });
    expect(read('ram/m')).toEqual(Buffer.concat([fill(1), fill(9), fill(0), fill(4)]));
    expect(manifest.blocks[0]!.neverSent).toEqual({ pages: 1, ranges: [[2 * PAGE, PAGE]] });
    expect(manifest.reasons).toEqual(['1 page of m discarded for postcopy and not sent again']);
  });

  it('of one block, by name or by glob', async () => {
    const stream = main(blocks(['m', 1], ['n', 1]), last(records.zero(0, 'm'), records.zero(0, 'n')));
    const { at, manifest } = await extract({ 'main.bin': stream }, { blocks: ['n*'] });
    expect(readdirSync(join(at, 'ram'))).toEqual(['n']);
    expect(manifest.blocks.map(({ name }) => name)).toEqual(['n']);
    const none = await extract({ 'main.bin': stream }, { blocks: ['pc.ram'] });
    expect(none.manifest.reasons).toEqual(['no block is called pc.ram']);
  });

  it('comes from a preempt channel too, and one that was never used is none', async () => {
    const { manifest, read } = await extract({
      'main.bin': main(blocks(['m', 2]), last(records.page(0, fill(1), 'm'), records.zero(PAGE, 'm'))),
      'channel-01.bin': Buffer.alloc(0),
      'channel-02.bin': records.page(PAGE, fill(2), 'm'),
    });
    expect(read('ram/m')).toEqual(Buffer.concat([fill(1), fill(2)]));
    expect(manifest.channels.map(({ role }) => role)).toEqual(['main', 'preempt', 'preempt']);
    expect(manifest.reasons).toEqual([]);
  });

  it('of a channel that was cut is not to be trusted', async () => {
    const whole = main(blocks(['m', 1]), last(records.page(0, fill(1), 'm')));
    const { manifest } = await extract({ 'main.bin': whole.subarray(0, -1000) });
    expect(manifest.trustworthy).toBe(false);
    expect(manifest.reasons[0]).toContain('main.bin@0x');
  });
});

describe('hostile names', () => {
  const names = ['../../escape', '/etc/x', '..', 'manifest.json', 'a', 'a/b', 'n\x1b[2J'];

  it('stay inside the directory, one file each', async () => {
    const list = blocks(...names.map((name) => [name, 1] as const));
    const pages = names.map((name, i) => records.page(0, fill(i + 1), name));
    const { manifest, read } = await extract({ 'main.bin': main(list, last(...pages)) }, { pageSize: PAGE });
    expect(new Set(manifest.blocks.map(({ file }) => file)).size).toBe(names.length);
    manifest.blocks.forEach(({ file }, i) => {
      expect(file).not.toMatch(/(^|\/)\.\.(\/|$)|^\/|\x1b/);
      expect(read(file!)).toEqual(fill(i + 1));
    });
    expect(existsSync(join(space.path, 'escape'))).toBe(false);
  });

  it('no link is followed', async () => {
    const at = join(space.path, 'linked');
    const outside = join(space.path, 'outside');
    mkdirSync(at);
    mkdirSync(outside);
    symlinkSync(outside, join(at, 'ram'));
    const capture = { 'main.bin': main(blocks(['m', 1]), last(records.page(0, fill(1), 'm'))) };
    await expect(extract(capture, { directory: at, force: true })).rejects.toThrow(InputError);
    expect(readdirSync(outside)).toEqual([]);
  });

  it('nothing is overwritten without force', async () => {
    const at = join(space.path, 'twice');
    const capture = { 'main.bin': main(blocks(['m', 1]), last(records.page(0, fill(1), 'm'))) };
    await extractCapture(space.put('twice.bin', capture['main.bin']), { directory: at });
    await expect(extractCapture(join(space.path, 'twice.bin'), { directory: at })).rejects.toThrow('there already');
    await extractCapture(join(space.path, 'twice.bin'), { directory: at, force: true });
  });
});

const idstr = '0000:00:02.0/vfio';
const DEVICE = { id: 9, idstr };
const END_OF_STATE = u64(0xffff_ffff_ef10_0001n);
const data = (text: string): Buffer =>
  Buffer.concat([u64(0xffff_ffff_ef10_0004n), u64(text.length), Buffer.from(text)]);
const config = Buffer.concat([Buffer.of(0, 0, 0, 2), Buffer.alloc(256, 7), Buffer.alloc(16)]);
const framed = Buffer.concat([u64(0xffff_ffff_ef10_0002n), config, END_OF_STATE]);
const packet = (index: number, bytes: Uint8Array, flags = 0): Buffer =>
  devicePacket({ idstr, payload: vfioPayload(index, bytes, flags) });

/** A main channel with a device; `full` is the payload of its last section. */
const withDevice = (full: Buffer, ...state: string[]): Buffer =>
  main(
    blocks(['m', 1]),
    elements.start(DEVICE, Buffer.concat([u64(0xffff_ffff_ef10_0003n), END_OF_STATE])),
    ...state.map((text) => elements.part(DEVICE.id, Buffer.concat([data(text), END_OF_STATE]))),
    last(records.zero(0, 'm'), records.flush()),
    elements.end(DEVICE.id, END_OF_STATE),
    elements.full(DEVICE, full),
  );

describe('state of devices', () => {
  it('of the main channel, with the configuration apart', async () => {
    const { manifest, read } = await extract({ 'main.bin': withDevice(framed, 'one ', 'two') }, { sections: true });
    expect(read(`devices/${idstr}.0.bin`).toString()).toBe('one two');
    expect(read(`devices/${idstr}.0.config.bin`)).toEqual(config);
    expect(read(`sections/${idstr}.0.bin`)).toEqual(framed);
    expect(manifest.devices).toMatchObject([{ idstr, mainBytes: 7, packets: 0, missing: [], configMissing: false }]);
    expect(manifest.trustworthy).toBe(true);
  });

  it('is put together by index, behind that of the main channel', async () => {
    const head = (id: number): Buffer => Buffer.concat([initialPacket({ id }), syncPacket(1), syncPacket(2)]);
    const { manifest, read, at } = await extract(
      {
        'main.bin': withDevice(END_OF_STATE, 'first '),
        'channel-01.bin': Buffer.concat([head(0), packet(3, framed, 1), packet(1, Buffer.from('B'))]),
        'channel-02.bin': Buffer.concat([head(1), packet(0, Buffer.from('A')), packet(2, Buffer.from('C'))]),
      },
      { sections: true },
    );
    expect(read(`devices/${idstr}.0.bin`).toString()).toBe('first ABC');
    expect(read(`devices/${idstr}.0.config.bin`)).toEqual(config);
    expect(manifest.reasons).toEqual([]);
    expect(readdirSync(join(at, 'devices'))).toEqual(['0000:00:02.0']);
  });

  it('names what is missing and what came twice', async () => {
    const { manifest } = await extract(
      {
        'main.bin': withDevice(END_OF_STATE),
        'channel-01.bin': Buffer.concat([
          initialPacket({ id: 0 }),
          syncPacket(1),
          ...[1, 4, 1].map((index) => packet(index, Buffer.of(index))),
          syncPacket(2),
        ]),
      },
      { sections: true },
    );
    expect(manifest.devices).toMatchObject([
      {
        missing: [
          [0, 0],
          [2, 3],
        ],
        duplicates: [1],
        configMissing: true,
      },
    ]);
    expect(manifest.reasons).toEqual([
      `device ${idstr}: packets 0, 2-3 are missing`,
      `device ${idstr}: packet 1 came more than once`,
      `device ${idstr}: the packet with the configuration is missing`,
    ]);
  });
});
