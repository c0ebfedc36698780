/**
 * What s390-skeys and s390-storage_attributes have in common: runs of one byte a guest page, opened and closed by words.
 *
 *     0  8  guest address of the first page | flag in the low 12 bits
 *     8  8  with a run: count of pages
 *    16     with a run: one byte a page
 */
import { hex } from '../../finding.js';
import { malformed, MAX_KEPT, more } from './reading.js';
import { record, type SectionInput } from './section-decoder.js';

const PAGE_SIZE = 4096;

interface PageWord {
  readonly name: string;
  /** A run of bytes follows. */
  readonly run?: boolean;
  /** The payload ends here. */
  readonly last?: boolean;
}

/** Reads words up to the first that ends the payload. Runs of any length are stepped over; short ones are kept. */
export async function readPageWords(input: SectionInput, words: Readonly<Record<number, PageWord>>): Promise<void> {
  const { cursor, idstr } = input;
  for (;;) {
    if (!cursor.has(8)) await more(input, 8, `${idstr} word`);
    const offset = cursor.offset;
    const value = cursor.size64(`${idstr} address`);
    const flag = value % PAGE_SIZE;
    const word = words[flag];
    if (!word) throw malformed(input, 'flags', `${idstr} word with flags ${hex(flag)}`, { offset, length: 8 });
    if (word.run) await readRun(input, offset, word.name, value - flag);
    else record(input, offset, word.name, {});
    if (word.last) return;
  }
}

async function readRun(input: SectionInput, offset: number, name: string, address: number): Promise<void> {
  const { cursor, idstr } = input;
  if (!cursor.has(8)) await more(input, 8, `${idstr} count`);
  const count = cursor.size64(`${idstr} count`);
  const dataOffset = cursor.offset;
  if (count > MAX_KEPT) {
    await cursor.skip(count, `${idstr} data`);
    record(input, offset, name, { address, count, dataOffset });
    return;
  }
  if (!cursor.has(count)) await more(input, count, `${idstr} data`);
  const data = Uint8Array.from(cursor.bytes(count));
  record(input, offset, name, { address, count, dataOffset, data });
}
