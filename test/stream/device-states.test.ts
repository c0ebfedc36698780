import { describe, expect, it } from 'vitest';
import { join, noise, u8 } from '../build/bytes.js';
import { decode } from '../build/decode.js';
import { type Device, raw, uint32, vmdescText } from '../build/device.js';
import { end, eof, full, header, RAM, start, vmdesc } from '../build/elements.js';
import { eos, memSize } from '../build/ram.js';
import { DEVICES, fullSections, TIMER } from '../build/samples.js';
import { MMIO_PATH, subsection, virtioPayload } from '../build/virtio.js';

const OPENING = join(header(), start(RAM, join(memSize([]), eos())), end(RAM.id, eos()));
const stream = (devices: readonly Device[]): Buffer =>
  join(OPENING, fullSections(devices), eof(), vmdesc(vmdescText(devices)));

describe('device state', () => {
  it('is decoded as it passes where the description can be looked up, and behind it where not', async () => {
    const kinds = async (seekable: boolean): Promise<string[]> =>
      (await decode(stream(DEVICES), { seekable })).events
        .map(({ kind }) => kind)
        .filter((kind) => /vmdesc|device-state/.test(kind));
    expect(await kinds(true)).toEqual(['device-state', 'device-state', 'vmdesc']);
    expect(await kinds(false)).toEqual(['vmdesc', 'device-state', 'device-state']);
  });

  it('is not kept where nobody asks', async () => {
    const decoded = await decode(stream(DEVICES), { wantsDeviceState: false });
    expect(decoded.of('device-state')).toEqual([]);
    expect(decoded.rules).toEqual([]);
  });

  it.each([true, false])('of devices of one name goes by instance, or by order (seekable: %s)', async (seekable) => {
    const of = (id: number, instance: number, value: number, extra: number): Device => ({
      id,
      idstr: 'cpu',
      instance,
      vmsdName: 'cpu',
      version: 1,
      fields: [uint32('value', value), raw('extra', noise(extra))],
    });
    const decoded = await decode(stream([of(1, 1, 11, 1), of(2, 0, 12, 2), of(3, 0, 13, 3)]), { seekable });
    expect(decoded.rules).toEqual([]);
    expect(decoded.of('device-state').map(({ state }) => state!.end)).toEqual([5, 6, 7]);
  });

  it('is bytes, with the reason, where the description does not fit', async () => {
    const wrong: Device = { ...TIMER, fields: [uint32('a', 1), raw('b', noise(20))] };
    const sub: Device = {
      ...TIMER,
      fields: TIMER.fields.slice(0, 1),
      subsections: [{ vmsdName: 'xxxxx/xxx', version: 1, fields: [] }],
    };
    const bytes = join(OPENING, full(TIMER, noise(23, 2)), eof(), vmdesc(vmdescText([sub])));
    const decoded = await decode(bytes);
    expect(decoded.only('device-state').note).toContain('subsection xxxxx/xxx');
    expect((await decode(stream([wrong]))).rules).toEqual([]);
  });

  it('is bounded in what waits for a description', async () => {
    const large = (id: number): Buffer => full({ id, idstr: `large${id}` }, Buffer.alloc(30 << 20, 1));
    const bytes = join(OPENING, large(10), large(11), large(12), eof());
    const decoded = await decode(bytes, { seekable: false });
    expect(decoded.rules).toEqual(['too-large']);
    expect(decoded.of('device-state')).toHaveLength(2);
    expect(decoded.end).toMatchObject({ complete: true, explainedBytes: bytes.length });
  });
});

describe('what the vmdesc leaves opaque', () => {
  const rng = (payload: Buffer): Device => ({
    id: 7,
    idstr: `${MMIO_PATH}/virtio-rng`,
    vmsdName: 'virtio-rng',
    version: 1,
    fields: [raw('virtio', payload, 'virtio')],
  });
  const good = virtioPayload({ queues: [{ num: 8 }] });
  const twiceBad = virtioPayload({
    queues: [{ num: 8 }],
    part: u8(1),
    subsections: [subsection('virtio/started', u8(1)), subsection('virtio/novelty')],
  });
  twiceBad[12] = 0x20;

  it('is decoded by the layouts that are built in', async () => {
    const decoded = await decode(stream([rng(good)]));
    expect(decoded.rules).toEqual([]);
    expect(decoded.only('device-state').state!.fields[0]!.structs).toMatchObject([{ vmsdName: 'virtio' }]);
  });

  it('is decoded without a vmdesc too, by the name of the device', async () => {
    const decoded = await decode(join(OPENING, fullSections([rng(good)]), eof()));
    expect(decoded.rules).toEqual([]);
    expect(decoded.only('device-state').state).toMatchObject({ vmsdName: 'virtio-rng', version: 1 });
  });

  it('is told once of each section where a layout does not fit', async () => {
    const bytes = stream([rng(twiceBad)]);
    const decoded = await decode(bytes);
    const { offset, payload } = decoded.only('device-state');
    expect(decoded.problems).toMatchObject([
      {
        code: 'MIG126',
        rule: 'opaque-layout',
        severity: 'info',
        origin: 'tool',
        message: 'the layout virtio does not fit: the status is 0x20',
        offset: offset + 12,
        section: `${MMIO_PATH}/virtio-rng`,
      },
    ]);
    expect(payload.length).toBe(twiceBad.length);
    expect(decoded.end).toMatchObject({ complete: true, explainedBytes: bytes.length });
  });

  it('stays bytes where nobody wants to look inside', async () => {
    for (const device of [rng(good), rng(twiceBad)]) {
      const decoded = await decode(stream([device]), { rawDevices: true });
      expect(decoded.rules).toEqual([]);
      expect(decoded.only('device-state').state!.fields).toEqual([
        { name: 'virtio', type: 'virtio', start: 0, size: device.fields[0]!.bytes.length, count: 1 },
      ]);
    }
  });
});
