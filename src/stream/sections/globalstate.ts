/**
 * The `globalstate` section: whether the guest ran when it was saved.
 *
 *      0   4  length of the name of the run state with its NUL
 *      4  32  name of the run state, padded with NUL
 *     36   1  has_vm_was_suspended
 *     37   1  vm_was_suspended
 *     38  66  not used
 *
 * Up to 8.2 the name has all of the 100 bytes. No name is longer than 31, so that the two bytes are 0 then.
 *
 * Writer: `vmstate_globalstate` (migration/global_state.c), since 2.4; `vm_was_suspended` since 9.0.
 */
import { printable } from '../../bytes/cursor.js';
import { malformed } from './reading.js';
import { record, type SectionDecoder } from './section-decoder.js';

const RUNSTATE_SIZE = 32;
const UNUSED = 66;

export const globalstate: SectionDecoder = {
  matches: (idstr) => idstr === 'globalstate',
  kinds: ['full'],
  versions: [1],
  async read(input) {
    const { cursor } = input;
    await cursor.need(4 + RUNSTATE_SIZE + 2 + UNUSED, 'globalstate');
    const offset = cursor.offset;
    const size = cursor.u32();
    const text = cursor.bytes(RUNSTATE_SIZE);
    const end = text.indexOf(0);
    if (end < 0) {
      const at = { offset: offset + 4, length: RUNSTATE_SIZE };
      throw malformed(input, 'runstate', 'run state without an end', at, { found: printable(text) });
    }
    const hasVmWasSuspended = cursor.u8() !== 0;
    const vmWasSuspended = cursor.u8() !== 0;
    cursor.bytes(UNUSED);
    const runstate = printable(text.subarray(0, end));
    record(input, offset, 'GLOBAL_STATE', { size, runstate, hasVmWasSuspended, vmWasSuspended });
  },
};
