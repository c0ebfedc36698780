/** What holds for every rule. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/problems.js';
import { findRule, RULES } from '../../src/rules/catalogue.js';
import { INVARIANTS } from '../../src/rules/invariants/index.js';
import { FAMILIES } from '../../src/rules/rule.js';

const SRC = join(import.meta.dirname, '../../src/rules');
const known = new Set(INVARIANTS.map(({ id }) => id));
const judged = new Set(RULES.flatMap(({ meta }) => meta.invariants));

describe.each(RULES.map(({ meta }) => [meta.name, meta] as const))('%s', (_, meta) => {
  it('stands in a file of its name in the folder of its family, with a test beside it', () => {
    const file = join(meta.family, meta.name);
    expect(existsSync(join(SRC, `${file}.ts`))).toBe(true);
    expect(existsSync(join(import.meta.dirname, `${file}.test.ts`))).toBe(true);
  });

  it('says what, why and what to do, and where QEMU acts', () => {
    for (const text of [meta.what, meta.fix])
      expect(text).toMatch(
        /^[^A-Z\s].*[^.]$|^(QEMU|PING|START|PART|END|FULL|EOF|LISTEN|MULTIFD|POSTCOPY|SWITCHOVER|PACKAGED|XBZRLE|COLO|RECV|ADVISE|DISCARD|RUN|SYNC|DEV|CONFIG|PONG|REQ|SHUT|RAM|MEM|OPEN|ENABLE|VFIO).*[^.]$/,
      );
    expect(meta.why).toMatch(/^[A-Z].*\.$/);
    expect(meta.cites.length).toBeGreaterThan(0);
    expect(meta.code).toMatch(/^MIG[234]\d\d$/);
    expect(Object.keys(FAMILIES)).toContain(meta.family);
  });

  it('names invariants that there are', () => {
    expect(meta.invariants.filter((id) => !known.has(id))).toEqual([]);
  });

  it('follows from rules and problems that there are', () => {
    const names = new Set(['*', ...RULES.map((rule) => rule.meta.name), ...Object.keys(PROBLEMS)]);
    expect((meta.follows ?? []).filter((name) => !names.has(name))).toEqual([]);
  });

  it('is found by code and by name', () => {
    expect(findRule(meta.code.toLowerCase())?.meta).toBe(meta);
    expect(findRule(meta.name)?.meta).toBe(meta);
  });
});

describe('the catalogue', () => {
  it('has every code and name once, and none of a problem', () => {
    const codes = [...RULES.map(({ meta }) => meta.code), ...Object.values(PROBLEMS).map(({ code }) => code)];
    expect(new Set(codes).size).toBe(codes.length);
    const names = [...RULES.map(({ meta }) => meta.name), ...Object.keys(PROBLEMS)];
    expect(new Set(names).size).toBe(names.length);
  });

  it('has every rule that has a file', () => {
    const files = Object.keys(FAMILIES)
      .filter((family) => existsSync(join(SRC, family)))
      .flatMap((family) => readdirSync(join(SRC, family)).map((file) => join(SRC, family, file)));
    const listed = RULES.map(({ meta }) => join(SRC, meta.family, `${meta.name}.ts`));
    expect(files.filter((file) => !listed.includes(file)).map((file) => file.slice(dirname(SRC).length))).toEqual([]);
  });
});

describe('the table of invariants', () => {
  it('has every number once', () => {
    expect(known.size).toBe(INVARIANTS.length);
  });

  it.each(INVARIANTS.map((invariant) => [invariant.id, invariant] as const))(
    '%s is judged by a rule or a problem, or says why not',
    (id, { problems = [], same = [], notJudged }) => {
      const byRule = judged.has(id);
      expect(byRule || problems.length > 0 || same.length > 0 || notJudged !== undefined).toBe(true);
      expect(notJudged !== undefined && (byRule || problems.length > 0)).toBe(false);
      expect(same.filter((other) => !known.has(other) || !judged.has(other))).toEqual([]);
    },
  );
});
