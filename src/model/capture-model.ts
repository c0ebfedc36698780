/** What all channels of one migration add up to. */
import type { ChannelRole } from '../container/sniff.js';
import type { Finding } from '../finding.js';
import type { StreamEvent, StreamSink } from '../stream/events.js';
import { lostConnections, takenUp } from './lost-connections.js';
import {
  type DeviceTransferSummary,
  type GenerationSummary,
  type MultifdChannelModel,
  type MultifdChannelSummary,
  MultifdModel,
} from './multifd-model.js';
import { RamModel, type RamSummary } from './ram-model.js';
import { StreamModel, type StreamSummary } from './stream-model.js';

export interface ChannelSummary {
  readonly file: string;
  readonly role: ChannelRole;
  readonly id?: number;
  readonly bytes: number;
  readonly explainedBytes: number;
  readonly lastGoodOffset: number;
  readonly complete: boolean;
  /** Page records of a preempt channel. */
  readonly pages?: number;
  readonly multifd?: MultifdChannelSummary;
  /** Messages of a return path, by name. */
  readonly messages?: Readonly<Record<string, number>>;
}

export interface CaptureSummary {
  /** The main channel first, then the connections that took it up; whatever there is where no main channel is. */
  readonly streams: readonly StreamSummary[];
  readonly channels: readonly ChannelSummary[];
  readonly ram: RamSummary;
  /** The target page size, as whichever channel had to know it has learnt it. */
  readonly pageSize?: StreamSummary['pageSize'];
  readonly generations: readonly GenerationSummary[];
  readonly devices: readonly DeviceTransferSummary[];
  /** Pages that the destination asked for, and those that came on a channel of their own. */
  readonly pageRequests: number;
  readonly urgentPages: number;
  readonly problems: readonly Finding[];
  /** The last main channel reached its end, and no other channel is cut. */
  readonly complete: boolean;
}

export class CaptureModel {
  private readonly ram = new RamModel();
  private readonly multifd = new MultifdModel();
  private readonly channels: ChannelModel[] = [];

  /** The sink for one channel, in the order in which they are read. */
  channel(file: string): StreamSink {
    const channel = new ChannelModel(file, this.ram, this.multifd);
    this.channels.push(channel);
    return channel;
  }

  /** The sum. `problems` are those of the capture as a whole. */
  summary(problems: readonly Finding[] = []): CaptureSummary {
    const channels = this.channels.map((channel) => channel.summary());
    const mains = this.channels.filter(({ role }) => role === 'main' || role === 'recovery-main');
    const shown = mains.length > 0 ? mains : this.channels.slice(0, 1);
    const lost = lostConnections(this.channels.map(({ file, role }) => ({ name: file, role })));
    const generations = this.multifd.generationSummaries();
    const passes = generations.filter(({ normalPages, zeroPages }) => normalPages + zeroPages > 0).length;
    const ram = this.ram.summary();
    // A return path that ends without SHUT is how a source sees a lost connection.
    const judged = channels.filter(({ file, role }) => !lost.has(file) && role !== 'return-path');
    const all = [
      ...problems,
      ...this.channels.flatMap(({ file, stream }) =>
        stream.problemList.map((finding) => (lost.has(file) ? takenUp(finding) : finding)),
      ),
    ];
    const pageSize = this.channels.map(({ stream }) => stream.summary().pageSize).find((size) => size !== undefined);
    return {
      ...(pageSize && { pageSize }),
      streams: shown.map((channel) => channel.stream.summary()),
      channels,
      ram: passes > 0 ? { ...ram, passes } : ram,
      generations,
      devices: this.multifd.deviceSummaries(),
      pageRequests: this.channels.reduce((sum, channel) => sum + channel.requests, 0),
      urgentPages: channels.reduce((sum, { pages }) => sum + (pages ?? 0), 0),
      problems: all,
      complete: channels.length > 0 && judged.every(({ complete }) => complete),
    };
  }
}

class ChannelModel implements StreamSink {
  readonly ignoresContents = true;
  readonly countsParts = true;
  readonly stream: StreamModel;
  requests = 0;
  /** Known from the first event on. */
  role: ChannelRole = 'main';
  private packets: MultifdChannelModel | undefined;
  private readonly messages = new Map<string, number>();
  private pageRecords = 0;

  constructor(
    readonly file: string,
    ram: RamModel,
    private readonly multifd: MultifdModel,
  ) {
    this.stream = new StreamModel(ram);
  }

  event(event: StreamEvent): void {
    this.stream.event(event);
    switch (event.kind) {
      case 'begin':
        this.role = event.role;
        if (event.role === 'multifd') this.packets = this.multifd.channel(this.file);
        break;
      case 'multifd-init':
        this.packets?.init(event);
        break;
      case 'packet':
        this.packets?.packet(event);
        break;
      case 'device-packet':
        this.packets?.devicePacket(event);
        break;
      case 'message':
        this.messages.set(event.name, (this.messages.get(event.name) ?? 0) + 1);
        if (event.name.startsWith('REQ_PAGES')) this.requests++;
        break;
      default:
    }
  }

  pages(batch: Parameters<StreamModel['pages']>[0]): void {
    this.pageRecords += batch.length;
    this.stream.pages(batch);
  }

  summary(): ChannelSummary {
    const { bytes, explainedBytes, lastGoodOffset, complete } = this.stream.summary();
    const multifd = this.packets?.summary();
    return {
      file: this.file,
      role: this.role,
      ...(multifd?.id !== undefined && { id: multifd.id }),
      bytes,
      explainedBytes,
      lastGoodOffset,
      complete,
      ...(this.role === 'preempt' && { pages: this.pageRecords }),
      ...(multifd && { multifd }),
      ...(this.messages.size > 0 && { messages: Object.fromEntries(this.messages) }),
    };
  }
}
