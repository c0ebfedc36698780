import { describe, expect, it } from 'vitest';
import { FileWindow } from '../../../src/container/pcap/file-window.js';
import { noise } from '../../build/bytes.js';
import { sourceOf } from './harness.js';

const BYTES = noise(5 << 20);

describe('a window over a file', () => {
  it('has the bytes at any place', () => {
    const window = new FileWindow(sourceOf(BYTES));
    for (const offset of [0, 10, 1 << 20, (1 << 20) - 5, 3 << 20, 20, BYTES.length - 16]) {
      const at = window.at(offset, 16);
      expect(window.buffer.subarray(at, at + 16).equals(BYTES.subarray(offset, offset + 16))).toBe(true);
    }
  });

  it('says where the file ends before', () => {
    const window = new FileWindow(sourceOf(BYTES));
    expect(window.at(BYTES.length - 15, 16)).toBe(-1);
    expect(window.at(BYTES.length + 100, 1)).toBe(-1);
  });

  it.each([
    ['reads through small packets', 1000, (read: number) => read >= BYTES.length * 0.9],
    ['steps over large ones', 60_000, (read: number) => read < BYTES.length / 2],
  ])('%s', (_name, step, fits) => {
    let read = 0;
    const source = sourceOf(BYTES);
    const window = new FileWindow({
      ...source,
      readAt(into, offset) {
        const got = source.readAt(into, offset);
        read += got;
        return got;
      },
    });
    for (let offset = 0; offset + 100 < BYTES.length; offset += step) {
      window.at(offset, 16);
      const at = window.at(offset + 16, 64);
      expect(window.buffer[at]).toBe(BYTES[offset + 16]);
    }
    expect(fits(read)).toBe(true);
  });
});
