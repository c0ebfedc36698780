/**
 * The `s390-storage_attributes` section: the CMMA attributes of guest pages, one byte a page.
 *
 * | word  | value            | body                                       |
 * | EOS   | 0x01             | none; ends the payload                     |
 * | MORE  | address \| 0x02  | count (8), one byte a page                 |
 * | ERROR | 0x04             | none; a loader gives up                    |
 * | DONE  | 0x08             | none; in END: no attribute comes any more  |
 *
 * START is EOS alone.
 *
 * Writer: `cmma_save_setup`, `cmma_save` (hw/s390x/s390-stattrib.c), since 2.10. The only section of version 0.
 */
import { readPageWords } from './s390-page-words.js';
import type { SectionDecoder } from './section-decoder.js';

const STATTR_FLAG_EOS = 0x01;
const STATTR_FLAG_MORE = 0x02;
const STATTR_FLAG_ERROR = 0x04;
const STATTR_FLAG_DONE = 0x08;

const WORDS = {
  [STATTR_FLAG_EOS]: { name: 'EOS', last: true },
  [STATTR_FLAG_MORE]: { name: 'MORE', run: true },
  [STATTR_FLAG_ERROR]: { name: 'ERROR', last: true },
  [STATTR_FLAG_DONE]: { name: 'DONE' },
};

export const s390StorageAttributes: SectionDecoder = {
  matches: (idstr) => idstr === 's390-storage_attributes',
  kinds: ['start', 'part', 'end'],
  versions: [0],
  read: (input) => readPageWords(input, WORDS),
};
