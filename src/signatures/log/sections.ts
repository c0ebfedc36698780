/** What goes wrong between the sections, and the lines that stand around every failure: these come last. */
import type { Signature } from '../signature.js';

export const SECTION_SIGNATURES: readonly Signature[] = [
  {
    name: 'unknown-section',
    failure: 'F1',
    foundBy: [
      'section-twice',
      'target-device-unknown',
      'target-section-unknown',
      'unknown-iterable',
      'iterable-instance',
      'device-undescribed',
      'block-section-refused',
    ],
    pattern: /Unknown (?:savevm )?section or instance '(?<idstr>[^'\n]{1,255})' (?<instance>\d+)/,
    title: 'the destination has no such device',
    meaning: 'The stream has a section for a device that is not there under this name.',
    causes:
      'A device that only the source has, a device in another slot, devices that were plugged in another order, kvmclock and other state of KVM into a destination without KVM.',
    fix: 'Give the destination the same devices with the same addresses. migscope diff shows the sections that only one side has.',
    source: 'qemu_loadvm_section_start_full (migration/savevm.c)',
    details: ({ idstr, instance }) => {
      const name = idstr!.slice(idstr!.lastIndexOf('/') + 1);
      const slot = idstr!.lastIndexOf('/') > 0 ? ` at ${idstr!.slice(0, idstr!.lastIndexOf('/'))}` : '';
      return [`the source has ${name}${slot}${instance === '0' ? '' : `, number ${Number(instance) + 1} of them`}`];
    },
  },
  {
    name: 'cut',
    failure: 'F17',
    foundBy: ['truncated', 'early-end'],
    pattern:
      /check_section_footer: Read section footer failed: (?<code>-?\d+)|Unable to read ID string for section (?<section>\d+)|Unable to read (?:instance_id|version_id)[^\n]{0,80}|Failed to load section ID: stream error: -?\d+|Failed to read instance\/version ID: -?\d+|Failed to load configuration state: stream error: -?\d+|Failed to load vmstate version_id: \d+, ret: -5|Failed to load [^\n]{1,120}: Input\/output error/,
    title: 'the stream ends where it should not',
    meaning: 'The destination wanted to read on and there was nothing.',
    causes: 'The source died or failed, the connection broke, the file was cut or was written while the guest ran.',
    fix: 'migscope info says at which byte it ends and in the middle of what. Take it from the source again.',
    source: 'qemu_loadvm_section_start_full, check_section_footer (migration/savevm.c)',
  },
  {
    name: 'vfio-load-thread',
    failure: 'F29',
    foundBy: ['truncated', 'early-end'],
    pattern: /vfio_load_bufs_thread: Assertion `multifd' failed/,
    title: 'the destination gave up while an assigned device was loading',
    meaning:
      'The main channel ended; the destination freed what the thread still used that loads the packets of the device, and aborted.',
    causes: 'The source died or failed behind SWITCHOVER_START; the abort itself is a fault of the destination.',
    fix: 'The log of the source says why it stopped. Take the stream again.',
    source: 'vfio_load_bufs_thread (hw/vfio/migration-multifd.c), 10.0',
  },
  {
    name: 'section-footer',
    failure: 'F2',
    foundBy: [
      'truncated',
      'section-footer',
      'section-extent',
      'section-size-mismatch',
      'section-contents',
      'vmdesc-mismatch',
    ],
    pattern: /Missing section footer for (?<device>[^\n]{1,255})|Section footer error, section_id: (?<id>\d+)/,
    title: 'a device was read with another layout than it was written with',
    meaning:
      'Behind the state of a device stands a footer; the destination found something else there: it took too few bytes, or too many.',
    causes:
      'Another release with another layout, a field or subsection that one side sends and the other does not expect, a device of the same name that is another.',
    fix: 'migscope info says whether the stream is well framed. If it is, compare layouts: migscope diff --layout against a stream of the destination.',
    source: 'check_section_footer (migration/savevm.c)',
    details: ({ device }) => (device ? [`the device is ${device.trim()}`] : []),
  },
  {
    name: 'footer-id',
    failure: 'F3',
    foundBy: ['section-footer'],
    pattern:
      /Mismatched section id in footer for (?<device>.{1,255}?) - read 0x(?<read>[0-9a-f]+) expected 0x(?<expected>[0-9a-f]+)/,
    title: 'the footer of a section is that of another',
    meaning: 'The footer repeats the id of its section, and has another one.',
    causes: 'A damaged stream, or streams that are mixed.',
    fix: 'migscope info shows the first place that is not sound.',
    source: 'check_section_footer (migration/savevm.c)',
    details: ({ device, read, expected }) => [`${device}: id 0x${read} where 0x${expected} belongs`],
  },
  {
    name: 'subsection',
    failure: 'F24',
    foundBy: [
      'unknown-subsection',
      'configuration-subsection-unknown',
      'capability-refused',
      'target-subsection-unknown',
      'subsection-twice',
      'subsection-version',
    ],
    pattern:
      /VM subsection '(?<subsection>[^'\n]{1,255})' in '(?<in>[^'\n]{1,255})' does not exist|Loading VM subsection '(?<other>[^'\n]{1,255})'[^\n]{0,80}failed[^\n]{0,80}/,
    title: 'the destination does not know a part of a device',
    meaning: 'Subsections hold what only some guests need; a release that does not know one cannot load it.',
    causes: 'A newer source. The guest uses something that came later, and the machine type of the source allows it.',
    fix: 'Use a destination that knows it, or a machine type old enough for both.',
    source: 'vmstate_subsection_load (migration/vmstate.c)',
    details: ({ subsection, other, in: vmsd }) => [`${subsection || other}${vmsd ? ` of ${vmsd}` : ''}`],
  },
  {
    name: 'version',
    failure: 'F25',
    foundBy: ['section-version', 'target-section-version', 'section-version-mismatch', 'file-version'],
    pattern:
      /(?<vmsd>[^\s:]{1,120}): incoming version_id (?<incoming>\d+) is too (?<which>new|old) for local (?:version_id|minimum version_id) {1,3}(?<local>\d+)|[Uu]nsupported version (?<theirs>\d+) for '(?<device>[^'\n]{1,255})' v(?<ours>\d+)|SaveVM v2 format is obsolete/,
    title: 'a device is of another version',
    meaning: 'Each section carries the version of its layout, and the destination does not read this one.',
    causes:
      'From a newer release to an older one (too new), or a machine type older than what the destination still supports.',
    fix: 'A destination at least as new as the source, and a machine type that both have.',
    source: 'vmstate_load_state (migration/vmstate.c), qemu_loadvm_section_start_full (migration/savevm.c)',
    details: ({ vmsd, incoming, local, device, theirs, ours }) => {
      if (vmsd) return [`${vmsd}: version ${incoming} in the stream, ${local} at the destination`];
      return device ? [`${device}: version ${theirs} in the stream, ${ours} at the destination`] : [];
    },
  },
  {
    name: 'field',
    failure: 'F4',
    foundBy: ['field-value', 'section-contents'],
    pattern:
      /Failed to load (?<path>[A-Za-z0-9_.:/ -]{1,200}?:[A-Za-z0-9_.[\]/ -]{1,120})|Failed to load element of type (?<type>[^\n]{1,80}) for (?<field>[^\n:]{1,120})/,
    title: 'a field of a device was refused',
    meaning:
      'The value of a field is one that the destination cannot have, or a check behind the field failed. The line before it has the reason, if there is one.',
    causes: 'Properties that differ between the sides, a layout that differs, or a damaged stream.',
    fix: 'migscope dump shows the value, and --offsets the bytes; look for the line before this one.',
    source: 'vmstate_load_state (migration/vmstate.c)',
    details: ({ path, type, field }) => [path ? `the field is ${path}` : `the field is ${field}, of type ${type}`],
  },
  {
    name: 'device-state',
    failure: 'F4',
    foundBy: ['truncated', 'section-contents'],
    pattern:
      /error while loading state (?:for instance 0x(?<instance>[0-9a-f]+) of device|section id (?<id>\d+)) ?['(]?(?<device>[^'\n)]{1,255})['")]/,
    title: 'loading a section failed',
    meaning: 'The line says where; the reason is in the lines before it.',
    causes: 'See the lines before it.',
    fix: 'Explain the first line of the failure, and not the last.',
    source: 'qemu_loadvm_section_start_full, qemu_loadvm_section_part_end (migration/savevm.c)',
    details: ({ device, instance }) => [
      `the device is ${device}${instance && instance !== '0' ? `, instance 0x${instance}` : ''}`,
    ],
  },
  {
    name: 'load-failed',
    failure: 'F16',
    foundBy: ['truncated', 'early-end'],
    pattern: /load of migration failed: (?<reason>[^\n]{1,120})/,
    title: 'the destination gave up',
    meaning:
      'The last line of every failure. Input/output error is what a stream that ends, or a connection that closes, gives.',
    causes:
      'See the lines before it; alone, the source failed at the end, or the stream is cut, or a back-end of the destination failed.',
    fix: 'migscope info says whether the stream is whole. If it is, the fault is at the destination.',
    source: 'process_incoming_migration_co (migration/migration.c)',
    details: ({ reason }) => [`the reason given is ${reason}`],
  },
];
