import type { Rule } from '../rule.js';

/** Numbers of one generation that are kept apart: packets of 8 TiB. */
const MAX_NUMBERS = 1 << 24;
/** Gaps that are looked for. */
const MAX_GAPS = 100;

/** One bit for each number from `first` on, as many as come. */
class Numbers {
  distinct = 0;
  highest = -1;
  private bits = new Uint32Array(1024);

  constructor(readonly first: number) {}

  /** False for a number that there was before. */
  add(number: number): boolean {
    const index = number - this.first;
    if (index < 0 || index >= MAX_NUMBERS) return true;
    const word = index >>> 5;
    if (word >= this.bits.length) {
      const bits = new Uint32Array(Math.min(MAX_NUMBERS / 32, 2 ** Math.ceil(Math.log2(word + 1))));
      bits.set(this.bits);
      this.bits = bits;
    }
    const bit = 1 << (index & 31);
    if ((this.bits[word]! & bit) !== 0) return false;
    this.bits[word]! |= bit;
    this.distinct++;
    this.highest = Math.max(this.highest, number);
    return true;
  }

  /** The first run of numbers that are not there. */
  firstGap(): readonly [number, number] {
    const has = (index: number): boolean => (this.bits[index >>> 5]! & (1 << (index & 31))) !== 0;
    let from = 0;
    while (has(from)) from++;
    let to = from;
    while (this.first + to < this.highest && !has(to + 1)) to++;
    return [this.first + from, this.first + to];
  }
}

/**
 * One counter for all channels gives the numbers. Up to 8.2 a SYNC that is merged with pages takes the place of theirs: a number is then missing,
 * and the twin of the SYNC repeats its own.
 */
export const packetNumber: Rule = {
  meta: {
    code: 'MIG312',
    name: 'packet-number',
    family: 'multifd',
    severity: 'error',
    what: 'the numbers of multifd packets have a gap, or one comes twice',
    why: 'A source numbers the packets of all channels without gaps. A number that is on no channel is a packet that was not sent or has been lost: its pages keep their old contents on the destination, which does not look at numbers.',
    fix: 'do not use the result; capture all channels, and with multifd compression do not send from 9.0, 9.1 up to 9.1.2 or 9.2.0, which leave out packets of zero pages',
    cites: [
      { function: 'multifd_send_fill_packet', versions: '9.0 and later' },
      { function: 'multifd_send_pages', versions: '4.0 to 8.2' },
    ],
    follows: [
      'truncated',
      'sync-count',
      'multifd-magic',
      'multifd-version',
      'multifd-page-count',
      'multifd-method',
      'multifd-channel-missing',
      'packet-outside-generation',
    ],
    invariants: ['INV-M088', 'INV-M089', 'INV-M090'],
  },
  watch({ report, facts }) {
    let generation = 0;
    let numbers = new Numbers(0);
    /** Numbers that merged SYNC packets of this generation have left out. */
    let merged = 0;
    let gaps = 0;
    let sync: { channel: string; offset: number; length: number } | undefined;
    const close = (): void => {
      const { first, distinct, highest } = numbers;
      const missing = highest - first + 1 - distinct;
      if (sync && missing > merged && gaps++ < MAX_GAPS) {
        const [from, to] = numbers.firstGap();
        const run = from === to ? `packet ${from}` : `packets ${from} to ${to}`;
        const more = missing - merged - (to - from + 1);
        report({
          message: `${run}${more > 0 ? ` and ${more} more` : ''} of generation ${generation} on no channel`,
          ...sync,
          expected: `${highest - first + 1} packets in the generation that ends here`,
          found: `${distinct}`,
        });
      }
      numbers = new Numbers(Math.max(first, highest + 1));
      merged = 0;
      sync = undefined;
    };
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        let last: { num: bigint; offset: number } | undefined;
        return {
          packet(packet) {
            const { packetNum: num, offset, length, twin, normalPages } = packet;
            if (twin) return;
            const related = last ? [{ message: `packet ${last.num}`, channel: name, offset: last.offset }] : [];
            const falls = last !== undefined && num <= last.num;
            last = { num, offset };
            if (packet.generation > generation) {
              close();
              generation = packet.generation;
            }
            const repeated = packet.generation === generation && !numbers.add(Number(num));
            if (packet.sync && packet.generation === generation) {
              if (normalPages > 0) merged++;
              sync ??= { channel: name, offset, length };
            }
            if (!falls && !repeated) return;
            report({
              message: falls ? `packet ${num} behind one with a number as high` : `a second packet ${num}`,
              severity: 'warning',
              channel: name,
              offset,
              length,
              related: falls ? related : [],
            });
          },
        };
      },
      end() {
        if (facts.ended) close();
      },
    };
  },
};
