import { describe, expect, it } from 'vitest';
import { printableName, safePath, SafeNames } from '../../src/extract/safe-name.js';

describe('safe paths', () => {
  it.each([
    ['pc.ram', 'pc.ram'],
    ['0000:00:02.0/vga.vram', '0000:00:02.0/vga.vram'],
    ['/rom@etc/acpi/tables', 'rom@etc/acpi/tables'],
    ['../../etc/passwd', '__/__/etc/passwd'],
    ['a/../b', 'a/__/b'],
    ['/', 'unnamed'],
    ['', 'unnamed'],
    ['.', 'unnamed'],
    ['a//./b/', 'a/b'],
    ['a\u0000\u001b[2J\nb', 'a__[2J_b'],
    ['\u202egpj', '_gpj'],
    ['..\u0000', '.._'],
  ])('%j is %s', (name, path) => {
    expect(safePath(name)).toBe(path);
  });

  it('bounds components in bytes and keeps characters whole', () => {
    const path = safePath(`${'é'.repeat(127)}x`);
    expect(Buffer.byteLength(path)).toBe(200);
    expect(path).toBe('é'.repeat(100));
  });

  it('makes names one line', () => {
    expect(printableName('a\nb\u001b')).toBe('a_b_');
  });
});

describe('names that meet', () => {
  it('get suffixes', () => {
    const names = new SafeNames(['state.json']);
    expect(['a', '/a', 'a/', 'state.json'].map((name) => names.assign(name))).toEqual([
      'a',
      'a~1',
      'a~2',
      'state.json~1',
    ]);
  });

  it('are never a directory of each other', () => {
    const names = new SafeNames();
    expect(['a', 'a/b', 'c/d', 'c', 'a_b'].map((name) => names.assign(name))).toEqual([
      'a',
      'a_b',
      'c/d',
      'c~1',
      'a_b~1',
    ]);
  });

  it('are given out quickly when there are many', () => {
    const names = new SafeNames();
    const given = new Set(Array.from({ length: 20_000 }, () => names.assign('x')));
    expect(given.size).toBe(20_000);
  });
});
