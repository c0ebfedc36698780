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
    interface Place {
      readonly channel: string;
      readonly offset: number;
      readonly length: number;
    }
    interface Gap {
      readonly numbers: Numbers;
      readonly generation: number;
      readonly sync: Place;
      missing: number;
    }
    let generation = 0;
    let numbers = new Numbers(0);
    /** Numbers that merged SYNC packets of this generation have left out. */
    let merged = 0;
    let sync: Place | undefined;
    const gaps: Gap[] = [];
    const close = (): void => {
      const { first, distinct, highest } = numbers;
      const missing = highest - first + 1 - distinct - merged;
      if (sync && missing > 0 && gaps.length < MAX_GAPS) gaps.push({ numbers, generation, sync, missing });
      numbers = new Numbers(Math.max(first, highest + 1));
      merged = 0;
      sync = undefined;
    };
    /** A number of an earlier generation: packet-outside-generation tells of it, and here it is no longer missing. */
    const late = (number: number): void => {
      const gap = gaps.find(({ numbers: { first, highest } }) => first <= number && number <= highest);
      if (gap?.numbers.add(number)) gap.missing--;
    };
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        let last: { num: bigint; offset: number } | undefined;
        return {
          packet(packet) {
            const { packetNum: num, offset, length, twin, normalPages } = packet;
            if (twin) return;
            if (packet.generation > generation) {
              close();
              generation = packet.generation;
            }
            const before = last;
            last = { num, offset };
            const number = Number(num);
            if (packet.generation < generation || number < numbers.first) {
              late(number);
              return;
            }
            const repeated = !numbers.add(number);
            if (packet.sync) {
              if (normalPages > 0) merged++;
              // The first of the channels, whichever of them is read first.
              if (!sync || name < sync.channel) sync = { channel: name, offset, length };
            }
            const falls = before !== undefined && num <= before.num;
            if (!falls && !repeated) return;
            report({
              message: falls ? `packet ${num} behind packet ${before.num}` : `a second packet ${num}`,
              severity: 'warning',
              channel: name,
              offset,
              length,
              related: falls ? [{ message: `packet ${before.num}`, channel: name, offset: before.offset }] : [],
            });
          },
        };
      },
      end() {
        if (facts.ended) close();
        for (const { numbers: of, generation: where, sync: place, missing } of gaps) {
          if (missing <= 0) continue;
          const [from, to] = of.firstGap();
          const run = from === to ? `packet ${from}` : `packets ${from} to ${to}`;
          const more = missing - (to - from + 1);
          report({
            message: `${run}${more > 0 ? ` and ${more} more` : ''} of generation ${where} on no channel`,
            ...place,
            expected: `${of.highest - of.first + 1} packets in the generation that ends here`,
            found: `${of.distinct}`,
          });
        }
      },
    };
  },
};
