import { describe, expect, it } from 'vitest';
import { LAYOUT_DIFFERENCES } from '../../src/diff/layout-difference.js';
import { layoutDescriptions, layoutDifferencesPage } from '../../src/report/layout-descriptions.js';

describe('layoutDescriptions', () => {
  it('has every kind of difference, with a code of its own', () => {
    const codes = layoutDescriptions().map(({ code }) => code);
    expect(new Set(codes).size).toBe(Object.keys(LAYOUT_DIFFERENCES).length);
  });

  it('is what the page is made of, one heading each where its link leads', () => {
    const page = layoutDifferencesPage();
    for (const { code, name, fix, url } of layoutDescriptions()) {
      expect(page).toContain(`## ${code} ${name}\n`);
      expect(page).toContain(fix);
      expect(url.endsWith(`#${code.toLowerCase()}-${name}`)).toBe(true);
    }
  });
});
