import { describe, expect, it } from 'vitest';
import { invariantsPage, rulesPage } from '../../src/report/rules-page.js';
import { RULES } from '../../src/rules/catalogue.js';
import { INVARIANTS } from '../../src/rules/invariants/index.js';

describe('rulesPage', () => {
  it('has a heading for each rule', () => {
    const page = rulesPage();
    for (const { meta } of RULES) expect(page).toContain(`## ${meta.code} ${meta.name}\n`);
  });
});

describe('invariantsPage', () => {
  it('has a row for each invariant, and no cell is empty', () => {
    const rows = invariantsPage()
      .split('\n')
      .filter((line) => line.startsWith('| INV-'));
    expect(rows).toHaveLength(INVARIANTS.length);
    for (const row of rows) expect(row).toMatch(/^\| INV-\w+ \| \S.* \| \S.* \|$/);
  });
});
