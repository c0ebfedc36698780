import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePhysical } from '../../src/extract/physical.js';
import { workspace } from '../report/tiny-stream.js';
import { written } from './block-reader.js';

const space = workspace();

describe('a file of physical memory', () => {
  it('has each byte at its address', () => {
    const ram = Buffer.alloc(0x3000, 0);
    ram[0x123] = 1;
    ram[0x2fff] = 2;
    const path = written(join(space.path, 'places'), { ram, rom: Buffer.alloc(0x1000, 3) }, (fd, blocks) => {
      const segments = [
        { block: 'ram', blockOffset: 0, address: 0, length: 0x1000 },
        { block: 'ram', blockOffset: 0x1000, address: 0x8000, length: 0x2000 },
        { block: 'rom', blockOffset: 0, address: 0xc000, length: 0x1000 },
      ];
      expect(writePhysical(fd, segments, blocks)).toBe(0xd000);
    });
    const expected = Buffer.alloc(0xd000);
    expected[0x123] = 1;
    expected[0x9fff] = 2;
    expected.fill(3, 0xc000);
    expect(readFileSync(path).equals(expected)).toBe(true);
  });

  it('has holes where there is nothing', () => {
    const ram = Buffer.alloc(8 << 20);
    ram[ram.length - 1] = 1;
    const path = written(join(space.path, 'holes'), { ram }, (fd, blocks) =>
      writePhysical(fd, [{ block: 'ram', blockOffset: 0, address: 2 ** 32, length: ram.length }], blocks),
    );
    expect(statSync(path).size).toBe(2 ** 32 + ram.length);
    expect(statSync(path).blocks * 512).toBeLessThan(1 << 20);
  });

  it('copies across pieces, with whatever lies between the zeros', () => {
    const ram = Buffer.alloc((2 << 20) + 0x1234);
    for (let at = 0; at < ram.length; at += 0x2fff) ram.fill(at & 0xff || 1, at, Math.min(at + 0x1801, ram.length));
    const path = written(join(space.path, 'pieces'), { ram }, (fd, blocks) =>
      writePhysical(fd, [{ block: 'ram', blockOffset: 0, address: 0x1000, length: ram.length }], blocks),
    );
    expect(readFileSync(path).subarray(0x1000).equals(ram)).toBe(true);
  });

  it('leaves zeros where the file of a block ends early', () => {
    const path = written(join(space.path, 'short'), { ram: Buffer.from('ab') }, (fd, blocks) =>
      writePhysical(fd, [{ block: 'ram', blockOffset: 0, address: 0, length: 4 }], blocks),
    );
    expect(readFileSync(path, 'latin1')).toBe('ab\0\0');
  });

  it('is empty without segments', () => {
    const path = written(join(space.path, 'empty'), {}, (fd, blocks) => writePhysical(fd, [], blocks));
    expect(statSync(path).size).toBe(0);
  });
});
