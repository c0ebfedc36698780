import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../../src/bytes/cursor.js';
import { MemorySource } from '../../../src/bytes/source.js';
import { behindFrames } from '../../../src/container/compressed/frame-walk.js';
import { skipLz4Frame } from '../../../src/container/compressed/lz4-frame.js';
import { DecodeError } from '../../../src/finding.js';
import { join, noise } from '../../build/bytes.js';
import { containerFixture, plainStream } from '../../containers.js';

const installed = spawnSync('lz4', ['--version'], { stdio: 'ignore' }).error === undefined;
const FRAME = containerFixture('stream.bin.lz4');

it('steps over a frame as the program makes it by default', async () => {
  const cursor = new Cursor(new MemorySource(join(FRAME, noise(9))));
  expect(await skipLz4Frame(cursor)).toBe(true);
  expect(cursor.offset).toBe(FRAME.length);
  expect(await skipLz4Frame(cursor)).toBe(false);
});

it.each([4, 7, FRAME.length - 1])('knows that a frame is cut after %i bytes, or that it is none', async (length) => {
  const cursor = new Cursor(new MemorySource(FRAME.subarray(0, length)));
  if (length < 7) expect(await skipLz4Frame(cursor)).toBe(false);
  else await expect(skipLz4Frame(cursor)).rejects.toThrow(DecodeError);
});

describe.runIf(installed)('a frame of lz4', () => {
  it.each([['-BD'], ['--no-frame-crc'], ['-BX'], ['--content-size'], ['-B4', '-BX', '--no-frame-crc']])(
    'with %s %s',
    async (...options) => {
      const { stdout } = spawnSync('lz4', [...options, '-c'], { input: plainStream(), maxBuffer: 1 << 28 });
      expect(await behindFrames(new MemorySource(join(stdout, noise(9))), skipLz4Frame)).toEqual({
        end: stdout.length,
        padding: false,
      });
    },
  );

  it('of before 2013 has no end of its own', async () => {
    const { stdout } = spawnSync('lz4', ['-l', '-c'], { input: plainStream(), maxBuffer: 1 << 28 });
    expect(await behindFrames(new MemorySource(stdout), skipLz4Frame)).toBeUndefined();
  });
});
