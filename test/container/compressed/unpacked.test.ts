import { describe, expect, it } from 'vitest';
import { MemorySource, type SourceFault } from '../../../src/bytes/source.js';
import { placeIn, Unpacked } from '../../../src/container/compressed/unpacked.js';
import { DecodeError } from '../../../src/finding.js';
import { join, noise } from '../../build/bytes.js';
import { expectBytes, readAll } from '../../containers.js';

/** Gives chunks, and then does what it is told. */
class Chunks extends Unpacked {
  given = 0;

  constructor(
    private readonly all: readonly Uint8Array[],
    private readonly end: () => void = () => undefined,
    packed = new MemorySource(noise(10), 'm'),
  ) {
    super('chunks', packed);
  }

  protected override async unpack(): Promise<void> {
    for (const chunk of this.all) {
      await this.room();
      if (this.closed) return;
      this.given++;
      this.arrive(chunk);
    }
    this.end();
  }

  report(): void {
    this.fault('wrapper-trailing', 'more', 7);
  }
}

describe('Unpacked', () => {
  it('gives chunks of any size in pieces of any size', async () => {
    const chunks = [noise(10), Buffer.alloc(0), noise(1000, 2), noise(1, 3)];
    for (const step of [1, 7, 999, 5000]) expectBytes(await readAll(new Chunks(chunks), step), join(...chunks));
  });

  it('waits for its reader, and stops when nobody reads any more', async () => {
    const source = new Chunks(Array.from({ length: 100 }, () => Buffer.alloc(1 << 20)));
    const buffer = Buffer.alloc(1 << 20);
    await source.read(buffer);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(source.given).toBeLessThan(5);
    for (let i = 0; i < 10; i++) await source.read(buffer);
    expect(source.given).toBeGreaterThan(9);
    source.close();
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(source.given).toBeLessThan(16);
  });

  it.each([
    ['truncated', 'wrapper-cut'],
    ['malformed', 'wrapper-damaged'],
  ] as const)('turns a %s error into a fault behind what arrived', async (kind, rule) => {
    const source = new Chunks([noise(30)], () => {
      throw new DecodeError(kind, 'wrapper-damaged', 'no good', { offset: 5 });
    });
    expect(await readAll(source)).toHaveLength(30);
    expect(source.faults).toEqual([{ rule, message: 'chunks: no good, at 0x5 of the file', offset: 30 }]);
  });

  it('does not hide errors of its own', async () => {
    const source = new Chunks([], () => {
      throw new TypeError('a bug');
    });
    await expect(readAll(source)).rejects.toThrow('a bug');
  });

  it('has the faults of what it was unpacked from before its own', () => {
    const faults: SourceFault[] = [{ rule: 'wrapper-cut', message: 'outer', offset: 3 }];
    const source = new Chunks([], undefined, Object.assign(new MemorySource(noise(3)), { faults }));
    source.report();
    expect(source.faults.map(({ message }) => message)).toEqual(['outer', 'chunks: more, at 0x7 of the file']);
  });
});

describe('placeIn', () => {
  it('is a place in the file where there is one', () => {
    expect(placeIn({ origin: 0x1000 }, 0x23)).toBe('0x1023 of the file');
    expect(placeIn({}, 0x23)).toBe('0x23 of what it was unpacked from');
  });
});
