/**
 * What a stream that the destination saved itself says of its devices: its RAM blocks, the sections that it has, the config spaces of its PCI functions, and
 * what its virtio devices offer. Plain data, so that a worker can be given it.
 */
import type { EventOf, StreamEvent, StreamSink } from '../stream/events.js';
import { type OfferedFeatures, offeredFeatures } from '../vmstate/devices/virtio/offered.js';
import { type SectionIdentity, sectionName } from '../wire/section.js';
import { PCI_CONFIG, pciParts, virtioSection } from './device-contents.js';

export interface TargetCapture {
  readonly machine?: string;
  /** Everything was there to read: what is not in it the destination does not have. */
  readonly complete: boolean;
  /** The names of its RAM blocks. */
  readonly blocks: ReadonlySet<string>;
  /** By the name of the section (`sectionName`). */
  readonly devices: ReadonlyMap<string, TargetDevice>;
}

export interface TargetDevice {
  readonly idstr: string;
  readonly configs: readonly { readonly path: string; readonly bytes: Uint8Array }[];
  readonly virtio?: { readonly features: ReadonlySet<number>; readonly offered: OfferedFeatures };
}

/** No guest comes near, and a hostile stream cannot make the list grow with its size. */
const MAX_DEVICES = 1 << 14;

/** Gathers it from the events of all channels. */
export class TargetCollector {
  private machine: string | undefined;
  private readonly blocks = new Set<string>();
  private readonly devices = new Map<string, TargetDevice>();

  /** The sink of one channel. */
  channel(): StreamSink {
    return {
      wantsDeviceState: true,
      event: (event: StreamEvent) => {
        if (event.kind === 'configuration') this.machine ??= event.machine;
        else if (event.kind === 'ram-blocks') for (const { name } of event.blocks) this.blocks.add(name);
        else if (event.kind === 'section-start') this.put(event, (device) => device);
        else if (event.kind === 'device-state') this.deviceState(event);
      },
    };
  }

  /** To be called behind the last event. */
  result(complete: boolean): TargetCapture {
    const { machine, blocks, devices } = this;
    return { ...(machine !== undefined && { machine }), complete, blocks, devices };
  }

  private deviceState(event: EventOf<'device-state'>): void {
    const configs = pciParts(event, this.machine)
      .filter(({ type }) => type === PCI_CONFIG)
      .map(({ path, bytes }) => ({ path, bytes: Uint8Array.from(bytes) }));
    const section = virtioSection(event, this.machine);
    const virtio = section && { features: section.facts.features, offered: offeredFeatures(section.state) };
    if (configs.length > 0 || virtio) this.put(event, (device) => ({ ...device, configs, ...(virtio && { virtio }) }));
  }

  private put(section: SectionIdentity, change: (device: TargetDevice) => TargetDevice): void {
    const name = sectionName(section);
    const known = this.devices.get(name);
    if (!known && this.devices.size >= MAX_DEVICES) return;
    this.devices.set(name, change(known ?? { idstr: section.idstr, configs: [] }));
  }
}
