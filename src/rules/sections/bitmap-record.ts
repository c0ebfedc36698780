import type { Rule } from '../rule.js';

/** The start flags that there are: enabled, persistent, and one of old times that is passed over. */
const START_FLAGS = 0x07;
const SECTOR = 512;

/** Chunks of dirty bitmaps build on each other: START first, then BITS, then COMPLETE. */
export const bitmapRecord: Rule = {
  meta: {
    code: 'MIG270',
    name: 'bitmap-record',
    family: 'sections',
    severity: 'error',
    what: 'a chunk of a dirty bitmap is for a bitmap that was not started, or says what no bitmap has',
    why: 'A destination makes the bitmap at START; a chunk without a name or a start, unknown flags and a granularity that is no power of two make it give up.',
    fix: 'the section is damaged, or a part of it is missing',
    cites: [
      { function: 'dirty_bitmap_load_header', text: 'Error: block device name is not set', versions: '2.12 and later' },
      {
        function: 'dirty_bitmap_load_start',
        text: 'Unknown flags in migrated dirty bitmap header: %x',
        versions: '2.12 and later',
      },
    ],
    invariants: ['INV-231', 'INV-232', 'INV-234'],
  },
  watch({ facts, report }) {
    const [name, flag] = bitmapRecord.meta.cites;
    const started = new Set<string>();
    return {
      channel({ name: channel, role }) {
        // The chunks of a recovery go on from the connection before.
        if (role !== 'main') return undefined;
        return {
          record({ section, name: kind, offset, length, fields }) {
            if (section !== 'dirty-bitmap' || kind === 'EOS') return;
            const { node, bitmap, flags, granularity } = fields;
            const of = `${String(node)}/${String(bitmap)}`;
            const say = (message: string, cite = name!): void =>
              report({ message, channel, offset, length, section, cite });
            if (node === '' || bitmap === '') say(`${kind} without a name`);
            else if (kind !== 'START') {
              if (!started.has(of) && !facts.colo) say(`${kind} of ${of}, which was not started`);
            } else {
              started.add(of);
              if (typeof flags === 'number' && (flags & ~START_FLAGS) !== 0)
                say(`START of ${of} with flags 0x${flags.toString(16)}`, flag!);
              if (typeof granularity === 'number' && (granularity < SECTOR || (granularity & (granularity - 1)) !== 0))
                say(`START of ${of} with a granularity of ${granularity}`);
            }
          },
        };
      },
    };
  },
};
