/**
 * The state of VFIO devices, put together from what the main channel and the multifd channels carry of it.
 *
 * The main channel has the first part in its order. The packets of the multifd channels come in any order and are laid behind it by their
 * index: each is written to a temporary file at once, and only its place is kept in memory. The PCI configuration goes into a file of its own.
 */
import { closeSync, readSync } from 'node:fs';
import { readBuffer } from '../bytes/read-buffer.js';
import type { EventOf, StreamEvent, StreamSink } from '../stream/events.js';
import { VFIO_END_OF_STATE_BYTES, VFIO_MIG_FLAG_DEV_CONFIG_STATE } from '../wire/vfio.js';
import type { OutputDirectory } from '../bytes/output-directory.js';
import type { SafeNames } from './safe-name.js';
import { writeAll } from './sparse-copy.js';

/** Packets that are kept track of; the largest devices have a million. */
const MAX_PACKETS = 1 << 22;
/** Devices; a machine has a few dozen. */
const MAX_DEVICES = 1 << 12;
const MAX_RANGES = 1000;
const COPY = 1 << 20;
const WORD = 8;

/** What was put together of one device. */
export interface StoredDevice {
  readonly idstr: string;
  readonly instance: number;
  readonly file: string;
  /** Bytes from the main channel, and from packets. */
  readonly mainBytes: number;
  readonly packetBytes: number;
  /** Packets with data. */
  readonly packets: number;
  /** Indexes that no packet had, as ranges: below the last, and below that of the configuration. */
  readonly missing: readonly (readonly [first: number, last: number])[];
  /** Indexes that came again; the first packet counts. */
  readonly duplicates: readonly number[];
  /** The file with the configuration. */
  readonly config?: string;
  /** Packets came, but none with the configuration: the last ones were lost. */
  readonly configMissing: boolean;
}

interface Device {
  readonly idstr: string;
  readonly instance: number;
  readonly file: string;
  mainBytes: number;
  /** By index: where the packet's data is in the temporary file. */
  readonly places: Map<number, { readonly at: number; readonly length: number }>;
  readonly duplicates: number[];
  lastIndex: number;
  configIndex: number | undefined;
  config: string | undefined;
}

export class DeviceStore implements StreamSink {
  readonly wantsSectionData = true;
  /** More devices or packets than are kept track of: the rest is left out. */
  exceeded = false;

  private readonly devices = new Map<string, Device>();
  private packets = 0;
  /** The file of the device that was written last. */
  private open: { readonly device: Device; readonly fd: number } | undefined;
  private temporary: { readonly path: string; readonly fd: number } | undefined;
  private temporaryLength = 0;

  constructor(
    private readonly directory: OutputDirectory,
    private readonly names: SafeNames,
  ) {}

  event(event: StreamEvent): void {
    if (event.kind === 'device-packet') this.packet(event);
    else if (event.kind === 'section-data') {
      const device = this.deviceOf(event.section, event.instance);
      if (!device) return;
      if (event.name === 'DEV_DATA_STATE') this.mainData(device, event.data);
      else if (event.name === 'DEV_CONFIG_STATE') this.config(device, event.data);
    }
  }

  /** Puts the packets in their order behind the data of the main channel. */
  finish(): StoredDevice[] {
    const stored = [...this.devices.values()].map((device) => this.assemble(device));
    this.close();
    return stored;
  }

  close(): void {
    if (this.open) closeSync(this.open.fd);
    this.open = undefined;
    if (!this.temporary) return;
    closeSync(this.temporary.fd);
    this.directory.remove(this.temporary.path);
    this.temporary = undefined;
  }

  private mainData(device: Device, data: Uint8Array): void {
    writeAll(this.fd(device), data, device.mainBytes);
    device.mainBytes += data.length;
  }

