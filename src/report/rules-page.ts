/** The pages of docs/ that list the rules and the invariants, made from the catalogue. */
import { RULES } from '../rules/catalogue.js';
import { INVARIANTS } from '../rules/invariants/index.js';
import type { Invariant } from '../rules/invariants/types.js';
import { FAMILIES, type Family, type RuleMeta } from '../rules/rule.js';
import { PROBLEMS } from '../problems.js';

/** `docs/rules.md`: one heading a rule; findings link here with `url`. */
export function rulesPage(): string {
  const lines = [
    '# Rules of the validator',
    '',
    '`migscope validate` reports these beside the [problems](problems.md) that reading a stream finds. Codes are never reused. An *error* is what a destination',
    'refuses, hangs on, or ends with wrong memory or state after; a *warning* is accepted, but no QEMU writes it so; an *info* is worth knowing. The severity of a',
    'single finding can differ from that of its rule where the case is graver or lighter. `migscope explain RULE` prints a page of these;',
    '`--disable RULE` and `migscope.config.json` ([schema](schema/config.schema.json)) turn rules off or change their severity.',
  ];
  for (const family of Object.keys(FAMILIES) as Family[]) {
    const rules = RULES.filter(({ meta }) => meta.family === family);
    if (rules.length === 0) continue;
    lines.push('', `# ${FAMILIES[family]}`);
    for (const { meta } of rules) lines.push(...ruleSection(meta));
  }
  return `${lines.join('\n')}\n`;
}

function ruleSection({ code, name, severity, what, why, fix, cites, invariants }: RuleMeta): string[] {
  const lines = ['', `## ${code} ${name}`, '', `Severity: ${severity}.`];
  if (invariants.length > 0) lines[3] += ` Invariants: ${invariants.join(', ')}.`;
  lines.push('', `${sentence(what)} ${why}`, '', `What to do: ${fix}.`);
  for (const { function: name, text, versions } of cites) {
    const says = text === undefined ? `QEMU: \`${name}\`` : `QEMU says \`${text}\` (\`${name}\``;
    lines.push('', text === undefined ? `${says} (versions: ${versions}).` : `${says}; versions: ${versions}).`);
  }
  return lines;
}

/** `docs/invariants.md`: every invariant of the format and what judges it. */
export function invariantsPage(): string {
  return [
    '# Invariants',
    '',
    'What holds in every migration that QEMU writes, or that a destination demands, and what tells a breach: rules ([rules.md](rules.md)), problems of reading',
    '([problems.md](problems.md)), or nothing, with the reason.',
    '',
    '| invariant | holds | told by |',
    '| --- | --- | --- |',
    ...INVARIANTS.map((invariant) => `| ${invariant.id} | ${cell(invariant.text)} | ${judges(invariant)} |`),
    '',
  ].join('\n');
}

function judges({ id, problems = [], notJudged, same = [] }: Invariant): string {
  if (notJudged !== undefined) return `not judged: ${cell(notJudged)}`;
  const rules = RULES.filter(({ meta }) => meta.invariants.includes(id)).map(({ meta }) => `${meta.code} ${meta.name}`);
  return [
    ...rules,
    ...problems.map((name) => `${PROBLEMS[name].code} ${name}`),
    ...same.map((other) => `as ${other}`),
  ].join(', ');
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
const cell = (text: string): string => text.replaceAll('|', '\\|');
