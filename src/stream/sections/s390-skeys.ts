/**
 * The `s390-skeys` section: the storage keys of guest pages, one byte a page.
 *
 * | word  | value            | body                                               |
 * | EOS   | 0x01             | none; ends the payload                             |
 * | SKEYS | address \| 0x02  | count (8), one byte a page                         |
 * | ERROR | 0x04             | none; the keys could not be read; ends the payload |
 *
 * A guest that does not use keys has EOS alone.
 *
 * Writer: `s390_storage_keys_save` (hw/s390x/s390-skeys.c), since 2.5.
 */
import { readPageWords } from './s390-page-words.js';
import type { SectionDecoder } from './section-decoder.js';

const S390_SKEYS_SAVE_FLAG_EOS = 0x01;
const S390_SKEYS_SAVE_FLAG_SKEYS = 0x02;
const S390_SKEYS_SAVE_FLAG_ERROR = 0x04;

const WORDS = {
  [S390_SKEYS_SAVE_FLAG_EOS]: { name: 'EOS', last: true },
  [S390_SKEYS_SAVE_FLAG_SKEYS]: { name: 'SKEYS', run: true },
  [S390_SKEYS_SAVE_FLAG_ERROR]: { name: 'ERROR', last: true },
};

export const s390Skeys: SectionDecoder = {
  matches: (idstr) => idstr === 's390-skeys',
  kinds: ['full'],
  versions: [1],
  read: (input) => readPageWords(input, WORDS),
};
