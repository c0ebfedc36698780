import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { moveTo, positionOf } from '../../../src/container/compressed/file-position.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'file');
writeFileSync(file, Buffer.alloc(3 << 20));

describe('the position of a file', () => {
  it('is moved, and told where the system tells it', () => {
    const fd = openSync(file, 'r');
    expect(moveTo({ fd, start: 0 })).toBe(true);
    expect(moveTo({ fd, start: 2_500_000 })).toBe(true);
    // Reads at offsets leave it alone.
    readSync(fd, Buffer.alloc(10), 0, 10, 0);
    expect([2_500_000, undefined]).toContain(positionOf(fd));
    closeSync(fd);
    expect(positionOf(fd)).toBeUndefined();
  });

  it('is not moved behind the end, nor far', () => {
    const fd = openSync(file, 'r');
    expect(moveTo({ fd, start: (3 << 20) + 1 })).toBe(false);
    expect(moveTo({ fd, start: 17 << 20 })).toBe(false);
    closeSync(fd);
  });
});
