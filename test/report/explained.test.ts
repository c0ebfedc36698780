import { describe, expect, it } from 'vitest';
import { findDescription, lookUp } from '../../src/report/explained.js';
import { layoutDescriptions } from '../../src/report/layout-descriptions.js';
import { ruleDescriptions } from '../../src/report/rule-descriptions.js';
import { fixtureText } from '../fixtures.js';

const rules = (what: string): string[] => lookUp(what).rules.map(({ name }) => name);
const failures = (what: string): string[] => lookUp(what).failures.map(({ name }) => name);

describe('lookUp', () => {
  it.each(['MIG201', 'mig201', 'sync-missing-before-postcopy'])('finds a rule by %s', (what) => {
    expect(rules(what)).toEqual(['sync-missing-before-postcopy']);
    expect(failures(what)).toEqual([]);
  });

  it('finds a problem by its code', () => {
    expect(rules('MIG130')).toEqual(['ram-flags']);
  });

  it.each(['F7', 'f7'])('finds a kind of failure by %s, without a line', (what) => {
    expect(failures(what)).toEqual(['virtio-used-index', 'virtio-guest-index', 'virtio-address']);
    expect(lookUp(what).failures[0]!.line).toBe('');
    expect(failures('pci-config')).toEqual(['pci-config']);
  });

  it('finds the message that fits a line best', () => {
    const line = 'qemu-system-x86_64: load of migration failed: Invalid argument: Unknown section type 126';
    expect(rules(line)).toEqual(['unknown-section-type']);
    expect(failures(line)).toEqual([]);
  });

  it('knows of a line both what it means and which rules see it', () => {
    const [failure] = lookUp('multifd: received packet with 200 pages, expected 128').failures;
    expect(failure!.name).toBe('multifd-packet');
    expect(failure!.rules.map(({ code }) => code)).toContain('MIG175');
  });

  it('knows nothing of other lines', () => {
    expect(lookUp('Segmentation fault')).toEqual({ rules: [], failures: [] });
  });

  it('finds each rule and problem by every text of QEMU that it has, as it is printed', () => {
    const CONVERSION = /%(?:[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j|t)?([diuxXpcs])|%)/g;
    const printed = (text: string): string =>
      text.replace(CONVERSION, (_, letter: string | undefined) =>
        letter === undefined ? '%' : letter === 's' ? 'name' : '11',
      );
    const lost = ruleDescriptions().flatMap(({ code, cites }) =>
      cites.flatMap(({ text }) => {
        if (text === undefined) return [];
        const { rules: byText, failures: kinds } = lookUp(printed(text));
        const found = [...byText, ...kinds.flatMap((kind) => kind.rules)];
        return found.some((rule) => rule.code === code) ? [] : [`${code}: ${text}`];
      }),
    );
    expect(lost).toEqual([]);
  });

  it('knows everything that a real destination said', () => {
    const answers = JSON.parse(fixtureText('oracle-11.1.json')) as readonly (readonly [
      string,
      number,
      string,
      string,
    ])[];
    const said = new Set(answers.flatMap(([, , verdict, text]) => (verdict === 'reject' ? [text] : [])));
    const unknown = [...said].filter((text) => rules(text).length + failures(text).length === 0);
    expect(unknown).toEqual([]);
  });
});

describe('findDescription', () => {
  it('finds by code and by name, or not at all', () => {
    expect(findDescription('mig130')?.name).toBe('ram-flags');
    expect(findDescription('ram-flags')?.code).toBe('MIG130');
    const [layout] = layoutDescriptions();
    expect(findDescription(layout!.code)).toEqual(layout);
    expect(findDescription('MIG999')).toBeUndefined();
  });
});
