/** All types of virtio devices, and the layouts of their sections. A new type is a file in this folder and a line here. */
import type { Cutter } from '../../cutter.js';
import type { OpaqueField, OpaqueLayout } from '../../opaque.js';
import { P9 } from './9p.js';
import { cutChunks, FS_BACK_END } from './back-end.js';
import { BALLOON } from './balloon.js';
import { BLK, VHOST_USER_BLK } from './blk.js';
import { CONSOLE } from './console.js';
import { cutVirtio } from './core.js';
import type { VirtioDevice } from './device.js';
import { FS } from './fs.js';
import { GPU } from './gpu.js';
import { cutGpuBlobs, cutGpuState, GPU_BLOBS, GPU_STATE } from './gpu-state.js';
import { INPUT } from './input.js';
import { IOMMU } from './iommu.js';
import { MEM } from './mem.js';
import { NET } from './net.js';
import { NSM } from './nsm.js';
import { RNG } from './rng.js';
import { SCSI } from './scsi.js';
import { UNMIGRATABLE } from './unmigratable.js';
import { VSOCK } from './vsock.js';

export const VIRTIO_DEVICES: readonly VirtioDevice[] = [
  NET,
  BLK,
  VHOST_USER_BLK,
  CONSOLE,
  RNG,
  BALLOON,
  SCSI,
  P9,
  GPU,
  INPUT,
  VSOCK,
  IOMMU,
  MEM,
  FS,
  NSM,
  ...UNMIGRATABLE,
];

const BY_VMSD = new Map(VIRTIO_DEVICES.flatMap((device) => device.vmsds.map((vmsd) => [vmsd, device] as const)));

/** The type of a device by the idstr of its section, or by the name of its vmsd; undefined for types that are not known. */
export function virtioDevice(idstr: string): VirtioDevice | undefined {
  return BY_VMSD.get(idstr.slice(idstr.lastIndexOf('/') + 1));
}

/** The field `virtio` of a device's vmsd. */
const FIELD: OpaqueLayout = {
  name: 'virtio',
  types: ['virtio'],
  cut(cut, of) {
    cutField(cut, of);
    return 'virtio';
  },
};

const BLOB = 'virtio-gpu/blob';
const BACK_END = 'vhost-user-fs-backend';

/** The sections of devices that are known, where no vmdesc describes them. */
const SECTION: OpaqueLayout = {
  name: 'virtio',
  sections: new RegExp(`(^|/)(${[...BY_VMSD.keys()].join('|')})$`),
  cut(cut, of) {
    const device = virtioDevice(of.idstr);
    const open = device === GPU || device === FS;
    cut.struct('virtio', 'virtio', () => (open ? cutVirtio(cut, of, device) : cutField(cut, of)));
    if (device === GPU) {
      const size = cut.findSubsection([BLOB]) ?? cut.remaining;
      cut.struct('virtio-gpu', 'VirtIOGPU', () => cut.within(size, cutGpuState));
    }
    cut.subsection(BLOB, cutGpuBlobs);
    cut.subsection(BACK_END, cutChunks);
    return of.idstr.slice(of.idstr.lastIndexOf('/') + 1);
  },
};

function cutField(cut: Cutter, of: OpaqueField): void {
  cutVirtio(cut, of, virtioDevice(of.idstr));
  if (cut.remaining > 0)
    cut.part('rest', 'buffer', cut.remaining, 'virtio', () => cut.fail(`${cut.remaining} bytes are left over`));
}

export const VIRTIO_LAYOUTS: readonly OpaqueLayout[] = [FIELD, GPU_STATE, GPU_BLOBS, FS_BACK_END, SECTION];
