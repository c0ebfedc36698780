import { describe, expect, it } from 'vitest';
import { explained, explainText } from '../../src/report/explain.js';
import { plain } from '../../src/report/style.js';

const names = (what: string): string[] => explained(what).map(({ name }) => name);

describe('explained', () => {
  it.each(['MIG201', 'mig201', 'sync-missing-before-postcopy'])('finds a rule by %s', (what) => {
    expect(names(what)).toEqual(['sync-missing-before-postcopy']);
  });

  it('finds a problem by its code', () => {
    expect(names('MIG130')).toEqual(['ram-flags']);
  });

  it('finds the message that fits a line best', () => {
    const line = 'qemu-system-x86_64: load of migration failed: Invalid argument: Unknown section type 126';
    expect(names(line)).toEqual(['unknown-section-type']);
  });

  it('knows nothing of other lines', () => {
    expect(names('Segmentation fault')).toEqual([]);
  });
});

describe('explainText', () => {
  it('says what, why, what to do, what QEMU says and which invariants', () => {
    const [rule] = explained('MIG201');
    const text = explainText(rule!, plain);
    for (const part of [rule!.why, rule!.fix, 'multifd_recv_thread', 'INV-201', rule!.url])
      expect(text).toContain(part);
  });

  it('says of a problem what its catalogue does', () => {
    const [problem] = explained('MIG101');
    expect(explainText(problem!, plain)).toContain(problem!.fix.slice(1));
  });
});
