/**
 * The payload of a device state packet: a piece of the state of a VFIO device (`VFIODeviceStatePacket`).
 *
 *     0   4  version, 0
 *     4   4  idx: the pieces of a device are put in this order, from 0, over all channels
 *     8   4  flags
 *     12     data: state as the driver gave it; with CONFIG_STATE what the main channel has behind DEV_CONFIG_STATE, with that word
 *
 * The packet with CONFIG_STATE (1) is the last one of its device.
 *
 * Writer: `vfio_multifd_save_complete_precopy_thread` (hw/vfio/migration-multifd.c), since 10.0.
 */
import { layout } from '../bytes/layout.js';

export const VFIO_DEVICE_STATE_PACKET_VER_CURRENT = 0;
export const VFIO_DEVICE_STATE_CONFIG_STATE = 0x1;
/** The index that a loader refuses. */
export const VFIO_INVALID_INDEX = 0xffff_ffff;

export const VFIO_DEVICE_STATE_PACKET = layout('VFIO device state packet', [
  ['version', 'u32'],
  ['idx', 'u32'],
  ['flags', 'u32'],
]);
