/** Two sides that were not set up alike, and files that are something else. */
import type { Signature } from '../signature.js';

export const SETUP_SIGNATURES: readonly Signature[] = [
  {
    name: 'machine-type',
    failure: 'F10',
    foundBy: ['machine-too-new', 'target-machine'],
    pattern: /Machine type received is '(?<theirs>[^'\n]{1,80})' and local is '(?<ours>[^'\n]{1,80})'/,
    title: 'the machine types differ',
    meaning: 'The stream says of which machine type it is, and the destination is of another.',
    causes: 'Names without a version (pc, q35, virt) stand for the newest of each release.',
    fix: 'Start the destination with the machine type of the stream.',
    source: 'configuration_post_load (migration/savevm.c)',
    details: ({ theirs }) => [`start the destination with -machine ${theirs}`],
  },
  {
    name: 'capability',
    failure: 'F13',
    foundBy: ['capability-refused', 'capability-conflict', 'capability-not-recorded'],
    pattern:
      /Capability (?<capability>[a-z0-9-]{1,40}) is (?<ours>on|off), but received capability is (?<theirs>on|off)/,
    title: 'a capability is set on one side only',
    meaning: 'Two capabilities are recorded in the stream and checked: x-ignore-shared and mapped-ram.',
    causes: 'The destination was not told, often because it was started without -incoming defer.',
    fix: 'Start the destination with -incoming defer, set the capability, then migrate-incoming.',
    source: 'configuration_validate_capabilities (migration/savevm.c)',
    details: ({ capability, theirs }) => [`set ${capability} ${theirs} at the destination`],
  },
  {
    name: 'uuid',
    failure: 'F14',
    foundBy: ['multifd-uuid'],
    pattern: /UUID received is (?<theirs>[0-9a-f-]{36}) and local is (?<ours>[0-9a-f-]{36})/i,
    title: 'the stream is of another guest',
    meaning: 'With validate-uuid the source sends the UUID of the guest, and the destination has another.',
    causes: 'The wrong file, or a destination that was started without -uuid.',
    fix: 'Start the destination with the UUID of the stream.',
    source: 'vmstate_uuid_post_load (migration/savevm.c)',
    details: ({ theirs }) => [`the stream is of ${theirs}`],
  },
  {
    name: 'dirty-bitmap',
    failure: 'F26',
    foundBy: ['bitmap-record'],
    pattern:
      /Migrated bitmap granularity[^\n]{0,120}match[^\n]{0,120}|Unknown (?:bitmap|node) alias '(?<alias>[^'\n]{1,255})'|[Uu]nknown dirty bitmap[^\n]{0,200}|Error: Unknown (?:bitmap|node)[^\n]{0,200}/,
    title: 'a dirty bitmap has no counterpart',
    meaning: 'Bitmaps are sent under the names of their nodes, or under aliases that both sides agree on.',
    causes: 'Nodes have other names at the destination and block-bitmap-mapping is not set, or another granularity.',
    fix: 'Set block-bitmap-mapping on both sides; migscope dump shows node, bitmap and granularity.',
    source: 'dirty_bitmap_load_header, dirty_bitmap_load_start (migration/block-dirty-bitmap.c)',
  },
  {
    name: 'not-a-stream',
    failure: 'F27',
    foundBy: ['configuration-missing', 'vmdesc-missing', 'vmdesc-cut', 'file-version'],
    pattern:
      /Not a migration stream(?:, magic: (?<magic>[0-9a-f]{1,8}))?|Configuration section missing(?:, (?<found>[0-9a-f]+) != (?<wanted>[0-9a-f]+))?|Expected vmdescription section, but got (?<type>-?\d+)|Error -22 while loading VM state/i,
    title: 'the file is no migration stream, or is not written as expected',
    meaning: 'The first bytes, or what stands at a fixed place, are not those of a stream.',
    causes:
      'A file that is wrapped: saved by libvirt, compressed, an internal snapshot in a qcow2 image. Or machine properties that differ (send-configuration, suppress-vmdesc), or a channel that is not the main one.',
    fix: 'migscope info says what the file is and opens what it is wrapped in.',
    source: 'qemu_loadvm_state_header, qemu_loadvm_state (migration/savevm.c)',
    details: ({ magic }) => {
      const known: readonly (readonly [start: string, what: string])[] = [
        ['4c696276', 'a save file of libvirt'],
        ['1f8b', 'gzip'],
        ['28b52ffd', 'zstd'],
        ['fd377a58', 'xz'],
        ['425a68', 'bzip2'],
        ['514649fb', 'a qcow2 image: the state is an internal snapshot in it'],
        ['11223344', 'a multifd channel'],
      ];
      const what = magic ? known.find(([start]) => magic.toLowerCase().startsWith(start))?.[1] : undefined;
      return what === undefined ? [] : [`0x${magic} is ${what}`];
    },
  },
  {
    name: 'blocked',
    failure: 'F28',
    pattern:
      /State blocked by non-migratable device '(?<device>[^'\n]{1,255})'|State blocked[^\n]{0,200}|State is not migratable[^\n]{0,120}|is not yet migratable|VFIO (?:migration is not supported [^\n]{0,80}|device doesn't support migration[^\n]{0,80})|invtsc[^\n]{0,80}(?:migrat|savevm)[^\n]{0,80}/,
    title: 'the source refuses to migrate',
    meaning: 'A device or a CPU feature of the guest cannot be migrated, and says so before anything is sent.',
    causes: 'Passed-through devices, virtio-gpu with OpenGL, invtsc, mounted 9p shares.',
    fix: 'Unplug the device or start the guest without the feature. There is no stream to look at.',
    source: 'migrate_add_blocker and its callers (migration/migration.c)',
  },
];
