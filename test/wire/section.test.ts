import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { footerBytes, isElementType, readSectionIdentity, sectionKind, sectionName } from '../../src/wire/section.js';
import { hexBytes } from '../build/bytes.js';
import { footer, full } from '../build/elements.js';

describe('section', () => {
  it('has a kind by its type byte', () => {
    expect([1, 2, 3, 4].map(sectionKind)).toEqual(['start', 'part', 'end', 'full']);
    expect([0, 5, 6, 7, 8, 0x7e].map(sectionKind)).toEqual(Array(6).fill(undefined));
  });

  it('is one of the elements that the loader accepts', () => {
    const accepted = Array.from({ length: 256 }, (_, type) => type).filter(isElementType);
    expect(accepted).toEqual([0, 1, 2, 3, 4, 8]);
  });

  it('says what it is', async () => {
    const bytes = full({ id: 0x232, idstr: 'spapr/htab', instance: 0x8000_0001, version: 1 }, Buffer.alloc(0));
    const cursor = new Cursor(new MemorySource(bytes, 'm', { chunk: 1 }));
    await cursor.need(1, 'type');
    cursor.u8();
    expect(await readSectionIdentity(cursor)).toEqual({
      id: 0x232,
      idstr: 'spapr/htab',
      instance: 0x8000_0001,
      version: 1,
    });
    expect(cursor.offset).toBe(bytes.length - 5);
  });

  it('is truncated wherever its header is cut', async () => {
    const bytes = full({ id: 1, idstr: 'ram' }, Buffer.alloc(0)).subarray(1, -5);
    for (let cut = 0; cut < bytes.length; cut++) {
      const cursor = new Cursor(new MemorySource(bytes.subarray(0, cut)));
      await expect(readSectionIdentity(cursor)).rejects.toMatchObject({ kind: 'truncated', at: { offset: 0 } });
    }
  });

  it('has a footer', () => {
    expect(footerBytes(0x232).equals(hexBytes('7e 00000232'))).toBe(true);
    expect(footerBytes(7).equals(footer(7))).toBe(true);
  });

  it('is named by idstr, and instance where there are several', () => {
    expect(sectionName({ idstr: 'ram', instance: 0 })).toBe('ram');
    expect(sectionName({ idstr: 'cpu', instance: 3 })).toBe('cpu#3');
  });
});
