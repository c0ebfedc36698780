/**
 * The catalogue of what can go wrong while a stream is read: one entry a problem, with its stable code.
 *
 * Codes are never reused. `docs/problems.md` is made from this table.
 */
import type { DecodeError, Finding, Origin, Place, Severity } from './finding.js';

interface Problem {
  readonly code: string;
  readonly severity: Severity;
  readonly origin?: Origin;
  /** What a reader should make of it and do next. */
  readonly help: string;
  readonly qemu?: NonNullable<Finding['qemu']>;
}

const loader = (text: string, fn: string, versions = 'all'): NonNullable<Finding['qemu']> => ({
  text,
  function: fn,
  versions,
});

export const PROBLEMS = {
  truncated: {
    code: 'MIG101',
    severity: 'error',
    help: 'the input stops before the stream does: the file was cut, the source died or the migration was cancelled; save it again, or use what was decoded up to here',
    qemu: loader('load of migration failed: Input/output error', 'qemu_loadvm_state_main'),
  },
  'file-version': {
    code: 'MIG102',
    severity: 'error',
    help: 'only version 3 of the file format is in use since 2009; a wrong version is damage to the first eight bytes, or another format',
    qemu: loader('Unsupported migration stream version', 'qemu_loadvm_state_header'),
  },
  'range-exceeded': {
    code: 'MIG103',
    severity: 'error',
    help: 'a structure is longer than the one that holds it: the length before it is wrong, or the bytes before it were damaged',
  },
  'implausible-value': {
    code: 'MIG104',
    severity: 'error',
    help: 'no QEMU writes such a value here: the bytes are damaged, or decoding lost its place before this offset',
  },
  'too-large': {
    code: 'MIG105',
    severity: 'warning',
    origin: 'tool',
    help: 'migscope bounds what it holds in memory; the bytes are stepped over and the rest is decoded',
  },
  'configuration-name': {
    code: 'MIG106',
    severity: 'error',
    help: 'the length of the machine type name cannot be right: a loader would try to allocate it',
    qemu: loader('Failed to load configuration:name', 'vmstate_configuration'),
  },
  'unknown-subsection': {
    code: 'MIG107',
    severity: 'error',
    help: 'the configuration section has a subsection that no released QEMU writes, and its end cannot be told',
    qemu: loader("VM subsection '%s' in '%s' does not exist", 'vmstate_subsection_load'),
  },
  'unknown-section-type': {
    code: 'MIG110',
    severity: 'error',
    help: 'between two elements of the stream stands a byte that opens none: what came before was longer or shorter than it should be, or the bytes are damaged',
    qemu: loader('Unknown section type %d', 'qemu_loadvm_state_main'),
  },
  'unknown-section-id': {
    code: 'MIG111',
    severity: 'error',
    help: 'a PART or END names a section that no START opened',
    qemu: loader('Unknown section %d', 'qemu_loadvm_section_part_end'),
  },
  'section-footer': {
    code: 'MIG112',
    severity: 'error',
    help: 'the section did not end where its contents did: the contents are damaged, or were written by another layout of the device',
    qemu: loader('Missing section footer for %s', 'check_section_footer', '2.4 and later'),
  },
  'section-extent': {
    code: 'MIG113',
    severity: 'warning',
    origin: 'tool',
    help: 'without footers and without a vmdesc the end of a device section can only be guessed; give the description of another stream of the same machine with --vmdesc FILE',
  },
  'section-version': {
    code: 'MIG114',
    severity: 'error',
    help: 'the section has a version whose layout is not known',
    qemu: loader("unsupported version %d for '%s' v%d", 'qemu_loadvm_section_start_full'),
  },
  'section-record': {
    code: 'MIG115',
    severity: 'error',
    help: 'a record of this section is not one that its writer can produce; decoding goes on behind the section',
  },
  'unknown-command': {
    code: 'MIG120',
    severity: 'warning',
    help: 'no release up to 11.1 knows this command; it was stepped over by its length',
    qemu: loader('MIG_CMD 0x%x unknown (len 0x%x)', 'loadvm_process_command'),
  },
  'command-payload': {
    code: 'MIG121',
    severity: 'error',
    help: 'the payload of this command is not what its table entry says; it was stepped over by its length',
    qemu: loader('%s received with bad length - expecting %zu, got %d', 'loadvm_process_command'),
  },
  'packaged-end': {
    code: 'MIG122',
    severity: 'warning',
    help: 'a package should end with POSTCOPY_RUN; bytes behind it are never loaded',
  },
  'ram-flags': {
    code: 'MIG130',
    severity: 'error',
    help: 'a RAM record has no kind or several: the bytes are damaged, or decoding lost its place; a long run of zeros here usually means that the file was never written to its end',
    qemu: loader('Unknown combination of migration flags: 0x%x', 'ram_load_precopy'),
  },
  'ram-continue': {
    code: 'MIG131',
    severity: 'error',
    help: 'a page says that it is in the same block as the page before it, and there is none',
    qemu: loader('Ack, bad migration stream!', 'ram_block_from_stream'),
  },
  'ram-block-list': {
    code: 'MIG132',
    severity: 'error',
    help: 'the lengths of the blocks do not add up to the total before the list; a loader would go on reading names out of whatever follows',
    qemu: loader('Unknown ramblock "%s", cannot accept migration', 'parse_ramblocks'),
  },
  'ram-address': {
    code: 'MIG133',
    severity: 'error',
    help: 'a page lies outside its block',
    qemu: loader('Illegal RAM offset %lx', 'ram_load_precopy'),
  },
  'ram-xbzrle': {
    code: 'MIG134',
    severity: 'error',
    help: 'the runs of an XBZRLE page make no sense; its length was used to step over it',
    qemu: loader('Failed to load XBZRLE page - decode error!', 'load_xbzrle', '1.2 and later'),
  },
  'ram-compressed': {
    code: 'MIG135',
    severity: 'error',
    help: 'a compressed page cannot be that long; zlib needs no more than a few bytes over the page size',
    qemu: loader('Invalid compressed data length: %d', 'ram_load_precopy', '2.4 to 9.0'),
  },
  'ram-mapped-header': {
    code: 'MIG136',
    severity: 'error',
    help: 'the place of a block in the file is impossible; if the stream does not start at the first byte of the file it was written to, its offsets are those of that file',
    qemu: loader(
      'Error reading ramblock %s pages, region has bad alignment',
      'parse_ramblock_mapped_ram',
      '9.0 and later',
    ),
  },
  'ram-page-size': {
    code: 'MIG137',
    severity: 'warning',
    origin: 'tool',
    help: 'no page size makes the first page records fit together; 4 KiB was taken',
  },
  'vmdesc-json': {
    code: 'MIG140',
    severity: 'warning',
    help: 'the description of the device state is not the JSON that QEMU writes; a loader ignores it, but device sections cannot be decoded without it',
  },
  'vmdesc-mismatch': {
    code: 'MIG141',
    severity: 'warning',
    help: 'the description at the end of the stream and the sections in it disagree; the section is shown as bytes',
  },
  'trailing-bytes': {
    code: 'MIG150',
    severity: 'warning',
    help: 'a loader ignores what follows the end of the stream; several streams in one file, or a file that was not truncated before it was written, look like this',
  },
  'colo-message': {
    code: 'MIG151',
    severity: 'error',
    help: 'the messages between COLO checkpoints come in the order CHECKPOINT_REQUEST, VMSTATE_SEND, VMSTATE_SIZE',
    qemu: loader('Unexpected COLO message %d, expected %d', 'colo_receive_check_message'),
  },
  'problem-limit': {
    code: 'MIG160',
    severity: 'info',
    origin: 'tool',
    help: 'the stream has more problems than are worth listing; those before are complete',
  },
} as const satisfies Record<string, Problem>;

