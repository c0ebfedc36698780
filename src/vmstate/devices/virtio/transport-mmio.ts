/** virtio-mmio. Writer: `virtio_mmio_save_config`, `vmstate_virtio_mmio_state` (hw/virtio/virtio-mmio.c). */
import type { Cutter } from '../../cutter.js';
import { perQueue } from './tail.js';
import type { Transport } from './transport.js';

export const MMIO: Transport = {
  name: 'virtio-mmio',
  path: /virtio-mmio@/,
  align: true,
  state: (cut) =>
    cut.struct('transport', 'virtio-mmio', () => {
      cut.u32('host_features_sel');
      cut.u32('guest_features_sel');
      cut.u32('guest_page_shift');
      return { vectors: 0 };
    }),
  extraState(cut, part) {
    cut.subsection('virtio_mmio/state', () => {
      cut.u32('guest_features[0]', part.meanings.low);
      cut.u32('guest_features[1]', part.meanings.high);
      perQueue(cut, part, 27, queue);
    });
  },
};

/** Addresses as the guest writes them: the low word before the high word. */
function queue(cut: Cutter): void {
  cut.u16('num');
  cut.bool('enabled');
  cut.integers('desc', 'uint32', 2);
  cut.integers('avail', 'uint32', 2);
  cut.integers('used', 'uint32', 2);
}
