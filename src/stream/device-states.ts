/**
 * Joins FULL sections and the vmdesc. Where the description is known first, a section is decoded as it passes; where it comes
 * last, payloads wait for it, within bounds; where there is none, they are reported as bytes.
 */
import { type Cursor, MAX_KEPT } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import { type SectionIdentity, sectionName } from '../wire/section.js';
import { type DecodedState, decodeState } from '../vmstate/decode.js';
import type * as Device from '../vmstate/device.js';
import {
  describedSize,
  type DeviceDescription,
  MAX_VMDESC,
  parseVmdesc,
  type VmstateDescription,
} from '../vmstate/vmdesc.js';
import type { Emitter } from './emitter.js';

type Layouts = typeof Device;

/** Bytes of payloads that wait for the vmdesc, or are decoded at once. */
const MAX_WAITING = MAX_KEPT;
/** Sections that are checked against the vmdesc, and characters of their names; a stream with more of them is no guest's. */
const MAX_CHECKED = 1 << 15;
const MAX_NAMES = 1 << 20;
/** What a payload that waits takes beside its bytes. */
const OVERHEAD = 256;
/** How a vmdesc is compared with what is known already. */
const STEP = 1 << 16;

export interface DescribedDevice {
  readonly description: DeviceDescription;
  readonly size: number;
}

interface Passed {
  readonly section: SectionIdentity;
  readonly offset: number;
  readonly length: number;
  readonly payload: Uint8Array | undefined;
}

export class DeviceStates {
  private readonly passed: Passed[] = [];
  private readonly queues = new Map<VmstateDescription, Map<string, DeviceDescription[]>>();
  private waiting = 0;
  private names = 0;
  private layouts: Layouts | undefined;
  private pending: { readonly payload: Uint8Array; readonly device: DescribedDevice | undefined } | undefined;

  constructor(
    private readonly out: Emitter,
    /** The machine type is known when the first section comes. */
    private readonly configuration: { readonly machine: string | undefined },
  ) {}

  /** Loads the layouts of devices where somebody asks for them: they are a tenth of the program. Comes before everything else. */
  async prepare(): Promise<void> {
    if (this.out.wantsDeviceState && this.out.wantsOpaque) this.layouts = await import('../vmstate/device.js');
  }

  /** The entry of the description for the next section with this idstr and instance. */
  peek(of: VmstateDescription, section: SectionIdentity): DescribedDevice | undefined {
    const description = this.queueOf(of, section)?.[0];
    return description && { description, size: describedSize(description) };
  }

  /** The same, which is then taken off the queue. */
  next(of: VmstateDescription, section: SectionIdentity): DescribedDevice | undefined {
    const device = this.peek(of, section);
    // A description may name a device once and the stream send it in every COLO round.
    const queue = this.queueOf(of, section);
    if (queue && queue.length > 1) queue.shift();
    return device;
  }

  private queueOf(of: VmstateDescription, section: SectionIdentity): DeviceDescription[] | undefined {
    let queues = this.queues.get(of);
    if (!queues) this.queues.set(of, (queues = byName(of)));
    return queues.get(keyOf(section.idstr, section.instance));
  }

  /** True when somebody asks for payloads. */
  get wanted(): boolean {
    return this.out.wantsDevicePayload;
  }

  /** Bytes that the payload of the next FULL section may have to be kept; 0 when nobody asks for it. */
  get room(): number {
    return this.out.wantsDevicePayload ? MAX_WAITING - this.waiting : 0;
  }

  /** Takes the payload of a FULL section, which the caller lets go of. Undefined: there is no room for it. */
  payload(offset: number, length: number, payload: Uint8Array | undefined, device: DescribedDevice | undefined): void {
    if (!this.out.wantsDevicePayload) return;
    // A plain array, whatever it was read into.
    if (payload) this.pending = { payload: new Uint8Array(payload.buffer, payload.byteOffset, length), device };
    else {
      const message = `device state of ${length} bytes is more than is held at once (${MAX_WAITING >> 20} MiB)`;
      this.out.problem('too-large', message, { offset, length });
    }
  }

  /** Called behind the footer, so that the state is reported after the section that holds it. */
  ended(section: SectionIdentity, offset: number, length: number): void {
    const { pending } = this;
    this.pending = undefined;
    const passed = { section, offset, length, payload: pending?.payload };
    if (pending?.device) {
      this.report(passed, pending.device.description);
      passed.payload = undefined;
    }
    const names = this.names + section.idstr.length;
    if (this.passed.length >= MAX_CHECKED || names > MAX_NAMES) return;
    this.names = names;
    this.waiting += passed.payload ? passed.payload.length + OVERHEAD : 0;
    this.passed.push(passed);
  }

