import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/source.js';
import { spool } from '../../src/container/spool.js';
import { InputError } from '../../src/finding.js';
import { noise } from '../build/bytes.js';

const BYTES = noise(3_000_000);
const pipe = (): MemorySource => new MemorySource(BYTES, 'a pipe', { seekable: false, chunk: 65_536 });

describe('a pipe that is spooled', () => {
  it('can be read at any place, and in order', async () => {
    const file = await spool(pipe(), 'a capture');
    expect([file.name, file.size]).toEqual(['a pipe', BYTES.length]);
    const into = Buffer.alloc(1000);
    expect(file.readAt(into, 2_500_000)).toBe(1000);
    expect(into.equals(BYTES.subarray(2_500_000, 2_501_000))).toBe(true);
    expect(file.readAt(into, BYTES.length - 10)).toBe(10);
    const all = Buffer.alloc(BYTES.length);
    expect(await file.read(all)).toBe(BYTES.length);
    expect(all.equals(BYTES)).toBe(true);
    file.close();
  });

  it('hands on what was wrong with it', async () => {
    const fault = { rule: 'wrapper-cut', message: 'the gzip file ends here', offset: 10 } as const;
    const file = await spool(Object.assign(pipe(), { faults: [fault] }), 'a capture');
    expect(file.faults).toEqual([fault]);
    file.close();
  });

  it('is refused when there is too much of it', async () => {
    await expect(spool(pipe(), 'a capture', 1_000_000)).rejects.toThrow(InputError);
    await expect(spool(pipe(), 'a capture', 1_000_000)).rejects.toThrow(
      'a pipe is a capture, and there is more than 0xf4240 bytes',
    );
  });
});
