/** Small streams around sections of real devices (fixtures/devices), which a test can change at a field that it names. */
import { locate } from '../../../src/vmstate/locate.js';
import { decodeDevice } from '../../../src/vmstate/device.js';
import { join, u64 } from '../../build/bytes.js';
import {
  configuration,
  end,
  eof,
  full,
  header,
  part,
  RAM,
  start,
  switchoverStart,
  vmdesc,
} from '../../build/elements.js';
import { eos, mappedMemSize, memSize, zero } from '../../build/ram.js';
import { deviceSection, deviceSections, type DeviceSection } from '../../vmstate/devices/fixtures.js';
import { headerLength, make } from '../streams.js';

/** A section with a payload that may have been changed. */
export interface Section extends DeviceSection {
  /** The place of a field in the payload, by its path with the numbers of array elements. */
  readonly at: (place: string) => number;
  /** All such paths. */
  readonly places: () => readonly string[];
  /** A copy with these bytes at the place of a field, or at an offset. */
  readonly with: (place: string | number, ...bytes: readonly number[]) => Section;
  /** A copy with another payload. */
  readonly of: (payload: Uint8Array, json?: unknown) => Section;
}

/** The section of a fixture whose idstr ends like this. */
export function section(fixture: string, end = ''): Section {
  return changeable(deviceSection(fixture, end));
}

/** All sections of a fixture. */
export const sections = (fixture: string): readonly Section[] => deviceSections(fixture).map(changeable);

function changeable(real: DeviceSection): Section {
  const places = new Map<string, number>();
  const index = (): Map<string, number> => {
    if (places.size > 0) return places;
    const { state } = decodeDevice(real.description, real.payload, real.context);
    for (let offset = 0; offset < real.payload.length; offset++) {
      const place = locate(state!, offset)?.place;
      if (place !== undefined && !places.has(place)) places.set(place, offset);
    }
    return places;
  };
  const at = (place: string): number => {
    const found = index().get(place);
    if (found === undefined) throw new Error(`no ${place} in ${real.idstr}`);
    return found;
  };
  const of = (payload: Uint8Array, json = real.json): Section => ({ ...changeable({ ...real, payload, json }), at });
  return {
    ...real,
    at,
    places: () => [...index().keys()],
    of,
    with: (place, ...bytes) => {
      const copy = Buffer.from(real.payload);
      copy.set(bytes, typeof place === 'number' ? place : at(place));
      return of(copy);
    },
  };
}

export interface StreamOptions {
  readonly blocks?: readonly { readonly name: string; readonly usedLength: number }[];
  /** The records of RAM. */
  readonly pages?: Buffer;
  readonly machine?: string;
  /** A mapped-ram file, with these pages of each block by number. */
  readonly mapped?: ReadonlyMap<number, Buffer>;
}

const BLOCKS = [{ name: 'pc.ram', usedLength: 0x1000 }];

/** Precopy with these sections. `at` gives the offset of a payload by its number. */
export function stream(
  devices: readonly Section[],
  { blocks = BLOCKS, mapped, pages = mapped ? join() : zero(0, 'pc.ram'), machine = 'pc-q35-10.0' }: StreamOptions = {},
): { readonly bytes: Buffer; readonly at: (device: number) => number } {
  const head = configuration(machine, { pageBits: 12, ...(mapped && { capabilities: ['mapped-ram'] }) });
  const list = mapped
    ? mappedMemSize(
        header().length + head.length + start(RAM, join(), false).length,
        blocks.map((block) => ({ ...block, pages: mapped })),
      )
    : memSize(blocks);
  const pieces: Record<string, Buffer> = {
    header: header(),
    configuration: head,
    start: start(RAM, join(list, eos())),
    part: part(RAM.id, join(pages, eos())),
    switchover: switchoverStart(),
    end: end(RAM.id, eos()),
    ...Object.fromEntries(
      devices.map(({ idstr, context, payload }, i) => [
        `device${i}`,
        full({ id: 10 + i, idstr, version: context.sectionVersion }, payload),
      ]),
    ),
    eof: eof(),
    vmdesc: vmdesc(`{"page_size": 4096, "devices": [${devices.map(({ json }) => JSON.stringify(json)).join(', ')}]}`),
  };
  const made = make(pieces);
  return { bytes: made.bytes, at: (device) => made.at(`device${device}`) + headerLength(devices[device]!.idstr) };
}

/** The big-endian bytes of an address. */
export function address(value: number): readonly number[] {
  return [...u64(value)];
}

/** Zero pages of a block, but for some. */
export function zeros(block: string, bytes: number, but: readonly number[] = []): Buffer {
  const addresses = Array.from({ length: bytes / 0x1000 }, (_, page) => page * 0x1000).filter(
    (at) => !but.includes(at),
  );
  return join(...addresses.map((at, i) => zero(at, i === 0 ? block : undefined)));
}