  /**
   * Reads the vmdesc at the cursor (type byte, length, JSON), checks the sections against it, and reports those that waited.
   * Undefined when it cannot be understood.
   *
   * @param known what the end of the source has told already, which mostly is the same
   */
  async readVmdesc(cursor: Cursor, known?: VmstateDescription): Promise<VmstateDescription | undefined> {
    const { out } = this;
    const offset = cursor.offset;
    await cursor.need(5, 'vmdesc length');
    cursor.u8();
    const length = cursor.u32();
    const at = { offset, length: 5 + length };
    if (length > MAX_VMDESC && length <= cursor.remaining) {
      const message = `vmdesc of ${hex(length)} bytes is more than migscope holds at once`;
      throw new DecodeError('unsupported', 'too-large', message, { offset, path: cursor.path('vmdesc') });
    }
    const same = known?.bytes?.length === length && (await stands(cursor, known.bytes));
    const description = same ? known : this.parse(await cursor.take(length, 'vmdesc'), at);
    out.event({ kind: 'vmdesc', ...at, ...(description && { description }) });
    if (description) this.settle(description);
    return description;
  }

  private parse(
    text: Buffer,
    at: { readonly offset: number; readonly length: number },
  ): VmstateDescription | undefined {
    try {
      return parseVmdesc(text);
    } catch (error) {
      if (error instanceof SyntaxError) this.out.problem('vmdesc-json', `vmdesc: ${error.message}`, at);
      else if (error instanceof RangeError) this.out.problem('too-large', `vmdesc with ${error.message}`, at);
      else throw error;
    }
    return undefined;
  }

  /** Reports what still waits as bytes. */
  flush(): void {
    for (const passed of this.passed.splice(0)) if (passed.payload) this.report(passed);
  }

  private settle(description: VmstateDescription): void {
    // Each round of COLO goes through the description from its start.
    this.queues.delete(description);
    const queue = byName(description);
    for (const passed of this.passed.splice(0)) {
      const entry = queue.get(keyOf(passed.section.idstr, passed.section.instance))?.shift();
      const described = entry && describedSize(entry);
      if (described !== passed.length && !isKnownMisdescription(entry)) {
        this.out.problem(
          'vmdesc-mismatch',
          entry
            ? `section ${sectionName(passed.section)} has ${passed.length} bytes, the vmdesc describes ${described}`
            : `section ${sectionName(passed.section)} is not in the vmdesc`,
          { offset: passed.offset, length: passed.length },
        );
      }
      if (passed.payload) this.report(passed, entry);
    }
  }

  private report(passed: Passed, description?: DeviceDescription): void {
    const { section, offset, payload } = passed;
    const { id, idstr, instance, version } = section;
    const { state, mismatch, failures } = this.decode(passed, description);
    this.out.event({
      kind: 'device-state',
      offset,
      id,
      idstr,
      instance,
      version,
      payload: payload!,
      ...(description && { description }),
      ...(state && { state }),
      ...(mismatch !== undefined && { note: mismatch }),
    });
    const failure = failures?.[0];
    if (!failure) return;
    this.out.problem('opaque-layout', `the layout ${failure.layout} does not fit: ${failure.reason}`, {
      offset: offset + failure.offset,
      section: sectionName(section),
    });
  }

  private decode({ section, payload }: Passed, description?: DeviceDescription): DecodedState {
    if (!this.out.wantsDeviceState) return {};
    if (!this.layouts) return description ? decodeState(description, payload!) : {};
    const { machine } = this.configuration;
    return this.layouts.decodeDevice(description, payload!, {
      idstr: section.idstr,
      sectionVersion: section.version,
      ...(machine !== undefined && { machine }),
    });
  }
}

/** Moves the cursor over these bytes, if they stand there; else, and where it could not come back, it stays. */
async function stands(cursor: Cursor, bytes: Uint8Array): Promise<boolean> {
  if (!cursor.seekable) return false;
  const start = cursor.offset;
  for (let done = 0; done < bytes.length;) {
    const step = Math.min(STEP, bytes.length - done);
    const there = await cursor.fill(step);
    if (!there || !cursor.bytes(step).equals(bytes.subarray(done, done + step))) {
      cursor.moveTo(start);
      return false;
    }
    done += step;
  }
  return true;
}

/** Up to 9.2.0 an array of pointers whose first element is null was described by that element alone; s390_css has three. */
export function isKnownMisdescription(entry: DeviceDescription | undefined): boolean {
  return entry?.fields.some((field) => field.type === 'struct' && field.struct?.fields.length === 0) ?? false;
}

/** What a section and its entry in the vmdesc have in common. */
export function keyOf(idstr: string, instance: number): string {
  return `${instance}:${idstr}`;
}

function byName(description: VmstateDescription): Map<string, DeviceDescription[]> {
  const map = new Map<string, DeviceDescription[]>();
  for (const device of description.devices) {
    const key = keyOf(device.name, device.instance);
    const list = map.get(key);
    if (list) list.push(device);
    else map.set(key, [device]);
  }
  return map;
}
