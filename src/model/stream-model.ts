/** What the events of one channel add up to. */
import type { Finding } from '../finding.js';
import type { ChannelRole } from '../container/sniff.js';
import type { EventOf, StreamEvent, StreamSink } from '../stream/events.js';
import type { PageBatch } from '../stream/page-batch.js';
import { type CommandPayload, MIG_CMD_ENABLE_COLO, MIG_CMD_OPEN_RETURN_PATH, MIG_CMD_PING } from '../wire/command.js';
import type { Configuration } from '../wire/configuration.js';
import type { SectionIdentity, SectionKind } from '../wire/section.js';
import type { QemuGuess } from '../wire/versions.js';
import { type RamLane, RamModel, type RamSummary } from './ram-model.js';
import { TraceWatcher } from './traces.js';

export interface SectionSummary {
  readonly id: number;
  readonly idstr: string;
  readonly instance: number;
  readonly version: number;
  /** How often the section came as what. */
  readonly kinds: Readonly<Partial<Record<SectionKind, number>>>;
  /** Offset of its first header. */
  readonly offset: number;
  /** Bytes of all its payloads. */
  readonly bytes: number;
}

export interface CommandSummary {
  readonly name: string;
  readonly code: number;
  readonly offset: number;
  readonly packaged: boolean;
  readonly payload: CommandPayload;
}

/** One channel, added up. */
export interface StreamSummary {
  readonly channel: string;
  readonly role: ChannelRole;
  readonly bytes: number;
  readonly explainedBytes: number;
  readonly lastGoodOffset: number;
  readonly complete: boolean;
  readonly configuration?: Configuration;
  readonly pageSize?: { readonly bytes: number; readonly evidence: string };
  readonly qemu: QemuGuess;
  readonly capabilities: { readonly recorded: readonly string[]; readonly inferred: readonly string[] };
  readonly ram: RamSummary;
  readonly sections: readonly SectionSummary[];
  readonly commands: readonly CommandSummary[];
  /** Commands beyond the bound of the list. */
  readonly furtherCommands: number;
  readonly vmdesc?: { readonly offset: number; readonly bytes: number; readonly devices: number };
  readonly footers?: boolean;
  readonly runstate?: string;
  /** COLO checkpoints behind the first stream. */
  readonly checkpoints: number;
  readonly trailing?: { readonly offset: number; readonly length: number; readonly zeros: boolean };
  readonly skipped: readonly { readonly offset: number; readonly length: number }[];
  readonly problems: readonly Finding[];
}

