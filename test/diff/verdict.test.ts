import { describe, expect, it } from 'vitest';
import {
  fieldNotSent,
  fieldUnknown,
  sectionNotSent,
  sectionUnknown,
  subsectionUnknown,
  versionOnWire,
} from '../../src/diff/verdict.js';

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
    expect(sectionUnknown('dev', 'written').verdict).toBe('refused');
    expect(fieldUnknown(FIELD, { writer: 'written', loader: 'declared' }).verdict).toBe('refused');
    expect(subsectionUnknown('written', 'declared').verdict).toBe('refused');
  });

  it('depend on what was not seen', () => {
    expect(sectionUnknown('dev', 'declared').verdict).toBe('depends');
    expect(sectionUnknown('globalstate', 'written').verdict).toBe('depends');
    expect(fieldUnknown(FIELD, { writer: 'written', loader: 'written' }).verdict).toBe('depends');
    expect(subsectionUnknown('declared', 'declared').verdict).toBe('depends');
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
    expect(sectionUnknown('dev', 'written').qemu?.function).toBe('qemu_loadvm_section_start_full');
  });
});
