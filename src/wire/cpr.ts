/**
 * The CPR state channel: the descriptors that an old QEMU leaves to the new one.
 *
 *     0  4  "QCPR"
 *     4  4  version, 1
 *     8     descriptors, each: 1 (1), name with its length (4) and NUL, id (4), descriptor; then 0 (1)
 *           since 10.1: subsection `CprState/vfio devices` of version 1: devices, each: 1 (1), name as above,
 *           devid (4), ioas_id (4), hwpt_id (4); then 0 (1)
 *
 * A descriptor is one byte 0x20 that carries it as ancillary data of the socket (cpr-transfer), or its number (4) (cpr-exec).
 *
 * Writer: `cpr_state_save` (migration/cpr.c), since 10.0; cpr-exec since 10.2.
 */
import { layout } from '../bytes/layout.js';

export const QEMU_CPR_FILE_MAGIC = 0x51435052;
export const QEMU_CPR_FILE_VERSION = 1;

/** The byte that a descriptor travels with. */
export const CPR_PASSED_FD = 0x20;

export const CPR_VFIO_SUBSECTION = 'CprState/vfio devices';
export const CPR_VFIO_SUBSECTION_VERSION = 1;

export const CPR_HEADER = layout('CPR header', [
  ['magic', 'u32'],
  ['version', 'u32'],
]);

export const CPR_VFIO_DEVICE = layout('CPR vfio device', [
  ['devid', 'u32'],
  ['ioasId', 'u32'],
  ['hwptId', 'u32'],
]);
