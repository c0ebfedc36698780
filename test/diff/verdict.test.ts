import { describe, expect, it } from 'vitest';
import {
  blockNotSent,
  blockUnknown,
  fieldNotSent,
  fieldUnknown,
  otherBlockSize,
  sectionNotSent,
  sectionUnknown,
  subsectionUnknown,
  versionOnWire,
} from '../../src/diff/verdict.js';

const SUB = { subsection: 'dev/sub', vmsd: 'dev' };
const FIELD = { name: 'f', size: 4 };

describe('versionOnWire', () => {
  const verdict = (sent: number, version: number, minimum?: number): string =>
    versionOnWire('section', sent, { version, ...(minimum !== undefined && { minimum }) }).verdict;

  it('takes its own version down to the minimum', () => {
    expect([verdict(3, 3, 1), verdict(1, 3, 1), verdict(4, 3, 1), verdict(0, 3, 1)]).toEqual([
      'loads',
      'loads',
      'refused',
      'refused',
    ]);
  });

  it('does not know a minimum that was not declared', () => {
    expect([verdict(3, 3), verdict(2, 3), verdict(4, 3)]).toEqual(['loads', 'depends', 'refused']);
  });

  it('matters for subsections where they are sent', () => {
    expect(versionOnWire('subsection', 2, { version: 1, minimum: 1 }).verdict).toBe('depends');
  });
});

describe('sections and fields of one side', () => {
  it('are refused where a stream has what the loader lacks', () => {
    expect(sectionUnknown({ idstr: 'dev', instance: 1 }, 'written').verdict).toBe('refused');
    expect(fieldUnknown(FIELD, { writer: 'written', loader: 'declared' }).verdict).toBe('refused');
    expect(subsectionUnknown(SUB, 'written', 'declared').verdict).toBe('refused');
  });

  it('depend on what was not seen', () => {
    expect(sectionUnknown({ idstr: 'dev', instance: 1 }, 'declared').verdict).toBe('depends');
    expect(sectionUnknown({ idstr: 'globalstate', instance: 0 }, 'written').verdict).toBe('depends');
    expect(fieldUnknown(FIELD, { writer: 'written', loader: 'written' }).verdict).toBe('depends');
    expect(subsectionUnknown(SUB, 'declared', 'declared').verdict).toBe('depends');
  });

  it('keep their reset state where nothing is sent', () => {
    expect(sectionNotSent('written').verdict).toBe('state-lost');
    expect(sectionNotSent('declared').verdict).toBe('loads');
  });

  it('are not expected in versions before theirs', () => {
    const sides = { writer: 'declared', loader: 'declared', version: 2 } as const;
    expect(fieldNotSent({ ...FIELD, since: 3 }, sides).verdict).toBe('loads');
    expect(fieldNotSent({ ...FIELD, since: 2 }, sides).verdict).toBe('refused');
  });

  it('say what QEMU prints when it refuses', () => {
    const { qemu } = sectionUnknown({ idstr: 'dev', instance: 1 }, 'written');
    expect(qemu?.function).toBe('qemu_loadvm_section_start_full');
    expect(qemu?.text).toMatch(/^Unknown savevm section or instance 'dev' 1\./);
    expect(subsectionUnknown(SUB, 'written', 'declared').qemu?.text).toBe(
      "VM subsection 'dev/sub' in 'dev' does not exist",
    );
  });

  it('leave open in that text what is not known', () => {
    expect(sectionUnknown({ idstr: 'class', instance: 0 }, 'declared').qemu?.text).toMatch(/instance '%s' %d\./);
    const newer = versionOnWire('section', 3, { version: 2 });
    expect(newer.qemu?.text).toBe("savevm: unsupported version 3 for '%s' v2");
    const named = versionOnWire('section', 3, { version: 2, idstr: '0000:00:02.0/vga' });
    expect(named.qemu?.text).toBe("savevm: unsupported version 3 for '0000:00:02.0/vga' v2");
    const older = versionOnWire('subsection', 1, { version: 3, minimum: 2, vmsd: 'dev/sub' });
    expect(older.qemu?.text).toBe('dev/sub: incoming version_id 1 is too old for local minimum version_id 2');
  });
});

describe('RAM blocks', () => {
  it('are refused where the loader does not have them, and keep what they hold where they are not sent', () => {
    expect(blockUnknown('pc.ram')).toMatchObject({
      verdict: 'refused',
      qemu: { text: 'Unknown ramblock "pc.ram", cannot accept migration' },
    });
    expect(blockNotSent().verdict).toBe('state-lost');
  });

  it('of ROM have the length that is sent, others their own', () => {
    expect(otherBlockSize('/rom@etc/acpi/tables', 0x20000, 0x1000).verdict).toBe('loads');
    expect(otherBlockSize('pc.ram', 0x20000, 0x1000)).toMatchObject({
      verdict: 'refused',
      qemu: { text: 'Size mismatch: pc.ram: 0x20000 != 0x1000: Invalid argument' },
    });
  });
});
