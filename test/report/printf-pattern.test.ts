import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/problems.js';
import { literalLength, printfPattern } from '../../src/report/printf-pattern.js';
import { RULES } from '../../src/rules/catalogue.js';

describe('printfPattern', () => {
  it.each([
    ['Unknown combination of migration flags: 0x%x', 'qemu: Unknown combination of migration flags: 0x0'],
    ['Unknown section type %d', 'load of migration failed: Invalid argument: Unknown section type 126'],
    ["Machine type received is '%.*s' and local is '%s'", "Machine type received is 'pc' and local is 'q35'"],
    ['packet size received %u size expected %zu', 'packet size received 1 size expected 4096'],
    ['Illegal RAM offset %lx', 'Illegal RAM offset 7fff0000'],
    ['used 100%% of the buffer', 'used 100% of the buffer'],
    ['CMD_PING (0x%x) received (%-5d) with no return path', 'CMD_PING (0x1) received (-3) with no return path'],
  ])('%s matches what it prints', (format, line) => {
    expect(printfPattern(format)!.test(line)).toBe(true);
  });

  it('does not match other lines', () => {
    expect(printfPattern('Unknown section type %d')!.test('Unknown section type x')).toBe(false);
    expect(printfPattern('a.b(c) says so %d')!.test('aXb(c) says so 1')).toBe(false);
  });

  it('is no pattern where hardly anything is literal', () => {
    expect(printfPattern('%x != %x')).toBeUndefined();
  });

  it('can be made of every text that the catalogue cites', () => {
    const texts = [...Object.values(PROBLEMS), ...RULES.flatMap(({ meta }) => meta.cites.map((qemu) => ({ qemu })))];
    const missing = texts.flatMap((entry) =>
      'qemu' in entry && 'text' in entry.qemu && entry.qemu.text && !printfPattern(entry.qemu.text)
        ? [entry.qemu.text]
        : [],
    );
    expect(missing.filter((text) => literalLength(text) >= 12)).toEqual([]);
  });
});
