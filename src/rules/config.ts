/** What a project decides about the rules once, for everybody who validates there; `config-file.ts` reads it from `migscope.config.json`. */
import { globMatcher } from '../bytes/glob.js';
import type { Finding, Severity } from '../finding.js';
import { PROBLEMS } from '../problems.js';
import { findRule } from './catalogue.js';

export type RuleLevel = Severity | 'off';

/** A change of rules for some findings only; a finding has to fit everything that is given. */
export interface Override {
  /** Globs of machine types. */
  readonly machine?: readonly string[];
  /** Globs of sections (`idstr` or `idstr#instance`). */
  readonly section?: readonly string[];
  readonly rules: Readonly<Record<string, RuleLevel>>;
}

export interface Config {
  readonly failOn?: Severity;
  readonly target?: string;
  /** Paths are relative to the configuration file. */
  readonly targetVmstate?: string;
  readonly baseline?: string;
  /** Rules and problems by name or code. */
  readonly rules?: Readonly<Record<string, RuleLevel>>;
  readonly overrides?: readonly Override[];
}

/** The name of the rule or problem that a name or code stands for. */
export function ruleName(nameOrCode: string): string | undefined {
  const rule = findRule(nameOrCode);
  if (rule) return rule.meta.name;
  const wanted = nameOrCode.toLowerCase();
  return Object.entries(PROBLEMS).find(([name, { code }]) => name === wanted || code.toLowerCase() === wanted)?.[0];
}

/** What the configuration makes of a finding: the finding, perhaps with another severity, or undefined where it is left out. */
export function configured(config: Config, finding: Finding, machine: string | undefined): Finding | undefined {
  let level: RuleLevel | undefined = levelOf(config.rules, finding);
  for (const { machine: machines, section: sections, rules } of config.overrides ?? []) {
    if (machines && !(machine !== undefined && globMatcher(machines)(machine))) continue;
    if (sections && !(finding.section !== undefined && globMatcher(sections)(finding.section))) continue;
    level = levelOf(rules, finding) ?? level;
  }
  if (level === 'off') return undefined;
  return level === undefined || level === finding.severity ? finding : { ...finding, severity: level };
}

function levelOf(rules: Readonly<Record<string, RuleLevel>> | undefined, finding: Finding): RuleLevel | undefined {
  if (!rules) return undefined;
  const key = Object.keys(rules).find((name) => name === finding.rule || name.toUpperCase() === finding.code);
  return key === undefined ? undefined : rules[key];
}
