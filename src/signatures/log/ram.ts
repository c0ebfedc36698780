/** What goes wrong with the memory of the guest. */
import { RAM_SAVE_FLAG_NAMES } from '../flag-names.js';
import type { Signature } from '../signature.js';

export const RAM_SIGNATURES: readonly Signature[] = [
  {
    name: 'unknown-ramblock',
    failure: 'F8',
    foundBy: ['ram-block-list', 'undeclared-block', 'target-ram-block-unknown'],
    pattern: /Unknown ramblock "(?<block>[^"\n]{1,255})", cannot accept migration/,
    title: 'the destination lacks a RAM block of the stream',
    meaning: 'The list of blocks at the start of the stream names one that the destination does not have.',
    causes:
      'A device is missing or stands in another slot (the ROM and the memory of a device are named after its slot), an option ROM is not installed, a memory backend has another id.',
    fix: 'Compare the blocks that migscope info lists with the command line of the destination; the name tells the owner.',
    source: 'parse_ramblocks (migration/ram.c)',
    details: ({ block }) => {
      const owner = /^(?<slot>.+)\/(?<what>[^/]+)$/.exec(block!)?.groups;
      return owner
        ? [`${owner['what']} belongs to the device at ${owner['slot']}`]
        : [`${block} is the memory of the machine, a memory backend, or firmware`];
    },
  },
  {
    name: 'block-length',
    failure: 'F9',
    pattern:
      /(?:Length|Size) mismatch: (?<block>.{1,255}?): 0x(?<theirs>[0-9a-f]{1,16}) in != 0x(?<ours>[0-9a-f]{1,16})/,
    title: 'a RAM block has another size at the destination',
    meaning: 'The stream and the destination disagree about the size of a block that cannot be resized.',
    causes:
      'An option ROM or firmware of another version (names with .rom, or bios, flash); -m or the size of a memory device.',
    fix: 'Give the destination the same firmware packages, or set romfile= or rom size so that both agree; for memory, the same -m.',
    source: 'parse_ramblock (migration/ram.c), qemu_ram_resize (softmmu/physmem.c)',
    details: ({ block, theirs, ours }) => [
      `${block}: 0x${theirs} bytes in the stream, 0x${ours} at the destination${/rom|bios|flash|pflash/i.test(block!) ? ': firmware, not the memory of the guest' : ''}`,
    ],
  },
  {
    name: 'page-size',
    failure: 'F11',
    foundBy: ['advise-page-sizes', 'page-size-contradiction', 'mapped-ram-page-size'],
    pattern:
      /Received TARGET_PAGE_BITS is (?<theirs>\d+) but local is (?<ours>\d+)|Mismatched RAM page size (?<block>.{1,255}?) \(local\) (?<local>\d+) != (?<remote>\d+)|Postcopy needs matching (?:RAM|target) page sizes(?: \(s=(?<s>[0-9a-f]+) d=(?<d>[0-9a-f]+)\))?/,
    title: 'page sizes differ',
    meaning:
      'Both sides have to use pages of the same size: of the target always, of the backing memory for postcopy and mapped-ram.',
    causes:
      'Huge pages on one side only (memory-backend-file or memfd with hugetlb), another page size of the CPU type.',
    fix: 'Back the memory in the same way on both sides.',
    source:
      'configuration_post_load (migration/savevm.c), parse_ramblock (migration/ram.c), loadvm_postcopy_handle_advise (migration/savevm.c)',
    details: ({ theirs, ours, block, local, remote }) => {
      if (theirs)
        return [`target pages of ${2 ** Number(theirs)} bytes in the stream, ${2 ** Number(ours)} at the destination`];
      return block ? [`${block}: pages of ${remote} bytes in the stream, ${local} at the destination`] : [];
    },
  },
  {
    name: 'ram-flags',
    failure: 'F15',
    foundBy: ['ram-flags', 'truncated', 'early-end'],
    pattern: /Unknown combination of migration flags: 0x(?<flags>[0-9a-f]{1,8})(?<postcopy> \(postcopy mode\))?/i,
    title: 'a RAM record has flags that mean nothing',
    meaning: 'Where the next record of a page should start, the destination read a word that is no record.',
    causes:
      'Nearly always a stream that ends there: reading past the end gives zeros, and zero is no combination of flags. The source died, the connection broke, the disk was full. Else a file with holes, or one that was written in text mode.',
    fix: 'migscope info says where the stream ends and what it was in the middle of. Take it from the source again.',
    source: 'ram_load_precopy, ram_load_postcopy (migration/ram.c)',
    details: ({ flags }) => {
      const value = Number.parseInt(flags!, 16);
      if (value === 0) return ['0x0: the stream was cut, or has a run of zeros there'];
      return [
        `0x${flags}: ${
          RAM_SAVE_FLAG_NAMES.filter(([bit]) => value & bit)
            .map(([, name]) => name)
            .join(', ') || 'no flag that there is'
        }`,
      ];
    },
  },
  {
    name: 'postcopy-pages',
    failure: 'F22',
    foundBy: ['mapped-ram-stray-bits', 'ram-address', 'zero-fill', 'host-page-split', 'postcopy-record'],
    pattern:
      /Non-same host page detected on channel (?<channel>\d+)|Found a zero page with value (?<value>-?\d+)|Illegal RAM offset (?<offset>[0-9a-fx]+)|(?<outside>page outside of ramblock)/i,
    title: 'pages of postcopy do not fit',
    meaning:
      'A page lies outside of its block, pages of one host page are mixed with others, or a zero page is not zero.',
    causes: 'A damaged stream; blocks of other sizes; with huge pages, a source that interleaves host pages.',
    fix: 'migscope validate checks every page against its block, and the order of pages within host pages, on each channel.',
    source: 'ram_load_postcopy, ram_block_from_stream (migration/ram.c)',
  },
  {
    name: 'xbzrle',
    failure: 'F23',
    foundBy: ['ram-xbzrle', 'xbzrle-without-base'],
    pattern: /Failed to load XBZRLE page - (?<what>wrong compression!|len overflow!|decode error!)/,
    title: 'an XBZRLE page cannot be decoded',
    meaning: 'XBZRLE sends differences to an earlier page; the difference is damaged, or not for that page.',
    causes: 'A damaged stream, or one whose beginning is missing.',
    fix: 'migscope validate decodes every page and says which one has no base.',
    source: 'load_xbzrle (migration/ram.c)',
  },
];
