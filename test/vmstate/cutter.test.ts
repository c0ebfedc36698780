import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cutter, type InnerLayout, LayoutMismatch } from '../../src/vmstate/cutter.js';
import { bits } from '../../src/vmstate/meaning.js';
import { elementValue } from '../../src/vmstate/values.js';
import { hexBytes, join, u16, u32, u8 } from '../build/bytes.js';
import { subsection, subsectionOfVersion } from '../build/virtio.js';

const over = (bytes: string | Uint8Array, inner?: InnerLayout): Cutter => {
  const payload = typeof bytes === 'string' ? hexBytes(bytes) : bytes;
  return new Cutter(payload, 0, payload.length, inner);
};
const names = (cut: Cutter): string[] => cut.result('x', 0).fields.map(({ name }) => name);

describe('Cutter', () => {
  it('reads integers of all kinds', () => {
    const cut = over('01 0102 01020304 0102030405060708 0102 01020304 0102030405060708 fffffffe 01');
    expect(cut.u8('a')).toBe(1);
    expect(cut.u16('b')).toBe(0x102);
    expect(cut.u32('c')).toBe(0x1020304);
    expect(cut.u64('d')).toBe(0x102030405060708n);
    expect(cut.integer('e', 'le16')).toBe(0x201);
    expect(cut.integer('f', 'le32')).toBe(0x4030201);
    expect(cut.integer('g', 'le64')).toBe(0x807060504030201n);
    expect(cut.integer('h', 'int32')).toBe(-2);
    expect(cut.bool('i')).toBe(true);
    expect(cut.remaining).toBe(0);
    expect(names(cut)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']);
  });

  it('cuts addresses, text and bytes', () => {
    const cut = over('525400123456 52540012345601005e000001 71656d7500 00 00000000 0001 aa');
    cut.mac('mac');
    cut.macs('macs', 2);
    cut.text('text', 6);
    cut.unused('unused', 4);
    cut.unused('nothing', 0);
    cut.unused('not zero', 2);
    expect(cut.bytes('rest', 1)).toEqual(hexBytes('aa'));
    const fields = cut.result('x', 0).fields.map((field) => elementValue(field, cut.payload, 0));
    expect(fields).toEqual([
      '52:54:00:12:34:56',
      '52:54:00:12:34:56',
      'qemu',
      'zeros',
      hexBytes('0001'),
      hexBytes('aa'),
    ]);
  });

  it('keeps text whole that has more behind its end', () => {
    const cut = over('71006d');
    cut.text('text', 3);
    expect(elementValue(cut.result('x', 0).fields[0]!, cut.payload, 0)).toEqual(hexBytes('71006d'));
  });

  it.each<[string, (cut: Cutter) => void]>([
    ['an integer', (cut) => cut.u64('a')],
    ['an array', (cut) => cut.integers('a', 'uint16', 3)],
    ['an array beyond all bounds', (cut) => cut.integers('a', 'uint64', 2 ** 40)],
    ['an array of less than nothing', (cut) => cut.integers('a', 'uint16', -1)],
    ['bytes', (cut) => cut.bytes('a', 5)],
    ['less than no bytes', (cut) => cut.bytes('a', -1)],
    ['bytes of no number', (cut) => cut.bytes('a', NaN)],
    ['a part', (cut) => cut.part('a', 'buffer', 5, 'part', () => 'part')],
    ['what is within', (cut) => cut.within(5, () => undefined)],
    ['what is skipped', (cut) => cut.skip(5)],
    ['what is looked at', (cut) => cut.look(2, 3)],
    ['a boolean that is none', (cut) => cut.bool('a')],
    ['what is left over', (cut) => cut.within(3, () => cut.u8('a'))],
    [
      'more fields than there can be',
      (cut) =>
        cut.array(
          'a',
          2 ** 32,
          () => 'e',
          () => undefined,
        ),
    ],
  ])('refuses %s', (_, cutting) => {
    expect(() => cutting(over('02020304'))).toThrow(LayoutMismatch);
  });

  it('says where and why', () => {
    const cut = over('0102');
    cut.u8('a');
    expect(() => cut.u32('b')).toThrow(new LayoutMismatch('b takes 4 bytes and 1 are left', 1));
    expect(() => cut.check(false, 'so', 9)).toThrow(new LayoutMismatch('so', 9));
    expect(() => cut.check(false, 'so')).toThrow(new LayoutMismatch('so', 0));
  });

  it('peeks without passing the end', () => {
    const cut = over('01020304');
    expect(cut.peek('uint16', 2)).toBe(0x304);
    expect(cut.peek('uint16', 3)).toBeUndefined();
    expect(cut.peek('uint8', -1)).toBeUndefined();
    expect(cut.at).toBe(0);
  });

  it('cuts structures, arrays and lists', () => {
    const cut = over('01 0a0b 010c 010d 00');
    expect(cut.struct('one', 'One', () => cut.u8('v'))).toBe(1);
    cut.array(
      'two',
      2,
      (i) => `#${i}`,
      () => cut.u8('v'),
    );
    const more = (): boolean => {
      const mark = cut.peek('uint8');
      cut.skip(1);
      return mark === 1;
    };
    expect(
      cut.list(
        'many',
        more,
        () => 'Many',
        () => void cut.u8('v'),
      ),
    ).toBe(2);
    const { fields } = cut.result('x', 0);
    expect(
      fields.map(({ name, type, start, size, structs }) => [
        name,
        type,
        start,
        size,
        structs!.map(({ vmsdName }) => vmsdName),
      ]),
    ).toEqual([
      ['one', 'struct', 0, 1, ['One']],
      ['two', 'list', 1, 2, ['#0', '#1']],
      ['many', 'list', 3, 5, ['Many', 'Many']],
    ]);
  });

  it('cuts tables, as far as they fit', () => {
    const rows = [
      ['a', 'uint16'],
      ['m', 'mac'],
      ['t', 'text3'],
      ['b', 2],
      ['c', 'le32', bits({})],
    ] as const;
    const whole = over(join(u16(1), Buffer.alloc(6), Buffer.from('abc'), Buffer.alloc(6)));
    whole.table(rows);
    expect(names(whole)).toEqual(['a', 'm', 't', 'b', 'c']);
    const part = over(Buffer.alloc(10));
    part.tableUpToEnd(rows);
    expect(names(part)).toEqual(['a', 'm', 'rest']);
    expect(() => over(Buffer.alloc(10)).table(rows)).toThrow(LayoutMismatch);
  });

  it('finds subsections ahead and cuts them', () => {
    const cut = over(join(u8(5), u8(9), subsection('a/b', u32(7)), subsectionOfVersion('a/c', 3)));
    expect(cut.findSubsection(['a/c'])).toBe(15);
    expect(cut.findSubsection(['a/b', 'a/c'])).toBe(2);
    expect(cut.findSubsection(['a/b'], 3)).toBeUndefined();
    cut.bytes('before', 2);
    expect(cut.subsection('a/c', () => undefined)).toBe(false);
    expect(cut.subsection('a/b', (_, version) => void cut.u32(`v${version}`))).toBe(true);
    expect(cut.subsection('a/c', (_, version) => expect(version).toBe(3))).toBe(true);
    expect(cut.result('x', 0).subsections).toMatchObject([
      { vmsdName: 'a/b', version: 1, fields: [{ name: 'v1', start: 11 }] },
      { vmsdName: 'a/c', version: 3, fields: [] },
    ]);
  });

  it.each([
    ['in its name', 4],
    ['in its version', 8],
  ])('does not take a subsection for one that is cut %s', (_, length) => {
    const cut = over(subsection('a/b').subarray(0, length));
    const taken = (): boolean => cut.subsection('a/b', () => undefined);
    expect(() => cut.check(taken(), 'not there')).toThrow(LayoutMismatch);
    expect(cut.at).toBe(0);
  });

  it('takes the first reading that fits, and leaves nothing of the others', () => {
    const cut = over('0102');
    const found = cut.oneOf(
      () => {
        cut.u8('tried');
        cut.struct('deep', 'deep', () => cut.u32('too much'));
        return 'first';
      },
      () => {
        cut.u16('right');
        return 'second';
      },
    );
    expect(found).toBe('second');
    expect(names(cut)).toEqual(['right']);
  });

  it('tells of the reading that came furthest', () => {
    const cut = over('0102');
    const far = (): void => {
      cut.u16('a');
      cut.fail('far');
    };
    expect(() =>
      cut.oneOf(
        () => cut.fail('near'),
        far,
        () => cut.fail('near too'),
      ),
    ).toThrow(new LayoutMismatch('far', 2));
    expect(() => cut.oneOf()).toThrow('there is no layout');
  });

  it('goes on behind a part that does not fit', () => {
    const cut = over('01020304');
    const fits = cut.part('bad', 'buffer', 3, 'thing', () => {
      cut.struct('deep', 'deep', () => cut.u16('a'));
      return cut.fail('no');
    });
    expect(fits).toBe(false);
    expect(cut.part('good', 'buffer', 1, 'thing', () => (cut.u8('v'), 'Good'))).toBe(true);
    expect(cut.failures).toEqual([{ layout: 'thing', offset: 2, reason: 'no' }]);
    expect(cut.result('x', 0).fields).toMatchObject([
      { name: 'bad', start: 0, size: 3, mismatch: 'no' },
      { name: 'good', start: 3, size: 1, structs: [{ vmsdName: 'Good' }] },
    ]);
  });

  it('looks inside fields of types that have a layout', () => {
    const inner: InnerLayout = (type, size) =>
      type === 'known' ? (cut) => (cut.bytes('all', size), 'Known') : undefined;
    const cut = over('0102', inner);
    cut.opaque('a', 'known', 1);
    cut.opaque('b', 'unknown', 1);
    expect(cut.result('x', 0).fields).toMatchObject([
      { name: 'a', type: 'known', structs: [{ vmsdName: 'Known' }] },
      { name: 'b', type: 'unknown', size: 1 },
    ]);
  });

  it('keeps every field inside, whatever is cut', () => {
    const step = fc.record({ kind: fc.integer({ min: 0, max: 5 }), size: fc.integer({ min: -2, max: 40 }) });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(step, { maxLength: 20 }), (bytes, steps) => {
        const cut = over(bytes);
        const take = (kind: number, size: number): void => {
          if (kind === 0) cut.u32('a');
          else if (kind === 1) cut.bytes('b', size);
          else if (kind === 2) cut.integers('c', 'le16', size);
          else if (kind === 3) cut.part('d', 'buffer', size, 'd', () => (cut.u64('e'), 'd'));
          else if (kind === 4)
            cut.array(
              'f',
              size,
              () => 'f',
              () => cut.u8('g'),
            );
          else cut.unused('h', size);
        };
        for (const { kind, size } of steps)
          cut.oneOf(
            () => take(kind, size),
            () => undefined,
          );
        let at = 0;
        for (const field of cut.result('x', 0).fields) {
          expect(field.start).toBe(at);
          at += field.size * field.count;
        }
        expect(at).toBe(cut.at);
        expect(at).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});
