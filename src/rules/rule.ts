/**
 * What a rule of the validator is: data that says what is wrong, why and what to do, and handlers that watch the events of a capture.
 *
 * A rule knows nothing of bytes or of output. It is one file under `rules/<family>/`, named as the rule, and is listed in `catalogue.ts`.
 */
import type { Finding, Severity } from '../finding.js';
import type { CaptureSummary } from '../model/capture-model.js';
import type { EventOf, MemoryWord, StreamEvent } from '../stream/events.js';
import type { PageBatch } from '../stream/page-batch.js';
import type { DeviceDescription } from '../vmstate/vmdesc.js';
import type { ChannelFacts, Facts } from './facts.js';

/** The families in the order of the catalogue: the name of the folder, and what it is about. */
export const FAMILIES = {
  framing: 'File header, elements, end of the stream',
  configuration: 'Configuration section and capabilities',
  sections: 'Life cycle and order of sections',
  commands: 'Commands and the phases of postcopy',
  ram: 'RAM records and block list',
  'mapped-ram': 'mapped-ram files',
  multifd: 'Multifd packets and their synchronisation',
  'device-state': 'Device state of iterable devices, on the main channel and in packets',
  'return-path': 'Return path',
  vmstate: 'Device state and its description',
  devices: 'What devices save for themselves: virtio, PCI',
  channels: 'Channels of a capture',
} as const;

export type Family = keyof typeof FAMILIES;

/** Where QEMU acts on what a rule watches. */
export interface Citation {
  /** A function of QEMU, with its file where the name alone does not find it. */
  readonly function: string;
  /** What it prints, as a format string. */
  readonly text?: string;
  /** Releases that do so: `all`, `8.1 and later`, `4.0 to 9.0`. */
  readonly versions: string;
}

/** What a rule says about itself. The catalogue page, `explain`, SARIF's rule table and the findings are made from it. */
export interface RuleMeta {
  /** `MIG2xx` to `MIG4xx`; never reused. */
  readonly code: string;
  /** Kebab-case; the name of the file. */
  readonly name: string;
  readonly family: Family;
  /** Of its findings, unless a finding says otherwise. */
  readonly severity: Severity;
  /** What is wrong, in one clause without a full stop. */
  readonly what: string;
  /** Why it matters: what a destination does. One or two sentences. */
  readonly why: string;
  /** What to do. One or two clauses; the `help` of its findings. */
  readonly fix: string;
  readonly cites: readonly Citation[];
  /** Rules and problems that explain a finding of this one: where one of them made an error, it is attached to that. `*`: any other. */
  readonly follows?: readonly string[];
  /** The invariants of the format that it checks; see `invariants.ts`. */
  readonly invariants: readonly string[];
}

/** What a rule has seen. Everything else of the finding comes from its `meta`. */
export interface Violation {
  /** What was seen, with values; lower case, no full stop. */
  readonly message: string;
  readonly channel: string;
  readonly offset: number;
  readonly length?: number;
  readonly section?: string;
  readonly path?: string;
  readonly expected?: string;
  readonly found?: string;
  /** When this case is graver or lighter than the rule. */
  readonly severity?: Severity;
  /** The citation that applies to this case; the first one of the rule unless given. */
  readonly cite?: Citation;
  readonly related?: Finding['related'];
}

/** Handlers for the events of one channel, by kind, and for its page batches. */
export type ChannelWatch = { readonly [K in StreamEvent['kind']]?: (event: EventOf<K>) => void } & {
  /** The batch is valid until this returns. */
  readonly pages?: (batch: PageBatch) => void;
};

export interface RuleContext {
  /** What the capture has said so far; brought up to date with each event before the rules see it. */
  readonly facts: Facts;
  readonly report: (violation: Violation) => void;
}

/** A rule at work on one capture. State lives in the closure that makes it. */
export interface RuleWatch {
  /** Called when a channel begins. Undefined where the rule has nothing to see on it. */
  channel?(channel: ChannelFacts): ChannelWatch | undefined;
  /**
   * Whether a decoder's problem, which has just been met, is what this rule judges more finely: the problem is then not listed, and the rule says
   * what there is to say.
   */
  supersedes?(problem: Finding, channel: ChannelFacts): boolean;
  /** Whether it looks into the pages of multifd packets that come next; those of other records are in the window in any case. Missing: never. */
  readsContents?(): boolean;
  /** What it wants to know of the memory in a mapped-ram file, as `mapped-words`; asked behind `ram-blocks`. */
  wantedWords?(): readonly MemoryWord[];
  /** Called behind the last event of the last channel. */
  end?(summary: CaptureSummary): void;
}

export interface Rule {
  readonly meta: RuleMeta;
  /** What decoders have to prepare for it. */
  readonly needs?: readonly ('device-payload' | 'device-state' | 'mapped-pages' | 'section-data')[];
  /** The devices whose sections it wants as `device-ahead`, where the source can seek. */
  readonly ahead?: (device: DeviceDescription) => boolean;
  readonly watch: (context: RuleContext) => RuleWatch;
}

/** The finding that a violation of a rule makes. */
export function ruleFinding(meta: RuleMeta, violation: Violation): Finding {
  const { message, channel, offset, length, section, path, expected, found, related } = violation;
  const cite = violation.cite ?? meta.cites[0];
  return {
    code: meta.code,
    rule: meta.name,
    severity: violation.severity ?? meta.severity,
    origin: 'stream',
    message,
    channel,
    offset,
    length: length ?? 0,
    ...(section !== undefined && { section }),
    ...(path !== undefined && { path }),
    ...(expected !== undefined && { expected }),
    ...(found !== undefined && { found }),
    ...(cite?.text !== undefined && { qemu: { text: cite.text, function: cite.function, versions: cite.versions } }),
    help: meta.fix,
    url: `docs/rules.md#${meta.code.toLowerCase()}-${meta.name}`,
    related: related ?? [],
  };
}
