import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutputDirectory } from '../../src/bytes/output-directory.js';
import { filesIn } from '../../src/capture/recording-file.js';
import { noise } from '../build/bytes.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-recording-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file of a recording', () => {
  it('takes more buffers than the system does at once', async () => {
    const file = await filesIn(new OutputDirectory(folder))('main.bin');
    const bytes = noise(3000);
    await file.write(Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)));
    expect(file.written).toBe(3000);
    await file.close();
    expect(readFileSync(join(folder, 'main.bin')).equals(bytes)).toBe(true);
  });

  it('takes more bytes than are written at once', async () => {
    const file = await filesIn(new OutputDirectory(folder))('main.bin');
    const bytes = noise(5 << 20);
    await file.write([
      bytes.subarray(0, 3 << 20),
      bytes.subarray(3 << 20, (3 << 20) + 1),
      bytes.subarray((3 << 20) + 1),
    ]);
    await file.close();
    expect(readFileSync(join(folder, 'main.bin')).equals(bytes)).toBe(true);
  });

  it('is not written over another', async () => {
    const directory = new OutputDirectory(folder, [], { replace: false });
    await (await filesIn(directory)('main.bin')).close();
    const again = filesIn(new OutputDirectory(folder, [], { replace: false }));
    expect(() => again('main.bin')).toThrow('is there already');
  });
});
