/**
 * Reads `migscope.config.json`. To be loaded only where there is one: the checker of schemas is larger than the rules.
 *
 * The schema below is the one home of its keys; `docs/schema/config.schema.json` is made from it.
 */
import { Ajv } from 'ajv';
import { UsageError } from '../finding.js';
import { type Config, ruleName } from './config.js';

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
