/** Adds up the packets of multifd channels: per channel, per sync generation, and per device that sends its state through them. */
import type { EventOf } from '../stream/events.js';

export interface MultifdChannelSummary {
  readonly file: string;
  readonly id?: number;
  readonly uuid?: string;
  readonly packets: number;
  readonly syncs: number;
  readonly normalPages: number;
  readonly zeroPages: number;
  /** Compression methods of the packets with pages; one in a channel of a real migration. */
  readonly methods: readonly string[];
  /** Bytes of the pages on the wire, and unpacked. */
  readonly packedBytes: number;
  readonly unpackedBytes: number;
  readonly deviceStatePackets: number;
  readonly deviceStateBytes: number;
}

/** What a sync generation carried over all channels. */
export interface GenerationSummary {
  readonly packets: number;
  readonly normalPages: number;
  readonly zeroPages: number;
}

/** The state of one device, as its packets carried it. */
export interface DeviceTransferSummary {
  readonly idstr: string;
  readonly instance: number;
  readonly packets: number;
  /** Bytes of the data, without framing and without the configuration. */
  readonly bytes: number;
  readonly perChannel: Readonly<Record<string, number>>;
  /** The highest index; the configuration's in a whole transfer. */
  readonly lastIndex: number;
  readonly configIndex?: number;
  /** Indexes below the last that no packet had, as ranges. */
  readonly missing: readonly (readonly [number, number])[];
  readonly duplicates: number;
  /** Every index up to the configuration came once. */
  readonly complete: boolean;
}

/** Indexes that are kept of all devices; those of a TiB of state are a million. */
const MAX_INDEXES = 1 << 20;
const MAX_DEVICES = 1 << 12;
const MAX_GENERATIONS = 1 << 16;
const MAX_MISSING = 1000;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

export class MultifdModel {
  readonly channels: MultifdChannelModel[] = [];
  private readonly generations: Mutable<GenerationSummary>[] = [];
  private readonly devices = new Map<string, DeviceTransfer>();
  private readonly room = { indexes: MAX_INDEXES };

  channel(file: string): MultifdChannelModel {
    const channel = new MultifdChannelModel(this, file);
    this.channels.push(channel);
    return channel;
  }

  packet(event: EventOf<'packet'>): void {
    if (event.generation >= MAX_GENERATIONS) return;
    while (this.generations.length <= event.generation)
      this.generations.push({ packets: 0, normalPages: 0, zeroPages: 0 });
    const generation = this.generations[event.generation]!;
    generation.packets++;
    generation.normalPages += event.normalPages;
    generation.zeroPages += event.zeroPages;
  }

  devicePacket(event: EventOf<'device-packet'>, channel: string): void {
    const key = `${event.instance}:${event.idstr}`;
    let device = this.devices.get(key);
    if (!device) {
      if (this.devices.size >= MAX_DEVICES) return;
      device = new DeviceTransfer(event.idstr, event.instance, this.room);
      this.devices.set(key, device);
    }
    device.add(event, channel);
  }

  generationSummaries(): readonly GenerationSummary[] {
    return this.generations;
  }

  deviceSummaries(): readonly DeviceTransferSummary[] {
    return [...this.devices.values()].map((device) => device.summary());
  }
}

export class MultifdChannelModel {
  private readonly sum: Mutable<Omit<MultifdChannelSummary, 'methods'>>;
  private readonly methods = new Set<string>();

  constructor(
    private readonly all: MultifdModel,
    file: string,
  ) {
    this.sum = {
      file,
      packets: 0,
      syncs: 0,
      normalPages: 0,
      zeroPages: 0,
      packedBytes: 0,
      unpackedBytes: 0,
      deviceStatePackets: 0,
      deviceStateBytes: 0,
    };
  }

  init(event: EventOf<'multifd-init'>): void {
    this.sum.id = event.id;
    this.sum.uuid = event.uuid;
  }

  packet(event: EventOf<'packet'>): void {
    const { sum } = this;
    sum.packets++;
    if (event.sync) sum.syncs++;
    sum.normalPages += event.normalPages;
    sum.zeroPages += event.zeroPages;
    if (event.normalPages > 0) {
      sum.packedBytes += event.payloadLength;
      sum.unpackedBytes += event.unpackedLength;
      this.methods.add(event.method);
    }
    this.all.packet(event);
  }

  devicePacket(event: EventOf<'device-packet'>): void {
    this.sum.deviceStatePackets++;
    this.sum.deviceStateBytes += event.payloadLength;
    this.all.devicePacket(event, this.sum.file);
  }

  summary(): MultifdChannelSummary {
    return { ...this.sum, methods: [...this.methods] };
  }
}

class DeviceTransfer {
  private readonly indexes = new Set<number>();
  private readonly perChannel = new Map<string, number>();
  private packets = 0;
  private bytes = 0;
  private duplicates = 0;
  private lastIndex = -1;
  private configIndex: number | undefined;

  constructor(
    private readonly idstr: string,
    private readonly instance: number,
    private readonly room: { indexes: number },
  ) {}

  add(event: EventOf<'device-packet'>, channel: string): void {
    this.packets++;
    this.perChannel.set(channel, (this.perChannel.get(channel) ?? 0) + 1);
    if (this.indexes.has(event.index)) this.duplicates++;
    else if (this.room.indexes > 0) {
      this.room.indexes--;
      this.indexes.add(event.index);
    }
    if (event.config) this.configIndex = event.index;
    else this.bytes += event.data.length;
    this.lastIndex = Math.max(this.lastIndex, event.index);
  }

  summary(): DeviceTransferSummary {
    const { idstr, instance, packets, bytes, lastIndex, configIndex, duplicates } = this;
    const missing = this.missing();
    return {
      idstr,
      instance,
      packets,
      bytes,
      perChannel: Object.fromEntries(this.perChannel),
      lastIndex,
      ...(configIndex !== undefined && { configIndex }),
      missing,
      duplicates,
      complete: configIndex === lastIndex && missing.length === 0 && duplicates === 0,
    };
  }

  private missing(): [number, number][] {
    const sorted = Float64Array.from(this.indexes).sort();
    const ranges: [number, number][] = [];
    let next = 0;
    for (const index of sorted) {
      if (index > next && ranges.length < MAX_MISSING) ranges.push([next, index - 1]);
      next = index + 1;
    }
    return ranges;
  }
}
