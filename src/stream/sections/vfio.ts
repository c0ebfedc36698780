/**
 * The `<device>/vfio` section: the state of an assigned device, opaque but for its PCI configuration.
 *
 * A payload is a sequence of words of 8 bytes with their bodies; wire/vfio.ts has the table.
 *
 * | section | contents                                                                                      |
 * | START   | DEV_SETUP_STATE END_OF_STATE                                                                  |
 * | PART    | any DEV_DATA_STATE, then END_OF_STATE or DEV_INIT_DATA_SENT                                   |
 * | END     | any DEV_DATA_STATE, END_OF_STATE                                                              |
 * | FULL    | DEV_CONFIG_STATE END_OF_STATE; state over multifd: END_OF_STATE or DEV_CONFIG_LOAD_READY alone |
 *
 * Writer: `vfio_save_setup`, `vfio_save_iterate`, `vfio_save_complete_precopy`, `vfio_save_state` (hw/vfio/migration.c), since 5.2.
 */
import { hex, type DecodeError } from '../../finding.js';
import {
  isVfio,
  parseVfioConfigState,
  VFIO_END_OF_STATE_BYTES,
  VFIO_MIG_FLAG_DEV_CONFIG_LOAD_READY,
  VFIO_MIG_FLAG_DEV_CONFIG_STATE,
  VFIO_MIG_FLAG_DEV_DATA_STATE,
  VFIO_MIG_FLAG_DEV_INIT_DATA_SENT,
  VFIO_MIG_FLAG_DEV_SETUP_STATE,
  VFIO_MIG_FLAG_END_OF_STATE,
  VFIO_MIN_CONFIG_STATE,
} from '../../wire/vfio.js';
import { malformed, more, passOn } from './reading.js';
import { record, type SectionDecoder, type SectionInput } from './section-decoder.js';

const WORD = 8;
/** A configuration with the largest MSI-X table has 37 KiB. */
const MAX_CONFIG_STATE = 64 * 1024;

export const vfio: SectionDecoder = {
  matches: isVfio,
  kinds: ['start', 'part', 'end', 'full'],
  versions: [1],
  async read(input) {
    while (!(await readTag(input)));
  },
};

async function readTag(input: SectionInput): Promise<boolean> {
  const { cursor } = input;
  if (!cursor.has(WORD)) await more(input, WORD, 'vfio word');
  const offset = cursor.offset;
  const tag = cursor.u64();
  switch (tag) {
    case VFIO_MIG_FLAG_END_OF_STATE:
      record(input, offset, 'END_OF_STATE', {});
      return true;
    case VFIO_MIG_FLAG_DEV_INIT_DATA_SENT:
      record(input, offset, 'DEV_INIT_DATA_SENT', {});
      return true;
    case VFIO_MIG_FLAG_DEV_CONFIG_LOAD_READY:
      record(input, offset, 'DEV_CONFIG_LOAD_READY', {});
      return true;
    case VFIO_MIG_FLAG_DEV_SETUP_STATE:
      record(input, offset, 'DEV_SETUP_STATE', {});
      await expectEnd(input, 'DEV_SETUP_STATE');
      return true;
    case VFIO_MIG_FLAG_DEV_CONFIG_STATE:
      await readConfig(input, offset);
      await expectEnd(input, 'DEV_CONFIG_STATE');
      return true;
    case VFIO_MIG_FLAG_DEV_DATA_STATE: {
      if (!cursor.has(8)) await more(input, 8, 'vfio data size');
      const size = cursor.size64('vfio data size');
      const dataOffset = cursor.offset;
      const wait = passOn(input, size, 'DEV_DATA_STATE', 'vfio data');
      if (wait) await wait;
      record(input, offset, 'DEV_DATA_STATE', { size, dataOffset });
      return false;
    }
    default:
      throw malformed(input, 'tag', `unknown vfio word ${hex(tag)}`, { offset, length: WORD });
  }
}

async function expectEnd(input: SectionInput, after: string): Promise<void> {
  const { cursor } = input;
  await cursor.need(WORD, `end of ${after}`);
  const offset = cursor.offset;
  const tag = cursor.u64();
  if (tag !== VFIO_MIG_FLAG_END_OF_STATE) throw endMissing(input, after, offset, hex(tag));
  record(input, offset, 'END_OF_STATE', {});
}

async function readConfig(input: SectionInput, offset: number): Promise<void> {
  const { cursor } = input;
  const length = await configLength(input);
  if (length < VFIO_MIN_CONFIG_STATE) {
    const expected = `at least ${VFIO_MIN_CONFIG_STATE} bytes`;
    const at = { offset: cursor.offset, length };
    throw malformed(input, 'DEV_CONFIG_STATE', `vfio config state of ${length} bytes`, at, { expected });
  }
  const at = cursor.offset;
  const data = cursor.bytes(length);
  const { idstr, instance, out } = input;
  if (out.wantsSectionData)
    out.event({ kind: 'section-data', offset: at, section: idstr, instance, name: 'DEV_CONFIG_STATE', data });
  record(input, offset, 'DEV_CONFIG_STATE', { ...parseVfioConfigState(data) });
}

/** The configuration runs up to the END_OF_STATE at the end of the range; without a range, up to the first one. */
async function configLength(input: SectionInput): Promise<number> {
  const { cursor } = input;
  const start = cursor.offset;
  const end = cursor.range?.end ?? Infinity;
  const most = MAX_CONFIG_STATE + WORD;
  if (end - start <= most) await cursor.need(end - start, 'vfio config state');
  else await cursor.fill(most);
  const window = cursor.buffer.subarray(cursor.position, Math.min(cursor.limit, cursor.position + most));
  const last = window.length - WORD;
  if (start + window.length === end && window.lastIndexOf(VFIO_END_OF_STATE_BYTES) === last) return Math.max(0, last);
  const first = window.indexOf(VFIO_END_OF_STATE_BYTES, VFIO_MIN_CONFIG_STATE);
  if (first >= 0) return first;
  if (window.length < most && start + window.length < end) await cursor.need(window.length + 1, 'vfio config state');
  throw endMissing(input, 'DEV_CONFIG_STATE', start, `${window.length} bytes without it`);
}

function endMissing(input: SectionInput, after: string, offset: number, found: string): DecodeError {
  const expected = hex(VFIO_MIG_FLAG_END_OF_STATE);
  return malformed(input, after, `${after} without END_OF_STATE`, { offset, length: WORD }, { expected, found });
}
