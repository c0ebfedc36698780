/**
 * The first eight bytes of a main channel.
 *
 *     0  4  magic, "QEVM"
 *     4  4  version, 3 (2 is the format before 2009, which every loader refuses)
 *
 * Writer: `qemu_savevm_state_header` (migration/savevm.c).
 */
import { layout } from '../bytes/layout.js';

export const QEMU_VM_FILE_MAGIC = 0x5145564d;
export const QEMU_VM_FILE_VERSION = 3;

export const FILE_HEADER = layout('file header', [
  ['magic', 'u32'],
  ['version', 'u32'],
]);
