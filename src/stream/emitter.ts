/** Hands what a decoder reports to everybody who listens. */
import type { ByteSource } from '../bytes/source.js';
import type { DecodeError, Finding, Place } from '../finding.js';
import { findingOf, problemFinding, type ProblemName } from '../problems.js';
import type { DeviceDescription } from '../vmstate/vmdesc.js';
import type { MemoryWord, StreamEvent, StreamSink } from './events.js';
import type { PageBatch } from './page-batch.js';

/** Problems beyond this many are counted, not listed: a hostile stream can hold one every few bytes. */
const MAX_PROBLEMS = 1000;

export class Emitter {
  readonly wantsDeviceState: boolean;
  readonly wantsOpaque: boolean;
  readonly wantsDevicePayload: boolean;
  readonly wantsMappedPages: boolean;
  readonly wantsSectionData: boolean;
  /** Somebody wants to know device sections before they come. */
  readonly wantsAhead: boolean;
  /** Everybody takes `ram-parts`. */
  readonly countsParts: boolean;
  /** Problems of severity error or warning so far. */
  problems = 0;
  /** Every byte before this offset has been decoded: the end of the last whole element or record. */
  good = 0;
  /** The section that is being read, for problems. */
  section: string | undefined;

  private readonly sinks: readonly StreamSink[];
  private readonly eventSinks: readonly StreamSink[];
  private readonly pageSinks: readonly StreamSink[];
  private readonly drainSinks: readonly StreamSink[];
  private reportedFaults = 0;

  constructor(
    sinks: readonly StreamSink[],
    readonly channel: string,
    /** What the bytes come from: its faults are reported before what they lead to. */
    private readonly source?: Pick<ByteSource, 'faults'>,
  ) {
    this.sinks = sinks;
    this.eventSinks = sinks.filter((sink) => sink.event);
    this.pageSinks = sinks.filter((sink) => sink.pages);
    this.drainSinks = sinks.filter((sink) => sink.drain);
    this.wantsDeviceState = sinks.some((sink) => sink.wantsDeviceState);
    this.wantsOpaque = sinks.some((sink) => sink.wantsDeviceState && !sink.rawDevices);
    this.wantsDevicePayload = this.wantsDeviceState || sinks.some((sink) => sink.wantsDevicePayload);
    this.wantsMappedPages = sinks.some((sink) => sink.wantsMappedPages);
    this.wantsSectionData = sinks.some((sink) => sink.wantsSectionData);
    this.wantsAhead = sinks.some((sink) => sink.wantsAhead);
    this.countsParts = this.eventSinks.every((sink) => sink.countsParts);
  }

  /** Somebody looks into the pages that come next. */
  get wantsContents(): boolean {
    return this.pageSinks.some((sink) => !sink.ignoresContents);
  }

  event(event: StreamEvent): void {
    if (event.kind === 'end') this.reportFaults();
    if (event.kind === 'record') this.good = event.offset + event.length;
    for (const sink of this.eventSinks) sink.event!(event);
  }

  wantedAhead(device: DeviceDescription): boolean {
    return this.sinks.some((sink) => sink.wantsAhead?.(device));
  }

  wantedWords(): readonly MemoryWord[] {
    return this.sinks.flatMap((sink) => sink.wantedWords?.() ?? []);
  }

  pages(batch: PageBatch): void {
    for (const sink of this.pageSinks) sink.pages!(batch);
  }

  /** Nobody has to be waited for, ever. */
  get neverWaits(): boolean {
    return this.drainSinks.length === 0;
  }

  /** Waits for slow listeners; nothing to wait for is the common case and costs no promise. */
  drain(): Promise<void> | undefined {
    if (this.drainSinks.length === 0) return undefined;
    const waits = this.drainSinks.map((sink) => sink.drain!()).filter((wait) => wait !== undefined);
    return waits.length === 0 ? undefined : Promise.all(waits).then(() => undefined);
  }

  problem(
    name: ProblemName,
    message: string,
    at: Omit<Place, 'channel'>,
    more: Pick<Finding, 'expected' | 'found'> = {},
  ): void {
    this.reportFaults();
    this.report(
      problemFinding(
        name,
        message,
        { channel: this.channel, ...(this.section !== undefined && { section: this.section }), ...at },
        more,
      ),
    );
  }

  caught(error: DecodeError): void {
    this.reportFaults();
    this.report(findingOf(error, this.channel, this.section));
  }

  private reportFaults(): void {
    const faults = this.source?.faults ?? [];
    while (this.reportedFaults < faults.length) {
      const { rule, message, offset, length, ...more } = faults[this.reportedFaults++]!;
      const place = { channel: this.channel, offset, ...(length !== undefined && { length }) };
      this.report(problemFinding(rule, message, place, more));
    }
  }

  private report(finding: Finding): void {
    if (finding.severity !== 'info') this.problems++;
    if (this.problems > MAX_PROBLEMS) return;
    this.event({ kind: 'problem', offset: finding.offset, finding });
    if (this.problems === MAX_PROBLEMS) {
      this.problems++;
      const message = `more than ${MAX_PROBLEMS} problems; the rest is not listed`;
      this.event({
        kind: 'problem',
        offset: finding.offset,
        finding: problemFinding('problem-limit', message, { channel: this.channel, offset: finding.offset }),
      });
    }
  }
}
