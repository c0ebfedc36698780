import { describe, expect, it } from 'vitest';
import { VIRTIO_DEVICES, virtioDevice } from '../../../../src/vmstate/devices/virtio/index.js';
import { element, MMIO_PATH, subsection, subsectionOfVersion, virtioPayload } from '../../../build/virtio.js';
import { join, u16, u32, u64, u8 } from '../../../build/bytes.js';
import { decodeDevice } from '../../../../src/vmstate/device.js';
import { parseVmdesc } from '../../../../src/vmstate/vmdesc.js';
import { raw, vmdescText } from '../../../build/device.js';
import { decodeSection, decodeVirtio } from '../decoded.js';

describe('virtioDevice', () => {
  it.each([
    ['0000:00:03.0/virtio-net', 'net'],
    ['/fe.0.0003/virtio-vhost_vsock', 'vsock'],
    ['virtio-mmio@000000000a003e00/virtio-blk', 'blk'],
    ['vhost-user-fs', 'fs'],
    ['0000:00:03.0/virtio-vga', undefined],
    ['0000:00:03.0/e1000', undefined],
  ])('%s is %s', (idstr, name) => {
    expect(virtioDevice(idstr)?.name).toBe(name);
  });

  it('has each vmsd once', () => {
    const vmsds = VIRTIO_DEVICES.flatMap((device) => device.vmsds);
    expect(new Set(vmsds).size).toBe(vmsds.length);
  });

  it('has names for the queues of all devices', () => {
    for (const { queue } of VIRTIO_DEVICES)
      for (let i = 0; i < 9; i++) expect(queue(i, 9, undefined as never)).not.toBe('');
  });
});

describe('devices that no capture holds', () => {
  it('virtio-nsm has its registers', () => {
    const part = Buffer.alloc(32 * 49);
    part[49] = 1;
    part[50] = 0xab;
    const { values, failures } = decodeVirtio('virtio-nsm', virtioPayload({ part }));
    expect(failures).toEqual([]);
    expect(values).toMatchObject({ 'device/pcrs[1]/locked': true, 'device/pcrs[31]/locked': false });
  });

  it('vhost-user-fs has the tag of its file system', () => {
    const config = join(Buffer.from('myfs'.padEnd(36, '\0')), Buffer.from([2, 0, 0, 0]));
    const { values } = decodeVirtio('vhost-user-fs', virtioPayload({ config, features: 1n << 32n }), 0);
    expect(values).toMatchObject({ 'config/tag': 'myfs', 'config/num_request_queues': 2 });
  });

  it('vhost-user-fs has the state of its back-end, described and not', () => {
    const chunks = join(u32(2), Buffer.from([1, 2]), u32(0));
    const plain = join(virtioPayload(), subsectionOfVersion('vhost-user-fs-backend', 0, chunks));
    expect(decodeSection(`${MMIO_PATH}/vhost-user-fs`, plain).values).toMatchObject({
      'vhost-user-fs-backend/chunks[0]/data': '0102',
    });
    const device = {
      id: 1,
      idstr: 'fs',
      vmsdName: 'fs',
      version: 0,
      fields: [raw('back-end', chunks, 'virtio-fs back-end state')],
    };
    const { devices } = parseVmdesc(vmdescText([device]));
    const { state } = decodeDevice(devices[0], chunks, { idstr: 'fs', sectionVersion: 0 });
    expect(state!.fields[0]!.structs).toMatchObject([{ vmsdName: 'back-end' }]);
  });

  it('virtio-gpu has its blobs in a subsection that the vmdesc names', () => {
    const blobs = join(u32(9), u32(4096), u32(0), u32(0));
    const device = {
      id: 1,
      idstr: 'gpu',
      vmsdName: 'virtio-gpu/blob',
      version: 1,
      fields: [raw('virtio-gpu/blob', blobs, 'blob')],
    };
    const { devices } = parseVmdesc(vmdescText([device]));
    const { state } = decodeDevice(devices[0], blobs, { idstr: 'gpu', sectionVersion: 1 });
    expect(state!.fields[0]!.structs).toMatchObject([{ vmsdName: 'blobs' }]);
  });

  it('virtio-9p has the tag of its share', () => {
    const config = join(Buffer.from([5, 0]), Buffer.from('share'));
    const { values } = decodeVirtio('virtio-9p', virtioPayload({ config, features: 1n << 32n }));
    expect(values).toMatchObject({ 'config/tag_len': 5, 'config/tag': 'share' });
  });

  it('virtio-balloon has its poison', () => {
    const part = join(u32(1), u32(2), subsection('virtio-balloon-device/page-poison', u32(0xaa)));
    const { values, failures } = decodeVirtio('virtio-balloon', virtioPayload({ part }));
    expect(failures).toEqual([]);
    expect(values).toMatchObject({ 'device/virtio-balloon-device/page-poison/poison_val': 0xaa });
  });

  it('virtio-console has what a throttled port has taken', () => {
    const port = join(u32(1), u8(1), u8(0), u32(1), u32(0), u64(9), element(4, [], [[0x1000, 64]]));
    const part = join(u16(0), u16(0), u32(31), u32(3), u32(2), u32(0), u8(1), u8(1), u32(0), port);
    const { values, failures } = decodeVirtio('virtio-console', virtioPayload({ part }), 3);
    expect(failures).toEqual([]);
    expect(values).toMatchObject({
      'device/ports[0]/host_connected': true,
      'device/ports[1]/iov_offset': 9n,
      'device/ports[1]/elem/out_addr[0]': 0x1000n,
    });
  });

  it('virtio-input has what its driver looked at last', () => {
    const input = (config: Buffer): Record<string, unknown> => ({
      ...decodeVirtio('virtio-input', virtioPayload({ config, features: 1n << 32n })).values,
    });
    const head = (select: number, size: number): Buffer => Buffer.from([select, 0, size, 0, 0, 0, 0, 0]);
    expect(input(join(head(1, 3), Buffer.from('kbd'), Buffer.alloc(9)))).toMatchObject({
      'config/u.string': 'kbd',
      'config/u.unused': 'zeros',
    });
    expect(input(join(head(3, 8), Buffer.from('0300270600010200', 'hex')))).toMatchObject({
      'config/u.ids.vendor': 0x0627,
    });
    expect(input(join(head(0x12, 4), Buffer.from([1, 0, 0, 0])))).toMatchObject({ 'config/u.abs.min': 1 });
    expect(input(join(head(0x11, 2), Buffer.from([6, 1])))).toMatchObject({ 'config/u.bitmap': '0601' });
    expect(input(join(head(0x11, 3), Buffer.from([6, 1])))).toHaveProperty('config');
  });

  it('virtio-mem has the whole of its state where none went ahead', () => {
    const part = (bytes: number): Buffer =>
      join(u64(0x100000000), u64(128 << 20), u64(2 << 20), u32(0), u64(0), u64(0), u64(0), Buffer.alloc(bytes));
    expect(decodeVirtio('virtio-mem', virtioPayload({ part: part(8) })).values).toMatchObject({
      'device/bitmap': '0000000000000000',
    });
    expect(decodeVirtio('virtio-mem', virtioPayload({ part: part(16) })).failures).toMatchObject([
      { reason: 'the bitmap takes 8 bytes and 16 are left' },
    ]);
  });
});
