import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { openFile } from '../../../src/bytes/file-source.js';
import { MemorySource } from '../../../src/bytes/source.js';
import { compressed, FORMATS } from '../../../src/container/compressed/formats.js';
import type { OneInside } from '../../../src/container/wrapper.js';
import { hexBytes, join, noise } from '../../build/bytes.js';
import { containerFixture, expectBytes, plainStream, readAll } from '../../containers.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SUFFIX: Record<string, string> = { zstd: 'zst', xz: 'xz', bzip2: 'bz2', lz4: 'lz4', lzop: 'lzo' };
const PATH = process.env.PATH;
afterEach(() => void (process.env.PATH = PATH));

describe.each(FORMATS.map((format, index) => ({ ...format, wrapper: compressed[index]! })))('$name', (format) => {
  const packed = containerFixture(`stream.bin.${SUFFIX[format.name]}`);
  const file = joinPath(folder, `${format.name}.packed`);
  writeFileSync(file, packed);
  const installed = spawnSync(format.program, ['--version'], { stdio: 'ignore' }).error === undefined;
  const open = async (source: MemorySource | ReturnType<typeof openFile>): Promise<OneInside> =>
    (await format.wrapper.unwrap(source, {})) as OneInside;

  it('is recognised, and nothing else is', () => {
    const fit = [...Object.values(SUFFIX), 'gz'].filter((suffix) =>
      format.wrapper.recognises(containerFixture(`stream.bin.${suffix}`).subarray(0, 64)),
    );
    expect(fit).toEqual([SUFFIX[format.name]]);
    for (const other of [Buffer.alloc(0), Buffer.alloc(64), noise(64), packed.subarray(0, 2)])
      expect(format.wrapper.recognises(other)).toBe(false);
  });

  it.runIf(installed)('is unpacked by its program, from a file and from a pipe', async () => {
    for (const source of [openFile(file), new MemorySource(packed, 'm', { chunk: 999, seekable: false })]) {
      const inside = await open(source);
      expect(inside.layers).toEqual([format.name]);
      expectBytes(await readAll(inside.source), plainStream());
      expect(inside.source.faults).toEqual([]);
      inside.source.close();
    }
  });

  it.runIf(installed)('is unpacked as far as it goes where it is cut', async () => {
    const cut = packed.subarray(0, packed.length - 10);
    const { source } = await open(new MemorySource(cut));
    const bytes = await readAll(source);
    expectBytes(bytes, plainStream().subarray(0, bytes.length));
    expect(source.faults).toMatchObject([{ rule: 'wrapper-cut', offset: bytes.length }]);
  });

  it.runIf(installed)('is whole where something else follows, which is said', async () => {
    const path = joinPath(folder, `${format.name}.more`);
    writeFileSync(path, join(packed, noise(3000)));
    const { source } = await open(openFile(path));
    expectBytes(await readAll(source), plainStream());
    expect(source.faults).toMatchObject([{ rule: 'wrapper-trailing', offset: plainStream().length }]);
    source.close();
  });

  // Where a stream of bzip2 ends, nothing but unpacking it tells.
  it.runIf(installed && format.name !== 'bzip2')(
    'has padding behind it on a block device, which is none of its business',
    async () => {
      const path = joinPath(folder, `${format.name}.padded`);
      writeFileSync(path, join(packed, Buffer.alloc(4 - (packed.length % 4) + 2_000_000)));
      const { source } = await open(openFile(path));
      expectBytes(await readAll(source), plainStream());
      expect(source.faults).toEqual([]);
      source.close();
    },
  );

  it('does without its program, or says which package brings it', async () => {
    process.env.PATH = folder;
    if (format.fallback) {
      expectBytes(await readAll((await open(openFile(file))).source), plainStream());
    } else {
      await expect(open(openFile(file))).rejects.toMatchObject({
        message: `${file} is packed with ${format.name}, and there is no program ${format.program} to unpack it`,
        hint: `install it: apt-get install ${format.package}`,
      });
    }
  });
});

it('knows frames to be skipped as zstd, and lz4 of before 2013', () => {
  const name = (head: string): string | undefined => FORMATS.find((format) => format.recognises(hexBytes(head)))?.name;
  expect(['502a4d1804000000', '5f2a4d1804000000', '02214c1800000000'].map(name)).toEqual(['zstd', 'zstd', 'lz4']);
});
