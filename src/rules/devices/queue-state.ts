import { fieldOf, structsOf, subsectionOf } from '../../vmstate/access.js';
import { queueProblems, type RingProblem } from '../../vmstate/devices/virtio/rings.js';
import { sectionName } from '../../wire/section.js';
import { placeIn, type VirtioSection, watchVirtio } from '../device-contents.js';
import type { Citation, Rule } from '../rule.js';

const NO_RING: Citation = {
  function: 'virtio_load',
  text: 'VQ %d address 0x0 inconsistent with Host index 0x%x',
  versions: 'all',
};
const PACKED: Citation = { function: 'virtio_queue_packed_pop', versions: '4.2 and later' };

/** The numbers that a device saves of a queue agree with each other. */
export const queueState: Rule = {
  meta: {
    code: 'MIG401',
    name: 'queue-state',
    family: 'devices',
    severity: 'error',
    what: 'the numbers that a virtio device saves of a queue contradict each other',
    why: 'A destination refuses an index into a ring that is not there. Sizes and the indices of packed rings it takes over as they are, and goes on at the wrong place.',
    fix: 'the section is damaged or was read by a layout that it does not have; take the stream again',
    cites: [NO_RING, PACKED],
    invariants: ['INV-243'],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    return watchVirtio(facts, (section, channel) => {
      for (const problem of queueProblems(section.facts)) {
        const { event } = section;
        const { field, path } = placeOf(section, problem);
        report({
          message: `section ${sectionName(event)}: ${problem.message}`,
          ...placeIn(event, channel, field, path),
          ...(problem.expected !== undefined && { expected: problem.expected }),
          ...(problem.found !== undefined && { found: problem.found }),
          cite: problem.qemu === undefined ? PACKED : { ...NO_RING, text: problem.qemu },
          ...(problem.effect !== 'refused' && { severity: 'warning' }),
        });
      }
    });
  },
};

/** The number that the problem is about. */
function placeOf(
  { core }: VirtioSection,
  { kind, queue }: RingProblem,
): { readonly field: { readonly start: number; readonly size: number }; readonly path: string } {
  const own = structsOf(core, 'queues')[queue];
  const packed = structsOf(subsectionOf(core, 'virtio/packed_virtqueues'), 'queues')[queue];
  const inPacked = kind === 'packed-inuse' || kind === 'packed-index' ? packed : undefined;
  const name = kind === 'ring-size' ? 'vring.num' : kind === 'packed-inuse' ? 'inuse' : 'last_avail_idx';
  const path = `virtio > ${inPacked ? 'virtio/packed_virtqueues > ' : ''}queues[${queue}] > ${name}`;
  return { field: fieldOf(inPacked ?? own, name) ?? core.fields[0]!, path };
}
