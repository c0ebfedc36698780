/**
 * What destinations print for one problem in several words: the first case that fits what was seen says which.
 *
 * A problem that has one text keeps it in its entry of `problems.ts`, and that is also what holds where no case fits.
 */
import type { Finding } from './finding.js';

export type QemuText = NonNullable<Finding['qemu']>;

export interface TextCase {
  /** Fits what was read, what was seen and what was expected there, joined as `PATH; MESSAGE; EXPECTED; FOUND`. */
  readonly when: RegExp;
  /** In which case, for people. */
  readonly about: string;
  /** Undefined where nothing is printed. */
  readonly qemu: QemuText | undefined;
}

/** What a loader prints: a format string, the function, and the releases that do so. */
export const loader = (text: string, fn: string, versions = 'all'): QemuText => ({ text, function: fn, versions });

export const TEXT_CASES: Readonly<Record<string, readonly TextCase[]>> = {
  truncated: [
    { when: /^(?:multifd|return path|CPR)/, about: 'on another channel than the main one', qemu: undefined },
    {
      when: /^[^;]*section footer;/,
      about: 'at a footer',
      qemu: loader('check_section_footer: Read section footer failed: %d', 'check_section_footer'),
    },
    {
      when: /^file header;/,
      about: 'in the file header',
      qemu: loader('Unsupported migration stream version', 'qemu_loadvm_state_header'),
    },
    {
      when: /^(?:machine type|capability|target page bits|uuid)/,
      about: 'in the configuration section',
      qemu: loader('Failed to load configuration', 'vmstate_load_state', '11.1; an error number alone before'),
    },
    {
      when: /ram block list/,
      about: 'in the list of RAM blocks',
      qemu: loader('Unknown ramblock "%s", cannot accept migration', 'parse_ramblocks'),
    },
    {
      when: /ram record;[^;]*;8 bytes;/,
      about: 'at the word of a RAM record',
      qemu: loader(
        'Getting RAM address failed',
        'ram_load_precopy',
        '9.0 and later; "Unknown combination of migration flags: 0x0" before',
      ),
    },
    {
      when: /^(?:[^;]* > )?payload of /,
      about: 'in the state of a device',
      qemu: loader("error while loading state for instance 0x%x of device '%s'", 'qemu_loadvm_section_start_full'),
    },
    {
      when: /end of DEV_SETUP_STATE;/,
      about: 'behind DEV_SETUP_STATE of VFIO',
      qemu: loader('SETUP STATE: EOS not found 0x%lx', 'vfio_load_state', '5.2 and later'),
    },
    {
      when: /^(?:vfio|htab|dirty bitmap|slirp)/,
      about: 'in what another device sends in rounds',
      qemu: loader(
        'error while loading state section id %d(%s)',
        'qemu_loadvm_section_part_end',
        'up to 10.2; "Failed to load vmstate version_id: %d, ret: %d" later',
      ),
    },
    {
      when: /^PACKAGED;/,
      about: 'in a package',
      qemu: loader('CMD_PACKAGED: Buffer receive fail ret=%d length=%u', 'loadvm_handle_cmd_packaged'),
    },
  ],
  'range-exceeded': [
    {
      when: /^PACKAGED > section header;/,
      about: 'a package that ends in the header of a section',
      qemu: loader('Unable to read ID string for section %u', 'qemu_loadvm_section_start_full'),
    },
  ],
  'file-version': [
    {
      when: /file version 2;/,
      about: 'version 2',
      qemu: loader('SaveVM v2 format is obsolete', 'qemu_loadvm_state_header'),
    },
  ],
  'section-footer': [
    {
      when: /has another id/,
      about: 'the footer of another section',
      qemu: loader(
        'Mismatched section id in footer for %s - read 0x%x expected 0x%x',
        'check_section_footer',
        '2.4 and later',
      ),
    },
  ],
  'section-version': [
    {
      when: /section ram has version [0-3];/,
      about: 'an older version of RAM',
      qemu: loader("error while loading state for instance 0x%x of device '%s'", 'qemu_loadvm_section_start_full'),
    },
  ],
  'ram-xbzrle': [
    {
      when: /with encoding/,
      about: 'another encoding',
      qemu: loader('Failed to load XBZRLE page - wrong compression!', 'load_xbzrle'),
    },
    {
      when: /page of \d+ bytes/,
      about: 'longer than a page',
      qemu: loader('Failed to load XBZRLE page - len overflow!', 'load_xbzrle'),
    },
  ],
  'command-payload': [
    {
      when: /^[^;]*;\s*RECV_BITMAP with a payload of 0 bytes/,
      about: 'RECV_BITMAP without a name',
      qemu: loader('invalid payload length (%d)', 'loadvm_handle_recv_bitmap', '3.0 and later'),
    },
  ],
};

/** The text for what was seen; `plain` is that of the problem where no case fits. */
export function textFor(
  problem: string,
  {
    path = '',
    message,
    expected = '',
    found = '',
  }: { path?: string; message: string; expected?: string; found?: string },
  plain: QemuText | undefined,
): QemuText | undefined {
  const seen = [path, message, expected, found].join(';');
  const fitting = TEXT_CASES[problem]?.find(({ when }) => when.test(seen));
  return fitting ? fitting.qemu : plain;
}
