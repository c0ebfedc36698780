import { describe, expect, it } from 'vitest';
import { DecodeError } from '../src/finding.js';
import { findingOf, isProblemName, PROBLEMS } from '../src/problems.js';
import { TEXT_CASES, textFor } from '../src/qemu-texts.js';

const cut = (path: string, expected = '5 bytes'): string | undefined =>
  findingOf(
    new DecodeError('truncated', 'truncated', `the input ends inside ${path}`, { offset: 0, path }, { expected }),
    'main',
  ).qemu?.text;

describe('what destinations print', () => {
  it('is told of problems that there are', () => {
    expect(Object.keys(TEXT_CASES).filter((name) => !isProblemName(name))).toEqual([]);
  });

  it('depends on where the input ends', () => {
    expect(cut('section footer')).toBe('check_section_footer: Read section footer failed: %d');
    expect(cut('payload of apic')).toContain('error while loading state for instance');
    expect(cut('ram record', '8 bytes')).toBe('Getting RAM address failed');
    expect(cut('ram record', '4104 bytes')).toBe(PROBLEMS.truncated.qemu.text);
    expect(cut('PACKAGED > section type')).toBe(PROBLEMS.truncated.qemu.text);
    expect(cut('multifd page')).toBeUndefined();
  });

  it('is that of the problem where no case fits', () => {
    const plain = PROBLEMS['ram-flags'].qemu;
    expect(textFor('ram-flags', { message: 'ram record with flags 0x0' }, plain)).toBe(plain);
    expect(textFor('ram-xbzrle', { message: 'xbzrle page of 5000 bytes' }, PROBLEMS['ram-xbzrle'].qemu)?.text).toBe(
      'Failed to load XBZRLE page - len overflow!',
    );
  });
});
