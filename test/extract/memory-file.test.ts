import { closeSync, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { extractCapture } from '../../src/extract-capture.js';

const FIXTURE = join(import.meta.dirname, '../../fixtures/microvm-7.2.bin');
const root = mkdtempSync(join(tmpdir(), 'migscope-memory-'));
afterAll(() => rmSync(root, { recursive: true }));

const extract = (format: 'raw' | 'physical' | 'elf') =>
  extractCapture(FIXTURE, { directory: join(root, format), format });
const file = (format: string, name: string): Buffer => readFileSync(join(root, format, name));

describe('the memory of a real stream as one file', () => {
  it('has each byte at its address', async () => {
    const { memory, trustworthy } = await extract('physical');
    expect(trustworthy).toBe(true);
    expect(memory).toMatchObject({ file: 'physical.bin', architecture: 'x86_64' });
    const fd = openSync(join(root, 'physical', 'physical.bin'), 'r');
    for (const { block, blockOffset, address, length } of memory!.segments) {
      const bytes = file('physical', join('ram', block)).subarray(blockOffset, blockOffset + length);
      const there = Buffer.alloc(length);
      expect(readSync(fd, there, 0, length, address)).toBe(length);
      expect(there.equals(bytes), block).toBe(true);
    }
    closeSync(fd);
  });

  it('has the registers in a core file, and says which blocks have no place', async () => {
    const { memory } = await extract('elf');
    expect(memory).toMatchObject({ file: 'core.elf', cpus: 1 });
    expect(memory!.unknown.map(({ block }) => block)).toContain('/rom@etc/acpi/tables');
    const core = file('elf', 'core.elf');
    expect(core.toString('latin1', 1, 4)).toBe('ELF');
    // ET_CORE, EM_X86_64, and a header for the notes and each segment.
    expect([core.readUInt16LE(16), core.readUInt16LE(18), core.readUInt16LE(56)]).toEqual([
      4,
      62,
      memory!.segments.length + 1,
    ]);
  });

  it('is not made unless it is asked for', async () => {
    const manifest = await extract('raw');
    expect(manifest.memory).toBeUndefined();
    expect(manifest.format).toBe('raw');
  });
});
