import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readPages, readSide } from '../src/compare-side.js';
import { compareRam, isSameBlock } from '../src/diff/ram.js';
import { InputError } from '../src/finding.js';
import { page, xbzrle, xbzrleRuns } from './build/ram.js';
import { ONE, PAGE, pages, stream, TWO } from './diff/ram-streams.js';
import { dumpText, field, vmsd } from './diff/layouts.js';
import { unpackCapture } from './fixtures.js';
import { vmdescText } from './build/device.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-side-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, bytes: Uint8Array | string): string {
  const path = joinPath(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const OPTIONS = { seed: 5n };

describe('readSide', () => {
  it('adds up pages that came as changes of themselves', async () => {
    const changed = Buffer.from(ONE);
    changed.write('xyz', 10);
    const few = Buffer.alloc(PAGE);
    few[5] = 1;
    const delta = stream(
      pages(page(0, ONE, 'ram'), page(PAGE, few)),
      pages(xbzrle(0, xbzrleRuns([10, Buffer.from('xy')]), 'ram')),
      pages(xbzrle(0, xbzrleRuns([12, Buffer.from('z')]), 'ram'), xbzrle(PAGE, xbzrleRuns([5, Buffer.alloc(1)]))),
    );
    const whole = stream(pages(page(0, changed, 'ram'), page(PAGE, Buffer.alloc(PAGE))));
    const a = await readSide(put('delta', delta), OPTIONS);
    const b = await readSide(put('whole', whole), OPTIONS);
    const { blocks } = compareRam(a.ram!, b.ram!);
    expect(blocks).toMatchObject([{ pagesCompared: 2, pagesDiffer: 0, unknown: { pages: 0 } }]);
    expect(blocks.every(isSameBlock)).toBe(true);
  });

  it('tells captures, descriptions and dumps apart', async () => {
    const kinds = [
      put('stream', stream()),
      put('vmdesc.json', ` \n${vmdescText([])}`),
      put('dump.json', dumpText({ dev: vmsd('dev', [field('a', 4)]) })),
      unpackCapture('10.0-x86_64-vfio-multifd-2-tiny'),
    ].map((path) => readSide(path, OPTIONS));
    expect((await Promise.all(kinds)).map(({ kind }) => kind)).toEqual([
      'capture',
      'vmdesc',
      'vmstate-dump',
      'capture',
    ]);
  });

  it('keeps device state of packets by its hash', async () => {
    const { records } = await readSide(unpackCapture('10.0-x86_64-vfio-multifd-2-tiny'), OPTIONS);
    const [device] = records.filter(({ data }) => data.length > 0);
    expect(device?.section).toContain('vfio');
    expect(device?.data.map(({ name }) => name)).toEqual(expect.arrayContaining(['packet 0', 'configuration']));
  });

  it('refuses other JSON, and what is damaged', async () => {
    await expect(readSide(put('other.json', '{"a": 1}'), OPTIONS)).rejects.toThrow(InputError);
    await expect(readSide(put('cut.json', '{"devices": ['), OPTIONS)).rejects.toThrow(InputError);
  });
});

describe('readPages', () => {
  it('gives the final contents of chosen pages', async () => {
    const chosen = new Map([['ram', new Map<number, Buffer | undefined>([[1, undefined]])]]);
    const path = put('pages', stream(pages(page(0, ONE, 'ram'), page(PAGE, TWO))));
    expect(await readPages(path, OPTIONS, chosen)).toBe(true);
    expect(chosen.get('ram')!.get(1)).toEqual(TWO);
  });
});
