/** Layouts put together by hand, and what their comparison says in one line a difference. */
import { compareLayouts, type LayoutComparison } from '../../src/diff/compare-layout.js';
import type { LayoutDifference } from '../../src/diff/layout-difference.js';
import { type Layout, layoutOfDump, layoutOfState, layoutOfVmdesc } from '../../src/diff/layout.js';
import { decodeState } from '../../src/vmstate/decode.js';
import { parseVmstateDump } from '../../src/vmstate/dump.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { type Device, vmdescText, vmsdPayload } from '../build/device.js';

export interface DumpField {
  readonly field: string;
  readonly version_id: number;
  readonly field_exists: boolean;
  readonly num?: number;
  readonly size: number;
  readonly Description?: DumpVmsd;
}

export interface DumpVmsd {
  readonly name: string;
  readonly version_id: number;
  readonly minimum_version_id: number;
  readonly Fields?: readonly DumpField[];
  readonly Subsections?: readonly DumpVmsd[];
}

export const field = (name: string, size: number, more: Partial<DumpField> = {}): DumpField => ({
  field: name,
  version_id: 0,
  field_exists: false,
  size,
  ...more,
});

/** A field that a function of the device decides about. */
export const maybe = (name: string, size: number, more: Partial<DumpField> = {}): DumpField =>
  field(name, size, { field_exists: true, ...more });

export interface VmsdOptions {
  readonly version?: number;
  readonly minimum?: number;
  readonly subsections?: readonly DumpVmsd[];
}

export const vmsd = (name: string, fields: readonly DumpField[], options: VmsdOptions = {}): DumpVmsd => ({
  name,
  version_id: options.version ?? 1,
  minimum_version_id: options.minimum ?? 1,
  Fields: fields,
  ...(options.subsections && { Subsections: options.subsections }),
});

/** The JSON of a dump: device classes by name, each with its vmsd. */
export function dumpText(classes: Readonly<Record<string, DumpVmsd | undefined>>, machine = 'pc-9.0'): string {
  const devices = Object.entries(classes).map(([name, description]) => [
    name,
    {
      Name: name,
      version_id: description?.version_id ?? 1,
      minimum_version_id: description?.minimum_version_id ?? 1,
      ...(description && { Description: description }),
    },
  ]);
  return JSON.stringify({ vmschkmachine: { Name: machine }, ...Object.fromEntries(devices) });
}

export const dumped = (classes: Readonly<Record<string, DumpVmsd | undefined>>, machine?: string): Layout =>
  layoutOfDump(parseVmstateDump(dumpText(classes, machine)));

/** The layout of devices as a vmdesc has it; `payloads` adds what a capture has besides. */
export function written(devices: readonly Device[], payloads = true): Layout {
  const described = layoutOfVmdesc(parseVmdesc(vmdescText(devices)));
  if (!payloads) return described;
  const { devices: descriptions } = parseVmdesc(vmdescText(devices));
  return {
    ...described,
    sections: devices.map((device, i) => {
      const payload = vmsdPayload(device);
      const { state } = decodeState(descriptions[i]!, payload);
      return {
        idstr: device.idstr,
        instance: device.instance ?? 0,
        version: device.version,
        payload,
        ...(state && { struct: layoutOfState(state) }),
      };
    }),
  };
}

export const device = (idstr: string, fields: Device['fields'], more: Partial<Device> = {}): Device => ({
  id: 1,
  idstr,
  vmsdName: idstr.slice(idstr.lastIndexOf('/') + 1),
  version: 1,
  fields,
  ...more,
});

/** `section/path kind A-to-B B-to-A`, with one verdict where both are the same. */
export function brief({ section, path, kind, aToB, bToA }: LayoutDifference): string {
  const place = [section, path].filter((part) => part !== '').join('/');
  const verdicts = aToB.verdict === bToA.verdict ? aToB.verdict : `${aToB.verdict} ${bToA.verdict}`;
  return `${place === '' ? 'migration' : place} ${kind} ${verdicts}`;
}

export const compared = (a: Layout, b: Layout): string[] => compareLayouts(a, b).differences.map(brief);

export const comparison = (a: Layout, b: Layout): LayoutComparison => compareLayouts(a, b);
