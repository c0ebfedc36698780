/**
 * The `spapr/htab` section: the hash page table of a pseries guest.
 *
 * START:
 *
 *     0  4  log2 of the size of the table; 0xffffffff: the guest has none (radix)
 *
 * PART and END:
 *
 *     0  4  0; 0xffffffff: there is no table, and nothing follows
 *     4     chunks, the last one all zero:
 *           0  4  index of the first entry
 *           4  2  entries that are valid
 *           6  2  entries behind them that are invalid
 *           8     16 bytes for each valid entry
 *
 * Writer: `htab_save_setup`, `htab_save_iterate`, `htab_save_complete` (hw/ppc/spapr.c).
 */
import { hex } from '../../finding.js';
import { malformed, more, stepOver } from './reading.js';
import { record, type SectionDecoder, type SectionInput } from './section-decoder.js';

const NO_HPT = 0xffff_ffff;
const HASH_PTE_SIZE = 16;
const CHUNK_HEADER = 8;

export const spaprHtab: SectionDecoder = {
  matches: (idstr) => idstr === 'spapr/htab',
  kinds: ['start', 'part', 'end'],
  versions: [1],
  async read(input) {
    const { cursor, kind } = input;
    await cursor.need(4, 'htab header');
    const offset = cursor.offset;
    const header = cursor.u32();
    if (header === NO_HPT) {
      record(input, offset, 'NO_HPT', {});
    } else if (kind === 'start') {
      if (header === 0) throw malformed(input, 'shift', 'htab of shift 0', { offset, length: 4 });
      record(input, offset, 'SHIFT', { shift: header });
    } else {
      const found = hex(header);
      if (header !== 0)
        throw malformed(input, 'header', `htab header ${found}`, { offset, length: 4 }, { expected: '0x0', found });
      while (!(await readChunk(input)));
    }
  },
};

async function readChunk(input: SectionInput): Promise<boolean> {
  const { cursor } = input;
  if (!cursor.has(CHUNK_HEADER)) await more(input, CHUNK_HEADER, 'htab chunk');
  const offset = cursor.offset;
  const index = cursor.u32();
  const valid = cursor.u16();
  const invalid = cursor.u16();
  if (index === 0 && valid === 0 && invalid === 0) {
    record(input, offset, 'END', {});
    return true;
  }
  const wait = stepOver(input, valid * HASH_PTE_SIZE, 'htab entries');
  if (wait) await wait;
  record(input, offset, 'CHUNK', { index, valid, invalid });
  return false;
}
