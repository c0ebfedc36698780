import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor, MAX_LOOKAHEAD, printable } from '../../src/bytes/cursor.js';
import { type ByteSource, MemorySource } from '../../src/bytes/source.js';
import { DecodeError } from '../../src/finding.js';
import { counted, hexBytes, join, noise, u16, u32, u64, u8 } from '../build/bytes.js';

const over = (bytes: Uint8Array, options: { chunk?: number; seekable?: boolean; waits?: boolean } = {}): Cursor =>
  new Cursor(new MemorySource(bytes, 'm', options));

async function failure(run: () => Promise<unknown>): Promise<DecodeError> {
  const error = await run().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DecodeError)) throw new Error('no DecodeError');
  return error;
}

describe('the fields', () => {
  it('are big-endian', async () => {
    const c = over(join(u8(1), u16(0x203), u32(0x0405_0607), u64(0x0102_0304_0506_0708n)));
    await c.need(15, 'all');
    expect([c.u8(), c.u16(), c.u32(), c.u64()]).toEqual([1, 0x203, 0x0405_0607, 0x0102_0304_0506_0708n]);
    expect(c.offset).toBe(15);
    expect(await c.atEnd()).toBe(true);
  });

  it('of 64 bits that count something stop at 2^53', async () => {
    const c = over(join(u64(2n ** 53n - 1n), u64(2n ** 53n)));
    await c.need(16, 'sizes');
    expect(c.size64('first')).toBe(Number.MAX_SAFE_INTEGER);
    expect(() => c.size64('second')).toThrow('second is 0x20000000000000');
    expect(c.offset).toBe(8);
  });

  it('of counted text take a length byte', async () => {
    const c = over(join(counted('pc.ram'), counted(''), u8(9), Buffer.from('cut')), { chunk: 1 });
    expect(await c.counted('name')).toBe('pc.ram');
    expect(await c.counted('name')).toBe('');
    const at = c.offset;
    expect(await failure(() => c.counted('name'))).toMatchObject({ kind: 'truncated', at: { offset: at } });
  });
});

describe('printable', () => {
  it.each([
    ['pc.ram', Buffer.from('pc.ram')],
    ['größe', Buffer.from('größe')],
    ['a\\xff\\x01b', hexBytes('61 ff 01 62')],
  ])('%s', (text, bytes) => {
    expect(printable(bytes)).toBe(text);
  });

  it('keeps names apart that differ by a byte order mark', () => {
    expect(printable(hexBytes('ef bb bf 61'))).not.toBe(printable(hexBytes('61')));
  });
});

describe('need and fill', () => {
  it('bring the same bytes for every size of read', async () => {
    const bytes = noise(5000);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 600 }),
        fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 30 }),
        async (chunk, lengths) => {
          const c = over(bytes, { chunk });
          let at = 0;
          for (const length of lengths) {
            if (at + length > bytes.length) {
              expect(await c.fill(length)).toBe(false);
              await expect(c.need(length, 'part')).rejects.toThrow('the input ends inside part');
              return;
            }
            await c.need(length, 'part');
            expect(c.bytes(length).equals(bytes.subarray(at, at + length))).toBe(true);
            at += length;
            expect(c.offset).toBe(at);
          }
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });

  it('says what was wanted and what is there', async () => {
    const c = over(Buffer.alloc(3));
    expect(await failure(() => c.need(8, 'ram record'))).toMatchObject({
      kind: 'truncated',
      rule: 'truncated',
      message: 'the input ends inside ram record',
      at: { offset: 0, length: 3, path: 'ram record' },
      detail: { expected: '8 bytes', found: '3 bytes' },
    });
  });

  it('grows the window for one large structure, and gives the memory back', async () => {
    const c = over(Buffer.alloc(20 << 20), { chunk: 1 << 20 });
    const small = c.buffer.length;
    await c.need(5 << 20, 'large');
    expect(c.buffer.length).toBeGreaterThan(4 << 20);
    await c.skip(15 << 20, 'rest');
    await c.need(10, 'next');
    expect(c.buffer.length).toBe(small);
  });

  it('reads into the memory that it is given, and comes back to it behind a large structure', async () => {
    const given = Buffer.alloc(4096);
    const asked: number[] = [];
    const bytes = noise(6 << 20, 3);
    const c = new Cursor(new MemorySource(bytes), given.length, (size) => {
      asked.push(size);
      return given;
    });
    await c.need(4096, 'first');
    expect(given.equals(bytes.subarray(0, 4096))).toBe(true);
    await c.skip(100, 'some');
    await c.need(5 << 20, 'large');
    expect(c.buffer.length).toBeGreaterThan(4 << 20);
    await c.skip((6 << 20) - 200, 'rest');
    await c.need(10, 'next');
    expect(c.buffer).toBe(given);
    expect(c.bytes(10)).toEqual(bytes.subarray(-100, -90));
    expect(asked).toEqual([4096]);
  });

  it('makes a window where nobody gives one', async () => {
    const c = new Cursor(new MemorySource(noise(10, 1)), 64, () => undefined);
    await c.need(10, 'all');
    expect(c.bytes(10)).toEqual(noise(10, 1));
  });

  it('holds no more than its bound', async () => {
    const source: ByteSource = { name: 'endless', read: (into) => into.length, close: () => undefined };
    const c = new Cursor(source);
    const error = await failure(() => c.need(MAX_LOOKAHEAD + 1, 'vmdesc'));
    expect(error).toMatchObject({ kind: 'unsupported', rule: 'too-large' });
    expect(c.buffer.length).toBeLessThan(2 << 20);
  });

  it('waits for sources that have nothing yet', async () => {
    const c = over(Buffer.from('abc'), { chunk: 1, waits: true });
    await c.need(3, 'text');
    expect(c.text(3)).toBe('abc');
  });

  it('without a promise bring what the source gives at once', () => {
    const c = over(Buffer.from('abcdef'), { chunk: 4 });
    expect(c.fillNow(6)).toBe(true);
    expect(c.text(6)).toBe('abcdef');
    expect(c.fillNow(1)).toBe(false);
  });

  it('without a promise leave waiting to the caller, who sees only what has come', async () => {
    const c = over(Buffer.from('abcdef'), { chunk: 4, waits: true });
    await c.need(4, 'text');
    c.position += 3;
    expect([c.fillNow(3), c.fillNow(3)]).toEqual([undefined, undefined]);
    expect([c.has(1), c.has(2)]).toEqual([true, false]);
    expect(await c.fill(3)).toBe(true);
    expect(c.text(3)).toBe('def');
    expect(await c.fill(1)).toBe(false);
  });
});

