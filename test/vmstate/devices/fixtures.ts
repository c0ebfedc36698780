/** Sections of real devices, cut out of captures: fixtures/devices. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { type DeviceDescription, parseVmdesc } from '../../../src/vmstate/vmdesc.js';
import type { OpaqueContext } from '../../../src/vmstate/opaque.js';

export const DEVICE_FIXTURES = join(import.meta.dirname, '../../../fixtures/devices');
const SUFFIX = '.json.br';

export interface DeviceSection {
  readonly idstr: string;
  readonly context: OpaqueContext;
  readonly payload: Uint8Array;
  /** Absent where the stream had no vmdesc. */
  readonly description: DeviceDescription | undefined;
  /** The description as the vmdesc of the stream has it. */
  readonly json: unknown;
}

interface FixtureFile {
  readonly machine?: string;
  readonly sections: readonly {
    readonly idstr: string;
    readonly version: number;
    readonly payload: string;
    readonly description?: unknown;
  }[];
}

export const DEVICE_FIXTURE_NAMES = readdirSync(DEVICE_FIXTURES)
  .filter((name) => name.endsWith(SUFFIX))
  .map((name) => name.slice(0, -SUFFIX.length));

/** The sections of one fixture. */
export function deviceSections(name: string): readonly DeviceSection[] {
  const text = brotliDecompressSync(readFileSync(join(DEVICE_FIXTURES, `${name}${SUFFIX}`))).toString();
  const { machine, sections } = JSON.parse(text) as FixtureFile;
  return sections.map(({ idstr, version, payload, description }) => ({
    idstr,
    context: { idstr, sectionVersion: version, ...(machine !== undefined && { machine }) },
    payload: Buffer.from(payload, 'base64'),
    description:
      description === undefined ? undefined : parseVmdesc(JSON.stringify({ devices: [description] })).devices[0],
    json: description,
  }));
}

/** The one section of a fixture whose idstr ends like this. */
export function deviceSection(name: string, end = ''): DeviceSection {
  const section = deviceSections(name).find(({ idstr }) => idstr.endsWith(end));
  if (!section) throw new Error(`no section ${end} in ${name}`);
  return section;
}
