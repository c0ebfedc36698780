/** What one side of a comparison is made of, gathered from the events of all its channels. Plain data, so that a worker can hand it over. */
import type { Finding } from '../finding.js';
import type { CaptureSummary } from '../model/capture-model.js';
import type { EventOf, RecordFields, StreamEvent, StreamSink } from '../stream/events.js';
import type { StructNode } from '../vmstate/decode.js';
import { decodeDevice } from '../vmstate/device.js';
import type { VmstateDump } from '../vmstate/dump.js';
import type { DeviceDescription, VmstateDescription } from '../vmstate/vmdesc.js';
import { type SectionIdentity, sectionName } from '../wire/section.js';
import type { Layout } from './layout.js';
import { layoutOfDump, layoutOfState, layoutOfVmdesc } from './layout.js';
import type { RamSnapshot } from './ram-index.js';

/** What was named: a capture, the JSON of a vmdesc, or what `-dump-vmstate` writes. */
export type SideKind = 'capture' | 'vmdesc' | 'vmstate-dump';

export interface Side {
  readonly name: string;
  readonly kind: SideKind;
  /** Of a capture that was read as a whole. */
  readonly summary?: CaptureSummary;
  readonly problems: readonly Finding[];
  /** Everything was there to read. */
  readonly complete: boolean;
  readonly vmdesc?: VmstateDescription;
  readonly dump?: VmstateDump;
  readonly sections: readonly DeviceSection[];
  readonly records: readonly SectionRecords[];
  readonly ram?: RamSnapshot;
}

/** A FULL section. */
export interface DeviceSection extends SectionIdentity {
  readonly length: number;
  /** Not kept where a stream has more device state than is compared. */
  readonly payload?: Uint8Array;
  readonly state?: StructNode;
  readonly note?: string;
}

/** What a decoder that is built in said of a section, in order; and of long data its length and a hash. */
export interface SectionRecords {
  readonly section: string;
  readonly full: boolean;
  readonly records: readonly { readonly name: string; readonly fields: RecordFields }[];
  /** Records beyond the bound of the list. */
  readonly more: number;
  readonly data: readonly { readonly name: string; readonly length: number; readonly hash: bigint }[];
}

/** A hash that takes its input in pieces. */
export interface RunningHash {
  update(bytes: Uint8Array): RunningHash;
  digest(): bigint;
}

/** Bounds: no guest comes near, and a hostile stream cannot make the lists grow with its size. */
const MAX_SECTIONS = 1 << 14;
const MAX_STATE = 256 << 20;
const MAX_RECORDS = 4096;
const MAX_RECORDED = 64 << 20;
const MAX_DATA = 1 << 14;

interface OpenRecords {
  readonly section: string;
  readonly full: boolean;
  records: { name: string; fields: RecordFields }[];
  more: number;
  data: Map<string, { length: number; hash: RunningHash }>;
}

export class SideCollector {
  vmdesc: VmstateDescription | undefined;
  /** Sections or data that were left out. */
  exceeded = false;
  private readonly sections = new Map<string, DeviceSection>();
  private readonly records = new Map<string, OpenRecords>();
  /** Device state that came in packets, which a FULL section of the same name only announces or ends. */
  private readonly packets = new Map<string, OpenRecords>();
  private state = 0;
  private data = 0;
  private recorded = 0;

  constructor(private readonly hash: () => RunningHash) {}

  /** The sink of one channel. */
  channel(): StreamSink {
    let section = { idstr: '', instance: 0 };
    let full = false;
    return {
      wantsDeviceState: true,
      wantsSectionData: true,
      event: (event: StreamEvent) => {
        switch (event.kind) {
          case 'section-start':
            section = event;
            full = event.section === 'full';
            // A section that comes again, as in a COLO round, starts over.
            if (full) this.records.delete(sectionName(event));
            break;
          case 'device-state':
            this.deviceState(event);
            break;
          case 'record':
            this.record(sectionName(section), full, event);
            break;
          case 'section-data':
            this.bytes(this.records, sectionName({ ...event, idstr: event.section }), event.name, event.data);
            break;
          case 'device-packet':
            this.bytes(
              this.packets,
              sectionName(event),
              event.config ? 'configuration' : `packet ${event.index}`,
              event.data,
            );
            break;
          case 'vmdesc':
            this.vmdesc = event.description ?? this.vmdesc;
            break;
          default:
        }
      },
    };
  }

  result(): Pick<Side, 'sections' | 'records'> {
    const others = [...this.packets.values()]
      .filter(({ section }) => !this.records.has(section))
      .map((open) => ({ ...open, data: new Map<string, never>() }));
    return {
      sections: [...this.sections.values()],
      records: [...this.records.values(), ...others].map(({ data, ...open }) => ({
        ...open,
        data: [...data, ...(this.packets.get(open.section)?.data ?? [])].map(([name, { length, hash }]) => ({
          name,
          length,
          hash: hash.digest(),
        })),
      })),
    };
  }