describe('skip', () => {
  it.each([
    ['reading', false, 7],
    ['seeking', true, 1 << 20],
  ])('goes forwards by %s', async (_how, seekable, chunk) => {
    const bytes = noise(3_100_000);
    const c = over(bytes, { seekable, chunk: seekable ? chunk : 1 << 16 });
    await c.need(4, 'head');
    await c.skip(3_000_000, 'pages');
    expect(c.offset).toBe(3_000_000);
    await c.need(8, 'next');
    expect(c.bytes(8).equals(bytes.subarray(3_000_000, 3_000_008))).toBe(true);
  });

  it('does not go past the end', async () => {
    for (const seekable of [true, false]) {
      const c = over(noise(5000), { seekable, chunk: 100 });
      expect(await failure(() => c.skip(5001, 'pages'))).toMatchObject({ kind: 'truncated' });
    }
  });
});

describe('within', () => {
  it('makes a range the whole world, and the rest comes back behind it', async () => {
    const c = over(Buffer.from('0123456789'));
    await c.within(4, 'inner', async () => {
      await c.need(3, 'part');
      expect(c.text(3)).toBe('012');
      expect(c.remaining).toBe(1);
      expect(c.range).toEqual({ name: 'inner', end: 4 });
      expect(await failure(() => c.need(2, 'more'))).toMatchObject({
        kind: 'malformed',
        rule: 'range-exceeded',
        message: 'inner ends inside more',
        at: { offset: 3, length: 1, path: 'inner > more' },
      });
      await c.skip(1, 'rest');
      expect(await c.atEnd()).toBe(true);
    });
    expect(c.range).toBeUndefined();
    await c.need(6, 'rest');
    expect(c.text(6)).toBe('456789');
  });

  it('refuses a range that does not fit in the one around it', async () => {
    const c = over(Buffer.alloc(20));
    await c.within(5, 'outer', async () => {
      const error = await failure(() => c.within(6, 'inner', () => Promise.resolve()));
      expect(error).toMatchObject({ rule: 'range-exceeded' });
    });
  });

  it.each([true, false])('tells a range that ends from an input that ends (seekable: %s)', async (seekable) => {
    const c = over(Buffer.alloc(10), { seekable, chunk: 3 });
    await c.within(100, 'PACKAGED', async () => {
      await c.need(10, 'all');
      c.bytes(8);
      expect(await failure(() => c.need(4, 'section'))).toMatchObject({ kind: 'truncated' });
    });
  });

  it('ends when what runs in it throws', async () => {
    const c = over(Buffer.alloc(10));
    await expect(c.within(5, 'inner', () => Promise.reject(new Error('x')))).rejects.toThrow('x');
    expect(c.range).toBeUndefined();
    expect(await c.fill(10)).toBe(true);
  });
});
