/** SARIF 2.1.0: findings for code scanning. Offsets of binary files go into `byteOffset`, and into the text for readers that want lines. */
import { createHash } from 'node:crypto';
import type { Log, ReportingDescriptor, Result } from 'sarif';
import { jsonDocument } from '../bytes/json.js';
import { type Finding, hex, type Severity } from '../finding.js';
import type { RuleDescription } from './rule-descriptions.js';

/** A finding, and the file that it is about. */
export interface SarifResult {
  readonly finding: Finding;
  readonly file: string;
  /** Where `related` places of another channel lie. */
  readonly fileOf?: (channel: string) => string;
  /** Why it is accepted, when it is. */
  readonly accepted?: string;
}

const LEVEL = { error: 'error', warning: 'warning', info: 'note' } as const satisfies Record<Severity, string>;

/** The log of one run. `rules` are those that results name. */
export function sarifLog(version: string, rules: readonly RuleDescription[], results: readonly SarifResult[]): Log {
  const used = new Set(results.map(({ finding }) => finding.code));
  const listed = rules.filter(({ code }) => used.has(code));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'migscope', semanticVersion: version, rules: listed.map(descriptor) } },
        columnKind: 'utf16CodeUnits',
        results: results.map((result) => sarifResult(result, listed)),
      },
    ],
  };
}

export function sarifText(version: string, rules: readonly RuleDescription[], results: readonly SarifResult[]): string {
  return `${jsonDocument(sarifLog(version, rules, results))}\n`;
}

function descriptor({ code, name, severity, what, why, fix }: RuleDescription): ReportingDescriptor {
  return {
    id: code,
    name,
    shortDescription: { text: what },
    fullDescription: { text: why === '' ? what : why },
    help: { text: fix },
    defaultConfiguration: { level: LEVEL[severity] },
  };
}

function sarifResult(
  { finding, file, fileOf = () => file, accepted }: SarifResult,
  rules: readonly RuleDescription[],
): Result {
  const { code, severity, message, offset, length, section, path, related } = finding;
  const logical = [section, path].filter((part) => part !== undefined).join(' > ');
  return {
    ruleId: code,
    ruleIndex: rules.findIndex((rule) => rule.code === code),
    level: LEVEL[severity],
    message: { text: `${message} (at ${hex(offset)})` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          // Code scanning shows nothing without a line.
          region: { startLine: 1, byteOffset: offset, byteLength: length },
        },
        ...(logical !== '' && { logicalLocations: [{ fullyQualifiedName: logical }] }),
      },
    ],
    ...(related.length > 0 && {
      relatedLocations: related.map((place, id) => ({
        id,
        message: { text: `${place.message} (at ${hex(place.offset)})` },
        physicalLocation: {
          artifactLocation: { uri: uriOf(fileOf(place.channel)) },
          region: { startLine: 1, byteOffset: place.offset },
        },
      })),
    }),
    partialFingerprints: { 'migscope/v1': fingerprint(finding) },
    ...(accepted !== undefined && { suppressions: [{ kind: 'external', justification: accepted }] }),
  };
}

/** What stays the same when the capture is made again: never the offset. */
function fingerprint({ rule, section = '', path = '' }: Finding): string {
  return createHash('sha256').update([rule, section, path].join('\0')).digest('hex').slice(0, 32);
}

function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}
