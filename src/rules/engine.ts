/**
 * Runs rules over a capture: one sink a channel, which brings the facts up to date and then calls only the handlers that want the event.
 */
import type { Finding } from '../finding.js';
import type { CaptureSummary } from '../model/capture-model.js';
import type { MemoryWord, StreamEvent, StreamSink } from '../stream/events.js';
import type { PageBatch } from '../stream/page-batch.js';
import type { Facts } from './facts.js';
import type { FindingList } from './finding-list.js';
import { type ChannelWatch, type Rule, ruleFinding, type RuleWatch } from './rule.js';

type Handler = (event: StreamEvent) => void;

export class RuleEngine {
  private readonly watches: readonly RuleWatch[];
  private readonly needs: Pick<
    StreamSink,
    'wantsDevicePayload' | 'wantsDeviceState' | 'wantsMappedPages' | 'wantsSectionData' | 'wantsAhead'
  >;

  constructor(
    rules: readonly Rule[],
    private readonly facts: Facts,
    private readonly findings: FindingList,
  ) {
    this.watches = rules.map(({ meta, watch }) =>
      watch({ facts, report: (violation) => findings.add(ruleFinding(meta, violation), meta.follows) }),
    );
    const needs = new Set(rules.flatMap((rule) => rule.needs ?? []));
    const ahead = rules.flatMap((rule) => rule.ahead ?? []);
    this.needs = {
      ...(ahead.length > 0 && { wantsAhead: (device) => ahead.some((wants) => wants(device)) }),
      wantsDevicePayload: needs.has('device-payload'),
      wantsDeviceState: needs.has('device-state'),
      wantsMappedPages: needs.has('mapped-pages'),
      wantsSectionData: needs.has('section-data'),
    };
  }

  /** The sink of one channel. */
  channel(): StreamSink {
    return new ChannelRules(this.watches, this.facts, this.findings, this.needs);
  }

  /** To be called behind the last event of the last channel. */
  finish(summary: CaptureSummary): void {
    for (const watch of this.watches) watch.end?.(summary);
  }
}

class ChannelRules implements StreamSink {
  readonly wantsDevicePayload: boolean;
  readonly wantsDeviceState: boolean;
  readonly wantsMappedPages: boolean;
  readonly wantsSectionData: boolean;
  readonly wantsAhead: StreamSink['wantsAhead'];
  private handlers: Partial<Record<StreamEvent['kind'], Handler[]>> = {};
  private pageHandlers: ((batch: PageBatch) => void)[] = [];
  private channel: ReturnType<Facts['begin']> | undefined;

  constructor(
    private readonly watches: readonly RuleWatch[],
    private readonly facts: Facts,
    private readonly findings: FindingList,
    needs: RuleEngine['needs'],
  ) {
    this.wantsDevicePayload = needs.wantsDevicePayload === true;
    this.wantsDeviceState = needs.wantsDeviceState === true;
    this.wantsMappedPages = needs.wantsMappedPages === true;
    this.wantsSectionData = needs.wantsSectionData === true;
    this.wantsAhead = needs.wantsAhead;
  }

  /** Where multifd channels are there, the mark of each section may be a sync point, and its place among the pages counts. */
  get countsParts(): boolean {
    return !this.facts.several;
  }

  get ignoresContents(): boolean {
    return !this.watches.some((watch) => watch.readsContents?.());
  }

  wantedWords(): readonly MemoryWord[] {
    return this.watches.flatMap((watch) => watch.wantedWords?.() ?? []);
  }

  event(event: StreamEvent): void {
    if (event.kind === 'begin') this.begin(event.channel, event.role);
    else this.facts.event(this.channel!, event);
    const superseded = event.kind === 'problem' && this.superseded(event.finding);
    if (event.kind === 'problem' && !superseded) this.findings.add(event.finding);
    const handlers = this.handlers[event.kind];
    if (handlers) for (const handler of handlers) handler(event);
    if (superseded) this.findings.replaced(this.channel!.name);
    if (event.kind === 'skipped') this.findings.broken(this.channel!.name, event.offset);
  }

  pages(batch: PageBatch): void {
    for (const handler of this.pageHandlers) handler(batch);
  }

  private superseded(problem: Finding): boolean {
    return this.watches.some((watch) => watch.supersedes?.(problem, this.channel!));
  }

  /** What a channel is shows in its first event: only then can rules say what they want of it. */
  private begin(name: string, role: Parameters<Facts['begin']>[1]): void {
    this.channel = this.facts.begin(name, role);
    for (const watch of this.watches) {
      const wanted = watch.channel?.(this.channel);
      if (wanted) this.register(wanted);
    }
  }

  private register({ pages, ...handlers }: ChannelWatch): void {
    if (pages) this.pageHandlers.push(pages);
    for (const [kind, handler] of Object.entries(handlers)) {
      (this.handlers[kind as StreamEvent['kind']] ??= []).push(handler as Handler);
    }
  }
}