  private packet({ idstr, instance, index, config, data }: EventOf<'device-packet'>): void {
    const device = this.deviceOf(idstr, instance);
    if (!device) return;
    if (device.places.has(index) || device.configIndex === index) {
      if (device.duplicates.length < MAX_RANGES) device.duplicates.push(index);
      return;
    }
    if (this.packets >= MAX_PACKETS) {
      this.exceeded = true;
      return;
    }
    this.packets++;
    device.lastIndex = Math.max(device.lastIndex, index);
    if (config) {
      device.configIndex = index;
      this.config(device, unframed(data));
      return;
    }
    if (!this.temporary) {
      const path = this.names.assign('devices/packets', '.tmp');
      this.temporary = { path, fd: this.directory.create(path) };
    }
    writeAll(this.temporary.fd, data, this.temporaryLength);
    device.places.set(index, { at: this.temporaryLength, length: data.length });
    this.temporaryLength += data.length;
  }

  /** The last one counts: there is one, but in COLO, where every round has one. */
  private config(device: Device, data: Uint8Array): void {
    device.config ??= this.names.assign(`devices/${device.idstr}`, `.${device.instance}.config.bin`);
    const fd = this.directory.create(device.config);
    writeAll(fd, data, 0);
    closeSync(fd);
  }

  private assemble(device: Device): StoredDevice {
    const { idstr, instance, file, mainBytes, places, duplicates, lastIndex, configIndex, config } = device;
    const order = Float64Array.from(places.keys()).sort();
    const buffer = readBuffer(order.length === 0 ? 0 : COPY);
    let length = mainBytes;
    for (const index of order) {
      const place = places.get(index)!;
      for (let done = 0; done < place.length;) {
        const want = Math.min(COPY, place.length - done);
        const got = readSync(this.temporary!.fd, buffer, 0, want, place.at + done);
        if (got === 0) throw new Error('the temporary file of packets has become shorter');
        writeAll(this.fd(device), buffer.subarray(0, got), length);
        done += got;
        length += got;
      }
    }
    return {
      idstr,
      instance,
      file,
      mainBytes,
      packetBytes: length - mainBytes,
      packets: places.size,
      missing: missing(order, lastIndex, configIndex),
      duplicates,
      ...(config !== undefined && { config }),
      configMissing: lastIndex >= 0 && configIndex === undefined,
    };
  }

  private fd(device: Device): number {
    if (this.open?.device === device) return this.open.fd;
    if (this.open) closeSync(this.open.fd);
    this.open = { device, fd: this.directory.reopen(device.file) };
    return this.open.fd;
  }

  private deviceOf(idstr: string, instance: number): Device | undefined {
    const key = `${instance}:${idstr}`;
    const known = this.devices.get(key);
    if (known) return known;
    if (this.devices.size >= MAX_DEVICES) {
      this.exceeded = true;
      return undefined;
    }
    const file = this.names.assign(`devices/${idstr}`, `.${instance}.bin`);
    closeSync(this.directory.create(file));
    const device: Device = {
      idstr,
      instance,
      file,
      mainBytes: 0,
      places: new Map(),
      duplicates: [],
      lastIndex: -1,
      configIndex: undefined,
      config: undefined,
    };
    this.devices.set(key, device);
    return device;
  }
}

/** Indexes below the last one that neither data nor the configuration has. */
function missing(order: Float64Array, lastIndex: number, configIndex: number | undefined): [number, number][] {
  const ranges: [number, number][] = [];
  let next = 0;
  const pass = (index: number): void => {
    if (index > next && ranges.length < MAX_RANGES) ranges.push([next, index - 1]);
    next = index + 1;
  };
  let config = configIndex;
  for (const index of order) {
    if (config !== undefined && config < index) {
      pass(config);
      config = undefined;
    }
    pass(index);
  }
  if (config !== undefined) pass(config);
  if (next <= lastIndex && ranges.length < MAX_RANGES) ranges.push([next, lastIndex]);
  return ranges;
}

/** The configuration without the words around it. */
function unframed(data: Uint8Array): Uint8Array {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const framed =
    bytes.length >= 2 * WORD &&
    bytes.readBigUInt64BE(0) === VFIO_MIG_FLAG_DEV_CONFIG_STATE &&
    bytes.subarray(-WORD).equals(VFIO_END_OF_STATE_BYTES);
  return framed ? bytes.subarray(WORD, -WORD) : bytes;
}
