/** virtio-balloon. Writer: `vmstate_virtio_balloon_device` (hw/virtio/virtio-balloon.c). */
import type { Cutter } from '../../cutter.js';
import { enumeration } from '../../meaning.js';
import type { VirtioDevice } from './device.js';

const HINT_STATUS = enumeration({ 0: 'stop', 1: 'requested', 2: 'start', 3: 'done' });

export const BALLOON: VirtioDevice = {
  id: 5,
  name: 'balloon',
  vmsds: ['virtio-balloon'],
  features: {
    0: 'MUST_TELL_HOST',
    1: 'STATS_VQ',
    2: 'DEFLATE_ON_OOM',
    3: 'FREE_PAGE_HINT',
    4: 'PAGE_POISON',
    5: 'REPORTING',
  },
  // Little-endian for every guest.
  config: (cut) =>
    cut.tableUpToEnd([
      ['num_pages', 'le32'],
      ['actual', 'le32'],
      ['free_page_hint_cmd_id', 'le32'],
      ['poison_val', 'le32'],
    ]),
  queue: (i, count) => names(i, count),
  part: { vmsd: 'virtio-balloon-device', cut: cutBalloon },
};

/** Inflate, deflate and statistics always exist; of four, the last may be for hints or for reports. */
function names(i: number, count: number): string {
  if (i < 3) return ['inflate', 'deflate', 'stats'][i]!;
  if (count === 5) return i === 3 ? 'free-page' : 'reporting';
  return 'free-page or reporting';
}

function cutBalloon(cut: Cutter): void {
  cut.u32('num_pages');
  cut.u32('actual');
  cut.subsection('virtio-balloon-device/free-page-report', () => {
    cut.u32('free_page_hint_cmd_id');
    cut.u32('free_page_hint_status', HINT_STATUS);
  });
  cut.subsection('virtio-balloon-device/page-poison', () => cut.u32('poison_val'));
}
