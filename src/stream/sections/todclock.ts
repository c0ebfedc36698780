/**
 * The `todclock` section: the guest's time-of-day clock on s390x.
 *
 *     0  1  1 present, 0 missing
 *     1  1  with 1: epoch extension, the bits above the clock
 *     2  8  with 1: clock
 *
 * Writer: `s390_tod_save` (hw/s390x/tod.c).
 */
import { hex } from '../../finding.js';
import { malformed } from './reading.js';
import { record, type SectionDecoder } from './section-decoder.js';

const S390_TOD_CLOCK_VALUE_MISSING = 0x00;
const S390_TOD_CLOCK_VALUE_PRESENT = 0x01;

export const todclock: SectionDecoder = {
  matches: (idstr) => idstr === 'todclock',
  kinds: ['full'],
  versions: [1],
  async read(input) {
    const { cursor } = input;
    await cursor.need(1, 'todclock flag');
    const offset = cursor.offset;
    const flag = cursor.u8();
    if (flag === S390_TOD_CLOCK_VALUE_MISSING) {
      record(input, offset, 'MISSING', {});
      return;
    }
    if (flag !== S390_TOD_CLOCK_VALUE_PRESENT) {
      throw malformed(input, 'flag', `todclock flag ${hex(flag)}`, { offset, length: 1 }, { expected: '0x0 or 0x1' });
    }
    await cursor.need(9, 'todclock');
    const high = cursor.u8();
    const low = cursor.u64();
    record(input, offset, 'PRESENT', { high, low });
  },
};
