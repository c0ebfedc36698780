/**
 * Joins FULL sections and the vmdesc. Where the description is known first, a section is decoded as it passes; where it comes
 * last, payloads wait for it, within bounds; where there is none, they are reported as bytes.
 */
import { type Cursor, MAX_LOOKAHEAD } from '../bytes/cursor.js';
import { type SectionIdentity, sectionName } from '../wire/section.js';
import { type DecodedState, decodeState } from '../vmstate/decode.js';
import { decodeDevice } from '../vmstate/opaque.js';
import { describedSize, type DeviceDescription, parseVmdesc, type VmstateDescription } from '../vmstate/vmdesc.js';
import type { Emitter } from './emitter.js';

/** Bytes of payloads that wait for the vmdesc. */
const MAX_WAITING = MAX_LOOKAHEAD;
/** Sections that are checked against the vmdesc; a stream with more of them is no guest's. */
const MAX_CHECKED = 1 << 16;

export interface DescribedDevice {
  readonly description: DeviceDescription;
  readonly size: number;
}

interface Passed {
  readonly section: SectionIdentity;
  readonly offset: number;
  readonly length: number;
  readonly payload?: Uint8Array;
}

export class DeviceStates {
  private readonly passed: Passed[] = [];
  private readonly queues = new Map<VmstateDescription, Map<string, DeviceDescription[]>>();
  private waiting = 0;
  private pending: { readonly payload: Uint8Array; readonly device: DescribedDevice | undefined } | undefined;

  constructor(
    private readonly out: Emitter,
    /** The machine type is known when the first section comes. */
    private readonly configuration: { readonly machine: string | undefined },
  ) {}

  /** The entry of the description for the next section with this idstr and instance. */
  next(of: VmstateDescription, section: SectionIdentity): DescribedDevice | undefined {
    let queue = this.queues.get(of);
    if (!queue) this.queues.set(of, (queue = byName(of)));
    const entries = queue.get(keyOf(section.idstr, section.instance));
    // A description may name a device once and the stream send it in every COLO round.
    const description = entries && entries.length > 1 ? entries.shift() : entries?.[0];
    return description && { description, size: describedSize(description) };
  }

  /** Takes the payload of a FULL section; the view is only valid now. */
  payload(offset: number, payload: Uint8Array, device: DescribedDevice | undefined): void {
    if (!this.out.wantsDeviceState) return;
    if (!device && this.waiting + payload.length > MAX_WAITING) {
      this.out.problem('too-large', `more than ${MAX_WAITING >> 20} MiB of device state wait for the vmdesc`, {
        offset,
      });
      return;
    }
    this.pending = { payload: Uint8Array.from(payload), device };
  }

  /** Called behind the footer, so that the state is reported after the section that holds it. */
  ended(section: SectionIdentity, offset: number, length: number): void {
    const { pending } = this;
    this.pending = undefined;
    if (pending?.device) {
      this.report({ section, offset, length, payload: pending.payload }, pending.device.description);
      if (this.passed.length < MAX_CHECKED) this.passed.push({ section, offset, length });
      return;
    }
    this.waiting += pending?.payload.length ?? 0;
    if (this.passed.length >= MAX_CHECKED) return;
    this.passed.push({ section, offset, length, ...(pending && { payload: pending.payload }) });
  }

  /**
   * Reads the vmdesc at the cursor (type byte, length, JSON), checks the sections against it, and reports those that waited.
   * Undefined when it cannot be understood.
   */
  async readVmdesc(cursor: Cursor): Promise<VmstateDescription | undefined> {
    const { out } = this;
    const offset = cursor.offset;
    await cursor.need(5, 'vmdesc length');
    cursor.u8();
    const length = cursor.u32();
    await cursor.need(length, 'vmdesc');
    const text = cursor.bytes(length).toString('utf8');
    const at = { offset, length: 5 + length };
    let description: VmstateDescription | undefined;
    try {
      description = parseVmdesc(text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      out.problem('vmdesc-json', `vmdesc: ${error.message}`, at);
    }
    out.event({ kind: 'vmdesc', ...at, ...(description && { description }) });
    if (description) this.settle(description);
    return description;
  }

  /** Reports what still waits as bytes. */
  flush(): void {
    for (const passed of this.passed.splice(0)) if (passed.payload) this.report(passed);
  }

  private settle(description: VmstateDescription): void {
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
    if (!this.out.wantsOpaque) return description ? decodeState(description, payload!) : {};
    const { machine } = this.configuration;
    return decodeDevice(description, payload!, {
      idstr: section.idstr,
      sectionVersion: section.version,
      ...(machine !== undefined && { machine }),
    });
  }
}

/** Up to 9.2.0 an array of pointers whose first element is null was described by that element alone; s390_css has three. */
function isKnownMisdescription(entry: DeviceDescription | undefined): boolean {
  return entry?.fields.some((field) => field.type === 'struct' && field.struct?.fields.length === 0) ?? false;
}

function keyOf(idstr: string, instance: number): string {
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
