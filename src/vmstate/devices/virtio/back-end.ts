/**
 * State of a vhost-user back-end, which only that understands, in chunks: the length of each before it, 0 behind the last. Writer:
 * `vhost_save_backend_state` (hw/virtio/vhost.c), since 8.2.
 */
import type { Cutter } from '../../cutter.js';
import type { OpaqueLayout } from '../../opaque.js';

export function cutChunks(cut: Cutter): void {
  cut.list(
    'chunks',
    () => cut.peek('uint32') !== 0,
    () => 'chunk',
    () => void cut.bytes('data', cut.u32('length')),
  );
  cut.u32('end');
}

/** The field of vhost-user-fs that holds it, in a subsection of the section. */
export const FS_BACK_END: OpaqueLayout = {
  name: 'virtio-fs back-end state',
  types: ['virtio-fs back-end state'],
  cut(cut) {
    cutChunks(cut);
    return 'back-end';
  },
};