/** Bounds of the lists: no guest comes near, and a hostile stream cannot make them grow with its size. */
const MAX_SECTIONS = 1 << 15;
/** Characters of the names of sections. */
const MAX_NAMES = 1 << 20;
const MAX_COMMANDS = 10_000;
/** Ranges of all commands; the payloads of those beyond are kept without them. */
const MAX_RANGES = 1 << 17;
const MAX_SKIPPED = 1000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class StreamModel implements StreamSink {
  readonly ignoresContents = true;
  readonly countsParts = true;
  private readonly lane: RamLane;
  private readonly traces = new TraceWatcher();
  private readonly sections = new Map<
    string,
    Mutable<SectionSummary> & { kinds: Partial<Record<SectionKind, number>> }
  >();
  private readonly commands: CommandSummary[] = [];
  private readonly inferred = new Set<string>();
  private readonly problems: Finding[] = [];
  private readonly skipped: { offset: number; length: number }[] = [];
  private current: (Mutable<SectionSummary> & { kinds: Partial<Record<SectionKind, number>> }) | undefined;
  private configuration: Configuration | undefined;
  private facts: Mutable<Partial<Pick<StreamSummary, 'pageSize' | 'vmdesc' | 'footers' | 'runstate' | 'trailing'>>> =
    {};
  private names = 0;
  private ranges = 0;
  private furtherCommands = 0;
  private checkpoints = 0;
  private start: EventOf<'begin'> | undefined;
  private end: EventOf<'end'> | undefined;
  private ended = false;

  /** `ram` is that of the migration, where several channels add to it. */
  constructor(private readonly ram = new RamModel()) {
    this.lane = ram.lane();
  }

  event(event: StreamEvent): void {
    this.traces.event(event);
    switch (event.kind) {
      case 'begin':
        this.start = event;
        break;
      case 'configuration':
        this.configuration = event;
        break;
      case 'page-size':
        this.facts.pageSize = { bytes: event.pageSize, evidence: event.evidence };
        break;
      case 'ram-blocks':
        this.lane.declared(event);
        break;
      case 'ram-mark':
        if (event.name === 'MULTIFD_FLUSH') this.inferred.add('multifd');
        if (event.name === 'HOOK') this.inferred.add('rdma');
        break;
      case 'section-start':
        this.sectionStart(event);
        break;
      case 'ram-parts':
        this.sectionStart({ ...event, section: 'part' }, event.count);
        if (this.current) this.current.bytes += event.payloadLength;
        break;
      case 'section-end':
        this.facts.footers ??= event.footer;
        if (this.current) this.current.bytes += event.payloadLength;
        break;
      case 'record':
        if (event.section === 'globalstate' && typeof event.fields.runstate === 'string')
          this.facts.runstate = event.fields.runstate;
        if (event.name === 'DEV_INIT_DATA_SENT') this.inferred.add('switchover-ack');
        break;
      case 'command':
        this.command(event);
        break;
      case 'vmdesc':
        this.facts.vmdesc = {
          offset: event.offset,
          bytes: event.length,
          devices: event.description?.devices.length ?? 0,
        };
        break;
      case 'colo':
        if (event.name === 'CHECKPOINT_REQUEST') this.checkpoints++;
        break;
      case 'eof':
        this.ended = true;
        break;
      case 'trailing':
        this.facts.trailing = { offset: event.offset, length: event.length, zeros: event.zeros };
        break;
      case 'skipped':
        if (this.skipped.length < MAX_SKIPPED) this.skipped.push({ offset: event.offset, length: event.length });
        break;
      case 'problem':
        this.problems.push(event.finding);
        break;
      case 'end':
        this.end = event;
        break;
      default:
    }
  }

  pages(batch: PageBatch): void {
    this.lane.pages(batch);
    this.traces.pages(batch);
  }

  /** Everything that was reported, in order. */
  get problemList(): readonly Finding[] {
    return this.problems;
  }

  /** The sum. To be asked for behind the last event. */
  summary(): StreamSummary {
    const { start, end, configuration } = this;
    if (!start || !end) throw new Error('the stream has not been read to its end');
    const ram = this.ram.summary();
    return {
      channel: start.channel,
      role: start.role,
      bytes: end.bytes,
      explainedBytes: end.explainedBytes,
      lastGoodOffset: end.lastGoodOffset,
      complete: end.complete,
      ...(configuration && { configuration: configurationOnly(configuration) }),
      ...this.facts,
      qemu: this.traces.guess(),
      capabilities: { recorded: configuration?.capabilities ?? [], inferred: this.inferredCapabilities(ram) },
      ram,
      sections: [...this.sections.values()],
      commands: this.commands,
      furtherCommands: this.furtherCommands,
      checkpoints: this.checkpoints,
      skipped: this.skipped,
      problems: this.problems,
    };
  }

  private sectionStart(
    event: SectionIdentity & { readonly section: SectionKind; readonly offset: number },
    count = 1,
  ): void {
    const { id, idstr, instance, version, section, offset } = event;
    let summary = this.current;
    // Most sections are one more of the section before.
    if (summary?.id !== id || summary.idstr !== idstr || summary.instance !== instance) {
      const key = `${id}:${instance}:${idstr}`;
      summary = this.sections.get(key);
      if (!summary && this.sections.size < MAX_SECTIONS && this.names + idstr.length <= MAX_NAMES) {
        this.names += idstr.length;
        summary = { id, idstr, instance, version, kinds: {}, offset, bytes: 0 };
        this.sections.set(key, summary);
      }
    }
    this.current = summary;
    if (summary) summary.kinds[section] = (summary.kinds[section] ?? 0) + count;
    if (idstr === 'dirty-bitmap') this.inferred.add('dirty-bitmaps');
    if (idstr === 'block') this.inferred.add('block');
  }

  private command(event: EventOf<'command'>): void {
    const { name, code, offset, packaged, payload } = event;
    if (code === MIG_CMD_OPEN_RETURN_PATH || code === MIG_CMD_PING) this.inferred.add('return-path');
    if (payload.targetPageSize !== undefined) this.inferred.add('postcopy-ram');
    if (code === MIG_CMD_ENABLE_COLO) this.inferred.add('x-colo');
    if (this.commands.length < MAX_COMMANDS)
      this.commands.push({ name, code, offset, packaged, payload: this.bounded(payload) });
    else this.furtherCommands++;
  }

  private bounded(payload: CommandPayload): CommandPayload {
    this.ranges += payload.ranges?.length ?? 0;
    if (!payload.ranges || this.ranges <= MAX_RANGES) return payload;
    const { block } = payload;
    return block === undefined ? {} : { block };
  }

  private inferredCapabilities(ram: RamSummary): string[] {
    const inferred = new Set(this.inferred);
    if (ram.blocks.some((block) => block.pages.xbzrle > 0)) inferred.add('xbzrle');
    if (ram.blocks.some((block) => block.pages.compressed > 0)) inferred.add('compress');
    if (this.checkpoints > 0) inferred.add('x-colo');
    const ramSection = [...this.sections.values()].find((section) => section.idstr === 'ram');
    // Only a background snapshot ends without an END of RAM.
    if (this.ended && ramSection?.kinds.start && !ramSection.kinds.end && this.commands.length === 0)
      inferred.add('background-snapshot');
    return [...inferred].sort();
  }
}

function configurationOnly({ machine, pageBits, capabilities, uuid, subsections }: Configuration): Configuration {
  return {
    machine,
    ...(pageBits !== undefined && { pageBits }),
    ...(capabilities && { capabilities }),
    ...(uuid !== undefined && { uuid }),
    subsections,
  };
}
