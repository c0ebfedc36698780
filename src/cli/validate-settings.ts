/** What `validate` is told by its options and by the configuration file together; options come first. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Severity, UsageError } from '../finding.js';
import { Baseline, parseBaseline } from '../rules/baseline.js';
import { type Config, ruleName } from '../rules/config.js';
import type { Target } from '../rules/facts.js';
import { parseVmstateDump, type VmstateDump } from '../vmstate/dump.js';
import type { Parsed } from './command.js';
import type { Settings } from './validate.js';

const CONFIG_FILE = 'migscope.config.json';
const BASELINE_HINT = '; --update-baseline makes one';
/** What error codes of the system say about a file that was named. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
};
const DEFAULT_FAIL_ON: Severity = 'warning';

/** @throws UsageError for files that cannot be read or are not what they should be */
export async function settingsOf(parsed: Parsed): Promise<Settings> {
  const file = parsed.config === undefined ? CONFIG_FILE : String(parsed.config);
  const there = parsed.config !== undefined || existsSync(file);
  const config = there ? await configOf(file) : {};
  const inConfig = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : resolve(dirname(file), path);
  const baselineFile = text(parsed.baseline) ?? inConfig(config.baseline);
  const updateBaseline = parsed.updateBaseline === true;
  if (updateBaseline && baselineFile === undefined) throw new UsageError('--update-baseline needs --baseline FILE');
  const isNew = updateBaseline && baselineFile !== undefined && !existsSync(baselineFile);
  const vmstate = text(parsed.targetVmstate) ?? inConfig(config.targetVmstate);
  return {
    config: withDisabled(config, (parsed.disable as readonly unknown[]).map(String)),
    failOn: (parsed.failOn as Severity | undefined) ?? config.failOn ?? DEFAULT_FAIL_ON,
    target: targetOf(text(parsed.target) ?? config.target, vmstate),
    baseline:
      baselineFile === undefined || isNew
        ? new Baseline([])
        : parseBaseline(read(baselineFile, '--baseline', BASELINE_HINT), baselineFile),
    ...(baselineFile !== undefined && { baselineFile }),
    updateBaseline,
  };
}

async function configOf(file: string): Promise<Config> {
  const { parseConfig } = await import('../rules/config-file.js');
  return parseConfig(read(file, '--config'), file);
}

function withDisabled(config: Config, disabled: readonly string[]): Config {
  const off = disabled.map((name) => {
    const known = ruleName(name);
    if (known === undefined)
      throw new UsageError(`--disable ${name}: there is no such rule; migscope rules lists them`);
    return [known, 'off'] as const;
  });
  return { ...config, rules: { ...config.rules, ...Object.fromEntries(off) } };
}

function targetOf(version: string | undefined, vmstate: string | undefined): Target {
  if (version !== undefined && !/^\d+\.\d+$/.test(version))
    throw new UsageError(`--target ${version} is no QEMU release, such as 9.2`);
  return { ...(version !== undefined && { version }), ...(vmstate !== undefined && { vmstate: dumpOf(vmstate) }) };
}

function dumpOf(file: string): VmstateDump {
  try {
    return parseVmstateDump(read(file, '--target-vmstate'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`--target-vmstate ${file} is not what -dump-vmstate writes: ${error.message}`);
  }
}

const text = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));

/** `option` is the one that names the file, here or in the configuration. */
function read(file: string, option: string, hint = ''): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    throw new UsageError(`${option} ${file}: ${WORDS[code] ?? message}${code === 'ENOENT' ? hint : ''}`);
  }
}
