import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openFile } from '../../../src/bytes/file-source.js';
import { MemorySource } from '../../../src/bytes/source.js';
import { SourcePart } from '../../../src/bytes/source-part.js';
import { FORMATS } from '../../../src/container/compressed/formats.js';
import { endOfMembers } from '../../../src/container/compressed/whole-members.js';
import { join, noise } from '../../build/bytes.js';
import { containerFixture } from '../../containers.js';

const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-'));
afterAll(() => rmSync(folder, { recursive: true }));

const XZ = FORMATS.find(({ name }) => name === 'xz')!;
const MEMBER = containerFixture('stream.bin.xz');
const zeros = (count: number): Buffer => Buffer.alloc(count);
const installed = spawnSync('xz', ['--version'], { stdio: 'ignore' }).error === undefined;

/** The end of the members of a file of these parts. */
function end(...parts: readonly Uint8Array[]): Promise<number | undefined> {
  const path = joinPath(folder, 'packed');
  writeFileSync(path, join(...parts));
  return endOfMembers({ ...XZ, test: XZ.test! }, openFile(path), () => undefined);
}

describe.runIf(installed)('the end of whole members', () => {
  const { length } = MEMBER;

  it.each([
    ['of one', [MEMBER, noise(10)], length],
    ['of several', [MEMBER, MEMBER, MEMBER, noise(10)], 3 * length],
    ['with padding between them', [MEMBER, zeros(8), MEMBER, noise(10)], 2 * length + 8],
    ['before something else', [MEMBER, MEMBER, noise(5000)], 2 * length],
    ['before padding, and something else', [MEMBER, zeros(400), noise(5000)], length],
    ['before much padding', [MEMBER, zeros(3 << 20)], length],
  ] as const)('%s', async (_, parts, expected) => {
    expect(await end(...parts)).toBe(expected);
  });

  it('is none where one is damaged, or cut', async () => {
    const damaged = Buffer.from(MEMBER);
    damaged[MEMBER.length >> 1]! ^= 1;
    expect(await end(damaged, noise(5000))).toBeUndefined();
    expect(await end(MEMBER, damaged)).toBeUndefined();
    expect(await end(MEMBER, MEMBER.subarray(0, 1000))).toBeUndefined();
  });

  it('is none where nothing follows', async () => {
    expect(await end(MEMBER)).toBeUndefined();
    expect(await end(MEMBER, MEMBER)).toBeUndefined();
  });

  it('is not known when the program has gone', async () => {
    const path = joinPath(folder, 'gone');
    writeFileSync(path, join(MEMBER, noise(10)));
    const gone = { ...XZ, program: joinPath(folder, 'nothing'), test: XZ.test! };
    expect(await endOfMembers(gone, openFile(path), () => undefined)).toBeUndefined();
  });

  it('counts from where the packed part begins', async () => {
    const path = joinPath(folder, 'part');
    writeFileSync(path, join(noise(5000), MEMBER, noise(10)));
    const part = new SourcePart(openFile(path), 5000);
    expect(await endOfMembers({ ...XZ, test: XZ.test! }, part, () => undefined)).toBe(length);
  });

  it('is not looked for without end', async () => {
    const empty = spawnSync('xz', ['-c'], { input: '' }).stdout;
    expect(await end(...Array.from({ length: 64 }, () => empty), noise(10))).toBe(64 * empty.length);
    expect(await end(...Array.from({ length: 65 }, () => empty), noise(10))).toBeUndefined();
  });

  it('is not known without a file', async () => {
    expect(await endOfMembers({ ...XZ, test: XZ.test! }, new MemorySource(MEMBER), () => undefined)).toBeUndefined();
  });
});
