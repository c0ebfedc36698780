import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Excerpts } from '../src/excerpts.js';
import { unpackCapture } from './fixtures.js';

const MICROVM = join(import.meta.dirname, '../fixtures/microvm-7.2.bin');

describe('Excerpts', () => {
  it('are the row of bytes that an offset lies in', async () => {
    const excerpts = await Excerpts.of(MICROVM);
    expect(await excerpts.at({ channel: MICROVM, offset: 0x1234 })).toEqual({
      base: 0x1230,
      bytes: new Uint8Array(readFileSync(MICROVM).subarray(0x1230, 0x1240)),
    });
    expect(await excerpts.at({ channel: MICROVM, offset: 1 << 30 })).toBeUndefined();
    excerpts.close();
  });

  it('come from the channel that a finding names', async () => {
    const excerpts = await Excerpts.of(unpackCapture('10.0-x86_64-multifd-2-zstd'));
    const first = await excerpts.at({ channel: 'channel-01.bin', offset: 0 });
    expect(Buffer.from(first!.bytes.subarray(0, 4)).toString('hex')).toBe('11223344');
    expect(await excerpts.at({ channel: 'no-such.bin', offset: 0 })).toBeUndefined();
    excerpts.close();
  });

  it('are none of a pipe with a name, which is not opened again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'migscope-excerpts-'));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    try {
      expect(await (await Excerpts.of(pipe)).at({ channel: pipe, offset: 0 })).toBeUndefined();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('are none of standard input', async () => {
    const excerpts = await Excerpts.of('-');
    expect(await excerpts.at({ channel: 'standard input', offset: 0 })).toBeUndefined();
  });
});
