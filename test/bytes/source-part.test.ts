import { describe, expect, it } from 'vitest';
import { type ByteSource, MemorySource, type SourceFault } from '../../src/bytes/source.js';
import { SourcePart } from '../../src/bytes/source-part.js';
import { noise } from '../build/bytes.js';
import { readAll } from '../containers.js';

const BYTES = noise(100);

describe('SourcePart', () => {
  it('begins further in', async () => {
    const part = new SourcePart(new MemorySource(BYTES), 30);
    expect(part).toMatchObject({ size: 70, origin: 30 });
    expect(await readAll(part, 9)).toEqual(BYTES.subarray(30));
    const into = Buffer.alloc(5);
    expect(part.readAt!(into, 10)).toBe(5);
    expect(into).toEqual(BYTES.subarray(40, 45));
    part.seek!(60);
    expect(await readAll(part)).toEqual(BYTES.subarray(90));
  });

  it('is empty behind the end', async () => {
    const part = new SourcePart(new MemorySource(BYTES), 130);
    expect(part.size).toBe(0);
    expect(await readAll(part)).toHaveLength(0);
  });

  it('goes on where a pipe stands', async () => {
    const pipe = new MemorySource(BYTES, 'm', { seekable: false });
    await pipe.read(Buffer.alloc(30));
    const part = new SourcePart(pipe, 30);
    expect(part.seek).toBeUndefined();
    expect(await readAll(part)).toEqual(BYTES.subarray(30));
  });

  it('says where its bytes are in a file, and counts faults from its own first byte', () => {
    const faults: SourceFault[] = [];
    const source: ByteSource = { name: 'm', file: { fd: 9, start: 4 }, faults, read: () => 0, close: () => undefined };
    const part = new SourcePart(source, 30);
    expect(part.file).toEqual({ fd: 9, start: 34 });
    part.report({ rule: 'libvirt-header', message: 'a', offset: 0 });
    faults.push({ rule: 'wrapper-cut', message: 'b', offset: 50 }, { rule: 'wrapper-cut', message: 'c', offset: 3 });
    expect(part.faults.map(({ message, offset }) => [message, offset])).toEqual([
      ['a', 0],
      ['b', 20],
      ['c', 0],
    ]);
  });
});