export type ProblemName = keyof typeof PROBLEMS;

/** True for the names of the catalogue; a `DecodeError` carries nothing else. */
export function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(PROBLEMS, name);
}

/** Makes a finding of a problem: the table gives code, severity and help, the caller what was seen and where. */
export function problemFinding(
  name: ProblemName,
  message: string,
  place: Place,
  more: Pick<Finding, 'expected' | 'found'> & { readonly related?: Finding['related'] } = {},
): Finding {
  const entry: Problem = PROBLEMS[name];
  return {
    code: entry.code,
    rule: name,
    severity: entry.severity,
    origin: entry.origin ?? 'stream',
    message,
    channel: place.channel,
    offset: place.offset,
    length: place.length ?? 0,
    ...(place.section !== undefined && { section: place.section }),
    ...(place.path !== undefined && { path: place.path }),
    ...(more.expected !== undefined && { expected: more.expected }),
    ...(more.found !== undefined && { found: more.found }),
    ...(entry.qemu && { qemu: entry.qemu }),
    help: entry.help,
    url: `docs/problems.md#${entry.code.toLowerCase()}-${name}`,
    related: more.related ?? [],
  };
}

/** The finding of a decode error that somebody caught. */
export function findingOf(error: DecodeError, channel: string, section?: string): Finding {
  const name = isProblemName(error.rule) ? error.rule : 'implausible-value';
  return problemFinding(
    name,
    error.message,
    { channel, ...error.at, ...(section !== undefined && { section }) },
    error.detail,
  );
}
