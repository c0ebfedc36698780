/** The elements of a main channel, one function each, as bytes to be joined. */
import { counted, join, u16, u32, u64, u8 } from './bytes.js';

export const header = (version = 3): Buffer => join(Buffer.from('QEVM'), u32(version));

export interface ConfigurationOptions {
  readonly pageBits?: number;
  readonly capabilities?: readonly string[];
  readonly uuid?: string;
}

export function configuration(machine: string, options: ConfigurationOptions = {}): Buffer {
  const { pageBits, capabilities, uuid } = options;
  const parts = [u8(0x07), u32(Buffer.byteLength(machine)), Buffer.from(machine)];
  if (pageBits !== undefined) parts.push(subsection('configuration/target-page-bits', u32(pageBits)));
  if (capabilities) {
    const list = join(u32(capabilities.length), ...capabilities.map((name) => counted(name)));
    parts.push(subsection('configuration/capabilities', list));
  }
  if (uuid) parts.push(subsection('configuration/uuid', Buffer.from(uuid.replaceAll('-', ''), 'hex')));
  return join(...parts);
}

export const subsection = (name: string, payload: Uint8Array, version = 1): Buffer =>
  join(u8(0x05), counted(name), u32(version), payload);

export interface Section {
  readonly id: number;
  readonly idstr: string;
  readonly instance?: number;
  readonly version?: number;
}

export const RAM: Section = { id: 2, idstr: 'ram', version: 4 };

export const footer = (id: number): Buffer => join(u8(0x7e), u32(id));

const opened = (type: number, section: Section, payload: Uint8Array, footers: boolean): Buffer =>
  join(
    u8(type),
    u32(section.id),
    counted(section.idstr),
    u32(section.instance ?? 0),
    u32(section.version ?? 1),
    payload,
    footers ? footer(section.id) : Buffer.alloc(0),
  );

const continued = (type: number, id: number, payload: Uint8Array, footers: boolean): Buffer =>
  join(u8(type), u32(id), payload, footers ? footer(id) : Buffer.alloc(0));

export const start = (section: Section, payload: Uint8Array, footers = true): Buffer =>
  opened(0x01, section, payload, footers);
export const full = (section: Section, payload: Uint8Array, footers = true): Buffer =>
  opened(0x04, section, payload, footers);
export const part = (id: number, payload: Uint8Array, footers = true): Buffer => continued(0x02, id, payload, footers);
export const end = (id: number, payload: Uint8Array, footers = true): Buffer => continued(0x03, id, payload, footers);

export const command = (code: number, payload: Uint8Array = Buffer.alloc(0)): Buffer =>
  join(u8(0x08), u16(code), u16(payload.length), payload);

export const openReturnPath = (): Buffer => command(1);
export const ping = (value: number): Buffer => command(2, u32(value));
export const advise = (pageSizeSummary: number, targetPageSize: number): Buffer =>
  command(3, join(u64(pageSizeSummary), u64(targetPageSize)));
export const listen = (): Buffer => command(4);
export const run = (): Buffer => command(5);
export const discard = (block: string, ...ranges: readonly (readonly [start: number, length: number])[]): Buffer =>
  command(6, join(u8(0), counted(block), u8(0), ...ranges.flatMap(([from, length]) => [u64(from), u64(length)])));
/** The command and the stream within the stream; `length` lies about it. */
export function packaged(elements: Uint8Array, length = elements.length): Buffer {
  return join(command(7, u32(length)), elements);
}
export const enableColo = (): Buffer => command(8);
export const resume = (): Buffer => command(9);
export const recvBitmap = (block: string): Buffer => command(10, counted(block));
export const switchoverStart = (): Buffer => command(11);

export const eof = (): Buffer => u8(0x00);
export const vmdesc = (text: string, length = Buffer.byteLength(text)): Buffer =>
  join(u8(0x06), u32(length), Buffer.from(text));

/** One checkpoint of COLO: `live` and `device` are elements, their EOF is added. */
export function coloRound(live: Uint8Array, device: Uint8Array): Buffer {
  return join(u32(1), u32(3), live, eof(), u32(4), u64(device.length + 1), device, eof());
}
