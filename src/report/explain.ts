/** The page of a rule as `explain` prints it, and the rules that a line of a QEMU log points to. */
import { visible } from '../bytes/visible.js';
import { INVARIANTS } from '../rules/invariants/index.js';
import { literalLength, printfPattern } from './printf-pattern.js';
import { findDescription, type RuleDescription, ruleDescriptions } from './rule-descriptions.js';
import type { Style } from './style.js';

/** Rules and problems that a line of a log can come from, those that match most of it first. */
export function rulesOfLine(line: string): readonly RuleDescription[] {
  const matches = ruleDescriptions().flatMap((description) => {
    const lengths = description.cites.flatMap(({ text }) =>
      text !== undefined && printfPattern(text)?.test(line) ? [literalLength(text)] : [],
    );
    return lengths.length === 0 ? [] : [{ description, length: Math.max(...lengths) }];
  });
  const most = Math.max(0, ...matches.map(({ length }) => length));
  return matches.filter(({ length }) => length === most).map(({ description }) => description);
}

/** The rule or problem that was named, or those that the line of a log points to. */
export function explained(what: string): readonly RuleDescription[] {
  const named = findDescription(what.trim());
  return named ? [named] : rulesOfLine(what);
}

/** The page of one rule. */
export function explainText(
  { code, name, severity, what, why, fix, cites, invariants, url }: RuleDescription,
  style: Style,
): string {
  const lines = [`${style('bold', `${code} ${name}`)} (${severity})`, ''];
  // Problems of decoding say what is wrong and what to do in one.
  if (why === '') lines.push(`  ${sentence(fix)}`);
  else lines.push(`  ${sentence(what)}`, '', `  ${why}`, '', `  What to do: ${fix}.`);
  for (const cite of cites) {
    const says = cite.text === undefined ? '' : ` says "${visible(cite.text)}"`;
    lines.push('', `  QEMU: ${cite.function}${says} (${cite.versions})`);
  }
  for (const id of invariants) {
    const invariant = INVARIANTS.find((candidate) => candidate.id === id);
    lines.push(`  ${id}: ${invariant?.text ?? ''}`);
  }
  lines.push('', `  More: ${url}`);
  return lines.join('\n');
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
