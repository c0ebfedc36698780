/**
 * The baseline: findings that a project has looked at and accepts, each with its reason. Binary input cannot hold comments, so that this
 * file is the only place for them.
 *
 * An entry fits findings by rule, section, field path and machine type, never by offset, so that it outlives the capture it was made from.
 */
import { type Finding, UsageError } from '../finding.js';

export interface BaselineEntry {
  /** Name of the rule or problem. */
  readonly rule: string;
  readonly machine?: string;
  readonly section?: string;
  readonly path?: string;
  /** Why it is accepted. */
  readonly reason: string;
}

/** The reason of entries that were written by `--update-baseline`, until somebody says better. */
export const UNEXPLAINED = 'not explained yet';

const SCHEMA = 'migscope/baseline/1';

/** A finding that the baseline accepts. */
export interface AcceptedFinding {
  readonly finding: Finding;
  readonly reason: string;
}

export class Baseline {
  private readonly used = new Set<BaselineEntry>();

  constructor(private readonly entries: readonly BaselineEntry[]) {}

  /** The entry that accepts a finding. */
  match(finding: Finding, machine: string | undefined): BaselineEntry | undefined {
    const wanted = entryOf(finding, machine, '');
    const entry = this.entries.find((candidate) => sameKey(candidate, wanted));
    if (entry) this.used.add(entry);
    return entry;
  }

  /** Entries that no finding has met: what they accepted is gone, and so should they be. */
  get stale(): readonly BaselineEntry[] {
    return this.entries.filter((entry) => !this.used.has(entry));
  }

  /** The text of a baseline that accepts just these findings; reasons that are known stay. */
  updated(findings: readonly { readonly finding: Finding; readonly machine: string | undefined }[]): string {
    const entries: BaselineEntry[] = [];
    for (const { finding, machine } of findings) {
      const made = entryOf(finding, machine, UNEXPLAINED);
      const known = this.entries.find((entry) => sameKey(entry, made));
      if (!entries.some((entry) => sameKey(entry, made))) entries.push(known ?? made);
    }
    entries.sort((a, b) => keyOf(a).localeCompare(keyOf(b)));
    return `${JSON.stringify({ schema: SCHEMA, entries }, undefined, 2)}\n`;
  }
}

/**
 * Reads a baseline file.
 *
 * @throws UsageError that names the entry when it is not one
 */
export function parseBaseline(text: string, file: string): Baseline {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file} is not JSON: ${(error as Error).message}`);
  }
  const { schema, entries } = (value ?? {}) as { schema?: unknown; entries?: unknown };
  if (schema !== SCHEMA || !Array.isArray(entries)) throw new UsageError(`${file} is no baseline ("${SCHEMA}")`);
  return new Baseline(entries.map((entry, i) => checked(entry, `${file}: entry ${i}`)));
}

const KEYS = ['rule', 'machine', 'section', 'path', 'reason'] as const;

function checked(value: unknown, where: string): BaselineEntry {
  if (typeof value !== 'object' || value === null) throw new UsageError(`${where} is no object`);
  for (const [key, text] of Object.entries(value)) {
    if (!(KEYS as readonly string[]).includes(key)) throw new UsageError(`${where}: ${key} is no key of an entry`);
    if (typeof text !== 'string') throw new UsageError(`${where}: ${key} is no text`);
  }
  const entry = value as Partial<BaselineEntry>;
  if (entry.rule === undefined) throw new UsageError(`${where} names no rule`);
  if (entry.reason === undefined || entry.reason.trim() === '') throw new UsageError(`${where} has no reason`);
  return entry as BaselineEntry;
}

function entryOf({ rule, section, path }: Finding, machine: string | undefined, reason: string): BaselineEntry {
  return {
    rule,
    ...(machine !== undefined && { machine }),
    ...(section !== undefined && { section }),
    ...(path !== undefined && { path }),
    reason,
  };
}

/** The key of an entry: everything but its reason. */
function keyOf({ rule, machine = '', section = '', path = '' }: BaselineEntry): string {
  return [rule, section, path, machine].join('\0');
}

/** An entry without a machine type is for all of them. */
function sameKey(entry: BaselineEntry, made: BaselineEntry): boolean {
  return keyOf({ ...made, machine: entry.machine === undefined ? '' : (made.machine ?? '') }) === keyOf(entry);
}
