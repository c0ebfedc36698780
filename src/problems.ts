/**
 * The catalogue of what can go wrong while a stream is read: one entry a problem, with its stable code.
 *
 * Codes are never reused. `docs/problems.md` is made from this table.
 */
import type { DecodeError, Finding, Origin, Place, Severity } from './finding.js';
import { loader, type QemuText, textFor } from './qemu-texts.js';

interface Problem {
  readonly code: string;
  readonly severity: Severity;
  readonly origin?: Origin;
  /** What a reader should make of it and do next. */
  readonly help: string;
  /** What a destination prints; `qemu-texts.ts` has what it prints in special cases. */
  readonly qemu?: QemuText;
}

export const PROBLEMS = {
  truncated: {
    code: 'MIG101',
    severity: 'error',
    help: 'the input stops before the stream does: the file was cut, the source died, the migration was cancelled, or the destination gave up (its log says why); save it again, or use what was decoded up to here',
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
    qemu: loader('Failed to load configuration', 'vmstate_load_state'),
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
  'opaque-layout': {
    code: 'MIG126',
    severity: 'info',
    origin: 'tool',
    help: 'migscope knows layouts of payloads that the vmdesc does not describe; this one has another, of a release or a device that it does not know, or is damaged. The bytes are shown as they are, and nothing else depends on them',
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
  'pcap-hole': {
    code: 'MIG152',
    severity: 'error',
    help: 'the packet capture lacks bytes that were sent: packets were dropped while capturing, or only the beginning of each was kept; zeros stand in for them, or the channel ends there when more than a tenth of it is missing. Capture with tcpdump -s 0 -B 65536, or record with migscope capture',
  },
  'pcap-cut': {
    code: 'MIG153',
    severity: 'warning',
    help: 'the packet capture was cut, or is still being written; what it has up to there is read',
  },
  'pcap-damaged': {
    code: 'MIG154',
    severity: 'error',
    help: 'the packet capture is damaged: no packet can be found behind this place of the file; what it has up to there is read',
  },
  'pcap-fragments': {
    code: 'MIG155',
    severity: 'warning',
    help: 'IP datagrams were fragmented on their way, which TCP avoids: capture on one of the two hosts',
  },
  'recording-cut': {
    code: 'MIG156',
    severity: 'error',
    help: 'the recorder could not write on while the migration ran, which went on without it: the files have what passed until then; record again with more room',
  },
  'problem-limit': {
    code: 'MIG160',
    severity: 'info',
    origin: 'tool',
    help: 'the stream has more problems than are worth listing; those before are complete',
  },
  'wrapper-cut': {
    code: 'MIG161',
    severity: 'error',
    help: 'the file that the stream is packed in was cut: what was unpacked before is shown; copy or save it again',
  },
  'wrapper-damaged': {
    code: 'MIG162',
    severity: 'error',
    help: 'the file that the stream is packed in is damaged: what was unpacked before is shown; copy or save it again',
  },
  'wrapper-trailing': {
    code: 'MIG163',
    severity: 'warning',
    help: 'behind the packed stream stands something that is no part of it; the programs that unpack it say so too, and ignore it',
  },
  'libvirt-unfinished': {
    code: 'MIG164',
    severity: 'error',
    help: 'libvirt gives a save image its last mark when the migration into it is done; without it the save failed, was cancelled, or still goes on, and libvirt refuses to restore it',
  },
  'libvirt-header': {
    code: 'MIG165',
    severity: 'error',
    help: 'the header in front of the stream is not one that libvirt writes, and it would refuse it; the stream is read by what it is',
  },
  'qcow2-cluster': {
    code: 'MIG166',
    severity: 'error',
    help: 'the tables of the image lead to where no cluster can be: the image is damaged (qemu-img check), or is being written to; what was read before is shown',
  },
  'multifd-init': {
    code: 'MIG170',
    severity: 'error',
    help: 'the first 64 bytes of a multifd channel name it; without them a destination does not know which channel it is and gives up',
    qemu: loader('multifd: received packet magic %x expected %x', 'multifd_recv_initial_packet', '4.0 and later'),
  },
  'multifd-magic': {
    code: 'MIG171',
    severity: 'error',
    help: 'no packet begins where the packet before ended: its page count is wrong, bytes are missing, or the bytes are damaged; QEMU 9.2.0 also reads so when an older source sends pages with a SYNC',
    qemu: loader(
      'multifd: received packet magic %x, expected %x',
      'multifd_recv_unfill_packet_header',
      '4.0 and later, in words that vary',
    ),
  },
  'multifd-version': {
    code: 'MIG172',
    severity: 'error',
    help: 'multifd packets have had version 1 since there are any',
    qemu: loader(
      'multifd: received packet version %u, expected %u',
      'multifd_recv_unfill_packet_header',
      '4.0 and later, in words that vary',
    ),
  },
  'multifd-flags': {
    code: 'MIG173',
    severity: 'warning',
    help: 'the packet has flags that no release up to 11.1 gives a meaning; a destination ignores them',
  },
  'multifd-method': {
    code: 'MIG174',
    severity: 'error',
    help: 'all packets of a migration are compressed by one method, the one that multifd-compression names on both sides',
    qemu: loader(
      'multifd %u: flags received %x flags expected %x',
      'multifd_nocomp_recv and its like',
      '5.0 and later',
    ),
  },
  'multifd-page-count': {
    code: 'MIG175',
    severity: 'error',
    help: 'a packet holds 512 KiB of pages at most, and its counts must fit into that; the bytes are damaged, or the page size is another than that of the stream',
    qemu: loader(
      'multifd: received packet with %u pages, expected %u',
      'multifd_ram_unfill_packet',
      '4.0 and later, in words that vary',
    ),
  },
  'multifd-packet-size': {
    code: 'MIG176',
    severity: 'error',
    help: 'a compressed payload is never empty and never larger than 1 MiB; some releases write beyond their buffer when it is',
    qemu: loader(
      'multifd %u: next_packet_size %u exceeds allocated %u',
      'multifd_zlib_recv',
      '10.0.13, 11.1; not checked before',
    ),
  },
  'multifd-plain-size': {
    code: 'MIG177',
    severity: 'warning',
    help: 'the payload of a packet that is not compressed is its pages, whatever the size field says: a destination does not look at it',
  },
  'multifd-block': {
    code: 'MIG178',
    severity: 'error',
    help: 'the packet is for a RAM block that the main channel does not declare',
    qemu: loader('multifd: unknown ram block %s', 'multifd_ram_unfill_packet', '4.0 and later'),
  },
  'multifd-offset': {
    code: 'MIG179',
    severity: 'error',
    help: 'a page lies outside its block, or not on a page boundary; of the two a destination refuses only the first',
    qemu: loader('multifd: offset too long %lu (max %lx)', 'multifd_ram_unfill_packet', '4.0 and later'),
  },
  'multifd-payload': {
    code: 'MIG180',
    severity: 'error',
    help: 'the payload does not unpack to exactly the pages of its packet; the packet is counted, its pages are not shown',
    qemu: loader(
      'multifd %u: packet size received %u size expected %u',
      'multifd_zlib_recv and its like',
      '5.0 and later',
    ),
  },
  'multifd-stream-lost': {
    code: 'MIG181',
    severity: 'warning',
    help: 'with zlib and zstd every packet of a channel builds on those before it: after a packet that was damaged or skipped, the rest of this channel cannot be unpacked',
  },
  'multifd-device-packet': {
    code: 'MIG182',
    severity: 'error',
    help: 'a packet of device state is not one that its writer can produce',
    qemu: loader('multifd: received empty device state packet', 'multifd_device_state_unfill_packet', '10.0 and later'),
  },
  'return-path-message': {
    code: 'MIG190',
    severity: 'error',
    help: 'the return path has a message of a type that no release knows: what came before was longer or shorter than it should be, or the bytes are damaged',
    qemu: loader('Received invalid message 0x%04x length 0x%04x', 'source_return_path_thread'),
  },
  'return-path-length': {
    code: 'MIG191',
    severity: 'error',
    help: 'the length of this message is not the one of its type, or not that of the block name in it',
    qemu: loader("Received '%s' message (0x%04x) withincorrect length %d expecting %zu", 'source_return_path_thread'),
  },
  'return-path-bitmap': {
    code: 'MIG192',
    severity: 'error',
    help: 'the bitmap of received pages has a size that no block makes: it is a multiple of 8 bytes, a bit for each page',
    qemu: loader("ramblock '%s' bitmap size mismatch (0x%lx != 0x%lx)", 'ram_dirty_bitmap_reload', '3.0 and later'),
  },
  'return-path-end-mark': {
    code: 'MIG193',
    severity: 'error',
    help: 'the mark behind the bitmap of received pages is wrong: the bitmap is longer or shorter than its size says, or damaged',
    qemu: loader("ramblock '%s' end mark incorrect: 0x%lx", 'ram_dirty_bitmap_reload', '3.0 and later'),
  },
  'return-path-colo': {
    code: 'MIG194',
    severity: 'error',
    help: 'a secondary says CHECKPOINT_READY once, then CHECKPOINT_REPLY, VMSTATE_RECEIVED, VMSTATE_LOADED for each checkpoint',
    qemu: loader('Unexpected COLO message %d, expected %d', 'colo_receive_check_message', '2.8 and later'),
  },
  'capture-main': {
    code: 'MIG195',
    severity: 'error',
    help: 'a migration has one main channel, the one that starts with QEVM; add the file that is missing, or take out those of another migration',
    qemu: loader('%s: Extra incoming migration connection; ignoring', 'socket_accept_incoming_migration'),
  },
  'capture-multifd': {
    code: 'MIG196',
    severity: 'error',
    help: 'the multifd channels of one migration have the uuid of one guest and each its own id; files of several migrations are mixed, or one is there twice',
    qemu: loader("multifd: received id '%d' already setup'", 'multifd_recv_new_channel'),
  },
  'capture-file': {
    code: 'MIG197',
    severity: 'warning',
    help: 'a file of the capture is no channel of a migration; the others are read',
  },
  'capture-name': {
    code: 'MIG198',
    severity: 'info',
    help: 'what a file is called and what is in it disagree; its bytes decide',
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
  const { path } = place;
  const qemu = textFor(name, { ...(path !== undefined && { path }), message, ...more }, entry.qemu);
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
    ...(qemu && { qemu }),
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
