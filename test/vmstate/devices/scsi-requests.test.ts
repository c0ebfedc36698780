import { describe, expect, it } from 'vitest';
import { Cutter, LayoutMismatch } from '../../../src/vmstate/cutter.js';
import { SCSI_REQUESTS } from '../../../src/vmstate/devices/scsi-requests.js';
import { hexBytes, join, u32, u64, u8 } from '../../build/bytes.js';
import { element } from '../../build/virtio.js';

const END = u8(0);
const cdb = (command: number): Buffer => join(u8(command), Buffer.alloc(15));
const head = (state: number, command: number): Buffer => join(u8(state), cdb(command), u32(7), u32(0));
const disk = (sectors: number, length: number, ...data: readonly Buffer[]): Buffer =>
  join(u64(0), u32(sectors), u32(length), ...data);
const READ = 0x28;
const WRITE = 0x2a;
const VIRTIO = join(u32(0), element(1, [[0x1000, 512]]));

function names(bytes: Buffer): string[][] {
  const cut = new Cutter(bytes, 0, bytes.length);
  cut.within(bytes.length, () => SCSI_REQUESTS.cut(cut, {} as never));
  return cut
    .result('x', 0)
    .fields[0]!.structs!.map(({ vmsdName, fields }) => [vmsdName, ...fields.slice(4).map(({ name }) => name)]);
}

describe('the requests of a SCSI device', () => {
  const geometry = ['sector', 'sector_count', 'buflen'];
  it.each([
    ['none', END, []],
    ['a read to be tried again, usb-storage', join(head(1, READ), disk(1, 512), END), [['READ_10', ...geometry]]],
    [
      'a read in flight',
      join(head(2, READ), disk(1, 512, u32(4), hexBytes('01020304')), END),
      [['READ_10', ...geometry, 'data.length', 'data']],
    ],
    ['a write', join(head(1, WRITE), disk(1, 4096, Buffer.alloc(512)), END), [['WRITE_10', ...geometry, 'data']]],
    ['virtio-scsi', join(head(1, READ), VIRTIO, disk(1, 0), END), [['READ_10', 'vq', 'elem', ...geometry]]],
    [
      'virtio-scsi with a packed ring',
      join(head(1, READ), u32(0), u32(1), element(1, [[0x1000, 512]]), disk(1, 0), END),
      [['READ_10', 'vq', 'elem', ...geometry]],
    ],
    [
      'mptsas',
      join(head(1, READ), Buffer.alloc(48), u32(1), u64(0x7c00), u64(512), disk(1, 0), END),
      [['READ_10', 'scsi_io', 'qsg.nsg', 'qsg.sg', ...geometry]],
    ],
    ['a generic device', join(head(1, WRITE), u32(3), hexBytes('010203'), END), [['WRITE_10', 'buflen', 'buf']]],
    ['an emulated command', join(head(1, 0x00), END), [['TEST_UNIT_READY']]],
    [
      'two of a kind',
      join(head(1, READ), disk(1, 0), head(2, 0xc7), disk(1, 0), END),
      [
        ['READ_10', ...geometry],
        ['SCSIRequest', ...geometry],
      ],
    ],
  ])('%s', (_, bytes, wanted) => {
    expect(names(bytes)).toEqual(wanted);
  });

  it.each([
    ['no end', join(head(1, READ), disk(1, 0))],
    ['a state that there is none of', join(head(3, READ), disk(1, 0), END)],
    ['more data than there is', join(head(1, WRITE), disk(0xffffff, 0xffffffff), END)],
  ])('refuses %s', (_, bytes) => {
    expect(() => names(bytes)).toThrow(LayoutMismatch);
  });
});
