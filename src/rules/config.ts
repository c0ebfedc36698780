/**
 * `migscope.config.json`: what a project decides about the rules once, for everybody who validates there.
 *
 * The schema below is the one home of its keys; `docs/schema/config.schema.json` is made from it.
 */
import { Ajv } from 'ajv';
import { globMatcher } from '../bytes/glob.js';
import { type Finding, type Severity, UsageError } from '../finding.js';
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
  readonly targetCapture?: string;
  readonly baseline?: string;
  /** Rules and problems by name or code. */
  readonly rules?: Readonly<Record<string, RuleLevel>>;
  readonly overrides?: readonly Override[];
}

const LEVELS = { enum: ['error', 'warning', 'info', 'off'] } as const;
const RULES_SCHEMA = {
  type: 'object',
  description: 'severity by name or code of a rule or problem; off leaves its findings out',
  additionalProperties: LEVELS,
} as const;
const GLOBS = { type: 'array', items: { type: 'string' }, minItems: 1 } as const;

export const CONFIG_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'urn:migscope:config:1',
  title: 'migscope.config.json',
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string' },
    failOn: { enum: ['error', 'warning', 'info'], description: 'the least severity that makes validate fail' },
    target: { type: 'string', pattern: '^\\d+\\.\\d+$', description: 'the QEMU release of the destination' },
    targetVmstate: { type: 'string', description: 'what -dump-vmstate of the destination printed' },
    targetCapture: { type: 'string', description: 'a stream that the destination saved with the same devices' },
    baseline: { type: 'string', description: 'file with the findings that are accepted' },
    rules: RULES_SCHEMA,
    overrides: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['rules'],
        properties: {
          machine: { ...GLOBS, description: 'globs of machine types' },
          section: { ...GLOBS, description: 'globs of sections' },
          rules: RULES_SCHEMA,
        },
      },
    },
  },
} as const;

/**
 * Reads a configuration.
 *
 * @throws UsageError that names the key when it is not what the schema says, or names a rule that there is not
 */
export function parseConfig(text: string, file: string): Config {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const ajv = new Ajv({ allErrors: true });
  const check = ajv.compile<Config>(CONFIG_SCHEMA);
  if (!check(value)) {
    const problems = check.errors!.map(({ instancePath, message, params }) => {
      const unknown = (params as { additionalProperty?: string }).additionalProperty;
      const allowed = (params as { allowedValues?: readonly string[] }).allowedValues;
      const key = `${instancePath.slice(1).replaceAll('/', '.')}${unknown === undefined ? '' : `.${unknown}`}`;
      const what = unknown === undefined ? message : 'is no key of a configuration';
      return `${key.replace(/^\./, '') || 'it'} ${what}${allowed ? `: ${allowed.join(', ')}` : ''}`;
    });
    throw new UsageError(`${file}: ${problems.join('; ')}`);
  }
  for (const name of [value.rules ?? {}, ...(value.overrides ?? []).map(({ rules }) => rules)].flatMap(Object.keys)) {
    if (ruleName(name) === undefined) throw new UsageError(`${file}: there is no rule ${name}`);
  }
  return value;
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
