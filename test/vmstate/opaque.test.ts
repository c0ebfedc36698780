import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldOf, structsOf } from '../../src/vmstate/access.js';
import type { FieldNode, StructNode } from '../../src/vmstate/decode.js';
import { decodeContents } from '../../src/vmstate/opaque.js';
import { elementValue } from '../../src/vmstate/values.js';
import { type DeviceDescription, parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { join, u16, u32, u64 } from '../build/bytes.js';
import { raw, struct, uint32, vmdescText, vmsdPayload } from '../build/device.js';
import { MMIO_PATH, subsection, virtioPayload } from '../build/virtio.js';
import { DEVICE_FIXTURE_NAMES, deviceSection, deviceSections } from './devices/fixtures.js';

const IDSTR = `${MMIO_PATH}/virtio-rng`;
const CONTEXT = { idstr: IDSTR, sectionVersion: 1 };

function described(payload: Buffer, type = 'virtio'): DeviceDescription {
  const vmsd = { vmsdName: 'virtio-rng', version: 1, fields: [uint32('before', 7), raw('virtio', payload, type)] };
  return parseVmdesc(vmdescText([{ ...vmsd, id: 1, idstr: IDSTR }])).devices[0]!;
}

describe('decodeContents', () => {
  const virtio = virtioPayload({ queues: [{ num: 8 }] });
  const payload = join(u32(7), virtio);

  it('looks inside the fields that the vmdesc leaves opaque', () => {
    const { state, failures } = decodeContents(described(virtio), payload, CONTEXT);
    expect(failures).toBeUndefined();
    const field = state!.fields[1]!;
    expect(field).toMatchObject({ name: 'virtio', type: 'virtio', start: 4, size: virtio.length });
    expect(field.structs).toMatchObject([{ vmsdName: 'virtio', start: 4, end: payload.length }]);
    expect(field.structs![0]!.version).toBeUndefined();
  });

  it('leaves those of other types alone', () => {
    const { state } = decodeContents(described(virtio, 'buffer'), payload, CONTEXT);
    expect(state!.fields[1]!.structs).toBeUndefined();
  });

  it('leaves as bytes what nobody looks at, where it always is', () => {
    const { description, payload: real, context } = deviceSection('10.0-pci-blk-in-flight');
    const config = (asBytes: ReadonlySet<string>): FieldNode => {
      const { state } = decodeContents(description, real, { ...context, asBytes });
      const [device] = structsOf(structsOf(structsOf(state, 'virtio')[0], 'transport')[0], 'pci_dev');
      return fieldOf(device, 'config')!;
    };
    const { structs, ...bytes } = config(new Set());
    expect(structs).toHaveLength(1);
    expect(config(new Set(['pci config']))).toEqual(bytes);
  });

  it('looks inside structures of structures', () => {
    const inner = { vmsdName: 'inner', version: 1, fields: [raw('virtio', virtio, 'virtio')] };
    const outer = { vmsdName: 'outer', version: 1, fields: [struct('in', inner)] };
    const description = parseVmdesc(vmdescText([{ ...outer, id: 1, idstr: IDSTR }])).devices[0];
    const { state } = decodeContents(description, vmsdPayload(outer), CONTEXT);
    expect(state!.fields[0]!.structs![0]!.fields[0]!.structs).toMatchObject([{ vmsdName: 'virtio' }]);
  });

  it('keeps a field as bytes that no layout fits, and says why', () => {
    const bad = Buffer.concat([virtio.subarray(0, 12), Buffer.from([0xff]), virtio.subarray(13, 40)]);
    const { state, failures } = decodeContents(described(bad), join(u32(7), bad), CONTEXT);
    expect(state!.fields[1]).toMatchObject({ size: bad.length, mismatch: 'the status is 0xff' });
    expect(state!.fields[1]!.structs).toBeUndefined();
    expect(failures).toEqual([{ layout: 'virtio', offset: 4 + 12, reason: 'the status is 0xff' }]);
  });

  it('decodes sections that nothing describes, where their devices are known', () => {
    const { state } = decodeContents(undefined, virtio, CONTEXT);
    expect(state).toMatchObject({ vmsdName: 'virtio-rng', version: 1, start: 0, end: virtio.length });
    expect(decodeContents(undefined, virtio, { ...CONTEXT, idstr: 'timer' })).toEqual({});
  });

  it('says why the layout of a section does not fit', () => {
    expect(decodeContents(undefined, Buffer.alloc(3), CONTEXT)).toEqual({
      failures: [{ layout: 'virtio', offset: 0, reason: 'host_features_sel takes 4 bytes and 3 are left' }],
    });
  });
});

/** Every field lies inside the structure that holds it. */
function expectInside(struct: StructNode, end: number, payload: Uint8Array): void {
  expect(struct.end).toBeLessThanOrEqual(end);
  for (const field of struct.fields) {
    expect(field.start).toBeGreaterThanOrEqual(struct.start);
    const fieldEnd = field.start + field.size * field.count;
    expect(fieldEnd).toBeLessThanOrEqual(struct.end);
    for (const inner of field.structs ?? []) expectInside(inner, fieldEnd, payload);
    if (!field.structs && field.count > 0) elementValue(field, payload, field.count - 1);
  }
  for (const subsection of struct.subsections) expectInside(subsection, struct.end, payload);
}

describe('damaged payloads', () => {
  // The image of a screen is four megabytes of little variety.
  const sections = DEVICE_FIXTURE_NAMES.flatMap(deviceSections).filter(({ payload }) => payload.length < 200_000);
  /** The vmdesc with other sizes than those of the fields: whatever it says, the section has these bytes. */
  const resized = (description: DeviceDescription, by: number): DeviceDescription => ({
    ...description,
    fields: description.fields.map((field, i) => (i === 0 ? { ...field, size: field.size + by } : field)),
  });
  const damage = fc.record({
    section: fc.nat(sections.length - 1),
    // Most of what can break stands at the start, and the rest is zeros of queues that do not exist.
    places: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), { maxLength: 4 }),
    early: fc.boolean(),
    cut: fc.option(fc.nat(4096)),
  });

  it('never lead outside, and never throw', () => {
    fc.assert(
      fc.property(damage, ({ section, places, early, cut }) => {
        const { description, payload, context } = sections[section]!;
        const bytes = Buffer.from(payload.subarray(0, Math.max(0, payload.length - (cut ?? 0))));
        for (const [place, value] of places)
          bytes[Math.floor(place * Math.min(bytes.length - 1, early ? 1200 : Infinity))] = value;
        for (const known of [undefined, description && resized(description, bytes.length - payload.length)]) {
          const { state } = decodeContents(known, bytes, context);
          if (!state) continue;
          expect(state.end).toBe(bytes.length);
          expectInside(state, bytes.length, bytes);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('are read in no time, whatever number a count has', () => {
    const counts = [0xffffffff, 0x7fffffff, 0x10000, 1025].map((count) => {
      const plain = virtioPayload({ queues: [{ num: 8 }] });
      plain.writeUInt32BE(count, 12 + 8);
      return plain;
    });
    for (const bytes of counts) expect(decodeContents(undefined, bytes, CONTEXT).failures).toHaveLength(1);
    const deep = virtioPayload({ subsections: [subsection('virtio/64bit_features', u64(0)), u16(5)] });
    expect(decodeContents(undefined, deep, CONTEXT).failures).toMatchObject([{ reason: '2 bytes are left over' }]);
  });
});