  private deviceState({ id, idstr, instance, version, payload, state, note }: EventOf<'device-state'>): void {
    const key = sectionName({ idstr, instance });
    if (this.sections.size >= MAX_SECTIONS && !this.sections.has(key)) {
      this.exceeded = true;
      return;
    }
    this.state += payload.length;
    const kept = this.state <= MAX_STATE;
    this.exceeded ||= !kept;
    this.sections.set(key, {
      id,
      idstr,
      instance,
      version,
      length: payload.length,
      ...(kept && { payload, ...(state && { state }) }),
      ...(note !== undefined && { note }),
    });
  }

  private record(section: string, full: boolean, { name, fields }: EventOf<'record'>): void {
    const open = this.open(this.records, section, full);
    if (!open) return;
    const bytes = Object.values(fields).reduce<number>(
      (sum, value) => sum + (value instanceof Uint8Array ? value.length : 0),
      0,
    );
    if (open.records.length >= MAX_RECORDS || this.recorded + bytes > MAX_RECORDED) {
      open.more++;
      return;
    }
    this.recorded += bytes;
    // Views of the input do not outlive the event.
    const kept = Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key, value instanceof Uint8Array ? Uint8Array.from(value) : value]),
    );
    open.records.push({ name, fields: kept });
  }

  private open(records: Map<string, OpenRecords>, section: string, full: boolean): OpenRecords | undefined {
    let open = records.get(section);
    if (!open && records.size < MAX_SECTIONS) {
      open = { section, full, records: [], more: 0, data: new Map() };
      records.set(section, open);
    }
    this.exceeded ||= !open;
    return open;
  }

  private bytes(records: Map<string, OpenRecords>, section: string, name: string, bytes: Uint8Array): void {
    const open = this.open(records, section, false);
    let entry = open?.data.get(name);
    if (open && !entry && this.data < MAX_DATA) {
      this.data++;
      entry = { length: 0, hash: this.hash() };
      open.data.set(name, entry);
    }
    if (!entry) {
      this.exceeded = true;
      return;
    }
    entry.length += bytes.length;
    entry.hash.update(bytes);
  }
}

/** The state of a section, decoded as `device` describes it. */
export function stateOf(
  { idstr, version, payload }: DeviceSection,
  device: DeviceDescription | undefined,
  { summary }: Pick<Side, 'summary'>,
): StructNode | undefined {
  const machine = summary?.streams[0]?.configuration?.machine;
  const context = { idstr, sectionVersion: version, ...(machine !== undefined && { machine }) };
  return payload && decodeDevice(device, payload, context).state;
}

/** A side without decoded state: that has functions in it, which no thread can hand to another. */
export function withoutStates(side: Side): Side {
  return { ...side, sections: side.sections.map(withoutState) };
}

function withoutState({ id, idstr, instance, version, length, payload, note }: DeviceSection): DeviceSection {
  return {
    id,
    idstr,
    instance,
    version,
    length,
    ...(payload && { payload }),
    ...(note !== undefined && { note }),
  };
}

/** Decodes the state again; `vmdesc` stands in for the description of the stream itself. */
export function withStates(side: Side, vmdesc = side.vmdesc): Side {
  const devices = new Map(
    vmdesc?.devices.map((device) => [sectionName({ idstr: device.name, instance: device.instance }), device]),
  );
  const sections = side.sections.map((section) => {
    const state = stateOf(section, devices.get(sectionName(section)), side);
    return state ? { ...section, state } : section;
  });
  return { ...side, sections };
}

/** The layout of a side; `borrow` is a description for a side that has none of its own. */
export function layoutOfSide(side: Side): Layout {
  if (side.dump) return layoutOfDump(side.dump);
  const described = side.vmdesc && layoutOfVmdesc(side.vmdesc);
  const configuration = side.summary?.streams[0]?.configuration;
  const pageSize = side.summary?.pageSize?.bytes ?? described?.pageSize;
  const whole = {
    ...(configuration && { machine: configuration.machine }),
    ...(pageSize !== undefined && { pageSize }),
  };
  if (side.sections.length === 0) return { kind: 'written', counts: true, sections: [], ...described, ...whole };
  const descriptions = new Map(described?.sections.map((section) => [sectionName(section), section.struct]));
  return {
    kind: 'written',
    counts: true,
    ...whole,
    sections: side.sections.map(({ idstr, instance, version, payload, state }) => {
      const struct =
        state && state.vmsdName !== '' ? layoutOfState(state) : descriptions.get(sectionName({ idstr, instance }));
      return {
        idstr,
        instance,
        version,
        ...(struct && { struct }),
        ...(payload && { payload }),
        ...(state && { state }),
      };
    }),
  };
}
