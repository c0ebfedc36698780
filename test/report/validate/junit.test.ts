import { describe, expect, it } from 'vitest';
import { ruleDescriptions } from '../../../src/report/rule-descriptions.js';
import { validateJunit } from '../../../src/report/validate/junit.js';
import { REPORT } from './samples.js';

const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

describe('validateJunit', () => {
  const xml = validateJunit(REPORT, 'warning');

  it('has a suite for each capture and a case for each rule', () => {
    expect(count(xml, /<testsuite /g)).toBe(3);
    expect(count(xml, /<testcase /g)).toBe(2 * ruleDescriptions().length + 1);
    expect(xml).toContain(`tests="${2 * ruleDescriptions().length + 1}" failures="1" errors="1"`);
  });

  it('fails at the threshold and tells the rest in passing cases', () => {
    expect(count(xml, /<failure /g)).toBe(1);
    expect(count(xml, /<system-out>/g)).toBe(1);
    expect(count(validateJunit(REPORT, 'info'), /<failure /g)).toBe(2);
  });

  it('is XML whatever the findings say', () => {
    expect(xml).toContain('a name &lt;odd&gt; &amp; &quot;quoted&quot;');
    expect(xml).not.toMatch(/\x1b/);
    // Every `<` opens a tag of its own.
    expect(xml.replace(/<\/?[a-z-]+( [a-z]+="[^"<]*")*\/?>|<\?xml[^>]*\?>/g, '')).not.toMatch(/[<>]/);
  });
});
