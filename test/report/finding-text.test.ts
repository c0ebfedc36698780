import { describe, expect, it } from 'vitest';
import type { Finding } from '../../src/finding.js';
import { findingText } from '../../src/report/finding-text.js';
import { makeStyle, plain } from '../../src/report/style.js';
import { FINDING } from './samples.js';

describe('findingText', () => {
  it('says where, what, what was expected, what QEMU says and what to do', () => {
    expect(findingText(FINDING, plain).split('\n')).toEqual([
      'vm@0x300: error[MIG133] page at 0x9000 of pc.ram',
      '  in: section ram, ram > page',
      '  expected: below 0x8000; found: 0x9000',
      '  qemu: "Illegal RAM offset %lx" (ram_load_precopy)',
      '  also: vm@0x40: the block was declared here',
      '  help: a page lies outside its block',
    ]);
  });

  it('leaves out what is not known', () => {
    const bare: Finding = { ...FINDING };
    for (const key of ['section', 'path', 'expected', 'found', 'qemu'] as const) Reflect.deleteProperty(bare, key);
    expect(findingText(bare, plain).split('\n')).toEqual([
      'vm@0x300: error[MIG133] page at 0x9000 of pc.ram',
      '  also: vm@0x40: the block was declared here',
      '  help: a page lies outside its block',
    ]);
  });

  it('shows the bytes with carets under those that are meant, to the end of the row at most', () => {
    const bytes = Uint8Array.of(0x41, 0x42, 0x43, 0x44);
    const at = (offset: number, length: number): string =>
      findingText({ ...FINDING, offset, length }, plain, { base: 0x300, bytes }).split('\n')[2]!;
    expect(at(0x300, 1)).toBe(`${' '.repeat(14)}^^`);
    expect(at(0x302, 100)).toBe(`${' '.repeat(20)}^^^^^`);
    expect(at(0x303, 0)).toBe(`${' '.repeat(23)}^^`);
  });

  it('colours the severity alone', () => {
    const [head] = findingText(FINDING, makeStyle('always', false)).split('\n');
    expect(head).toBe('vm@0x300: \x1b[31merror[MIG133]\x1b[39m page at 0x9000 of pc.ram');
  });

  it('lets no control character of the input through', () => {
    const evil = 'a\x1b[2J\u009b\r';
    const finding: Finding = {
      ...FINDING,
      channel: evil,
      message: evil,
      section: evil,
      path: evil,
      expected: evil,
      found: evil,
      related: [{ message: evil, channel: evil, offset: 0 }],
    };
    expect(findingText(finding, plain)).not.toMatch(/[\x1b\r\u009b]/);
  });
});
