import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../src/bytes/source.js';

const DATA = Buffer.from('0123456789');

describe('MemorySource', () => {
  it('gives its bytes in order, and 0 at the end and only there', () => {
    const source = new MemorySource(DATA, 'm', { chunk: 4 });
    const into = Buffer.alloc(6);
    expect(source.read(into)).toBe(4);
    expect(into.toString('latin1', 0, 4)).toBe('0123');
    expect(source.read(into)).toBe(4);
    expect(source.read(into)).toBe(2);
    expect(source.read(into)).toBe(0);
    expect(source.read(into)).toBe(0);
  });

  it('can be sought in, without readAt moving the reading position', () => {
    const source = new MemorySource(DATA);
    const into = Buffer.alloc(3);
    expect(source.size).toBe(10);
    expect(source.readAt!(into, 8)).toBe(2);
    source.seek!(5);
    expect(source.readAt!(into, 0)).toBe(3);
    expect(source.read(into)).toBe(3);
    expect(into.toString()).toBe('567');
  });

  it('behaves as a pipe when told to', () => {
    const source = new MemorySource(DATA, 'm', { seekable: false });
    expect([source.size, source.seek, source.readAt]).toEqual([undefined, undefined, undefined]);
  });

  it('has nothing more to give once closed', () => {
    const source = new MemorySource(DATA);
    source.close();
    expect(source.read(Buffer.alloc(3))).toBe(0);
  });
});
