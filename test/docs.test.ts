/** The pages of docs/ that are made from the code are what the code makes; `UPDATE=1` writes them. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../src/cli/commands.js';
import { problemFinding, type ProblemName, PROBLEMS } from '../src/problems.js';
import { layoutDescriptions, layoutDifferencesPage } from '../src/report/layout-descriptions.js';
import { problemsPage } from '../src/report/problems-page.js';
import { invariantsPage, rulesPage } from '../src/report/rules-page.js';
import { ruleDescriptions } from '../src/report/rule-descriptions.js';
import { signaturesPage } from '../src/report/signatures-page.js';
import { CONFIG_SCHEMA } from '../src/rules/config-file.js';
import { ROOT, run } from './cli/run.js';
import { CASES, UNTOLD } from './signatures/cases.js';

const NAMES = Object.keys(PROBLEMS) as ProblemName[];

/** The help texts of all commands, as the program prints them. */
function commandsPage(): string {
  const help = (command: string): string =>
    `\`\`\`console\n$ migscope ${command}\n${run(`migscope ${command}`).output}\`\`\`\n`;
  const sections = COMMANDS.map(({ usage, summary }) => {
    const name = usage.split(' ', 1)[0]!;
    return `## ${name}\n\n${summary}.\n\n${help(`${name} --help`)}`;
  });
  return [`# Commands\n\n${help('--help')}`, ...sections].join('\n');
}

function expectCurrent(name: string, now: string): void {
  const path = join(ROOT, 'docs', name);
  if (process.env.UPDATE) writeFileSync(path, now);
  else expect(readFileSync(path, 'utf8')).toBe(now);
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

describe('docs', () => {
  it('problems.md is what the catalogue says', () => {
    expectCurrent('problems.md', problemsPage());
  });

  it('rules.md is what the catalogue says', () => {
    expectCurrent('rules.md', rulesPage());
  });

  it('invariants.md is what the table says', () => {
    expectCurrent('invariants.md', invariantsPage());
  });

  it('layout-differences.md is what the catalogue says', () => {
    expectCurrent('layout-differences.md', layoutDifferencesPage());
  });

  it('signatures.md is what the signatures and their tests say', () => {
    expectCurrent('signatures.md', signaturesPage(CASES, UNTOLD));
  });

  it('schema/config.schema.json is what configurations are checked with', () => {
    expectCurrent('schema/config.schema.json', `${JSON.stringify(CONFIG_SCHEMA, undefined, 2)}\n`);
  });

  it('commands.md is what the program prints', () => {
    expectCurrent('commands.md', commandsPage());
  });
});

describe('the rules', () => {
  it.each([...ruleDescriptions(), ...layoutDescriptions()].map(({ code, url }) => [code, url]))(
    '%s has a link that leads to its heading',
    (_, url) => {
      const [path, anchor] = url.split('#');
      expect(anchors(readFileSync(join(ROOT, path!), 'utf8'))).toContain(anchor);
    },
  );
});

describe('the catalogue of problems', () => {
  it('has one code for each problem', () => {
    const codes = NAMES.map((name) => PROBLEMS[name].code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const code of codes) expect(code).toMatch(/^MIG\d{3}$/);
  });

  it.each(NAMES)('%s has a link that leads to its heading', (name) => {
    const { url } = problemFinding(name, '', { channel: 'main', offset: 0 });
    const [path, anchor] = url.split('#');
    expect(anchors(readFileSync(join(ROOT, path!), 'utf8'))).toContain(anchor);
  });
});
