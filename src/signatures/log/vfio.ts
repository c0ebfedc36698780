/** What goes wrong with the state of assigned devices. `NAME: ` before each line is the device of the host, as in `0000:3f:00.1`. */
import type { Signature } from '../signature.js';

const MULTIFD = 'hw/vfio/migration-multifd.c';

export const VFIO_SIGNATURES: readonly Signature[] = [
  {
    name: 'vfio-transfer',
    failure: 'F29',
    foundBy: ['device-state-on-both', 'device-packets-without-switchover', 'vfio-config-load-ready'],
    pattern:
      /got DEV_CONFIG_(?<main>STATE) in main migration channel but doing multifd transfer|got (?<packet>device state packet) but not doing multifd transfer|got DEV_CONFIG_(?<ready>LOAD_READY) outside multifd transfer/,
    title: 'the two sides do not agree on how the state of an assigned device travels',
    meaning:
      'The state of a VFIO device comes on the main channel, or in packets on the multifd channels. Nothing in the stream says which: each side decides by itself.',
    causes:
      'x-migration-multifd-transfer of the device is not the same on both sides; or it is auto, and multifd, multifd-compression, mapped-ram or the machine type are not the same.',
    fix: 'Set x-migration-multifd-transfer alike on both sides, and the multifd capability and parameters too.',
    source: `vfio_load_state (hw/vfio/migration.c), vfio_multifd_load_state_buffer (${MULTIFD}), since 10.0`,
    details: ({ main }) => [
      main
        ? 'the source sends on the main channel, the destination waits for packets'
        : 'the source sends packets, the destination waits on the main channel',
    ],
  },
  {
    name: 'vfio-transfer-unsupported',
    failure: 'F29',
    foundBy: ['device-packets-beside'],
    pattern: /Multifd device transfer requested but unsupported in the current config/,
    title: 'an assigned device is to send its state over multifd, and cannot',
    meaning:
      'x-migration-multifd-transfer=on demands multifd without compression and without mapped-ram, and a machine type that sends SWITCHOVER_START (10.0 and later). Each side checks it when the migration begins.',
    causes: 'multifd is off, multifd-compression is set, mapped-ram is on, or the machine type is 9.2 or older.',
    fix: 'Leave x-migration-multifd-transfer at auto, which falls back to the main channel, or turn the hindrance off, on both sides.',
    source: `vfio_multifd_setup (${MULTIFD}), since 10.0`,
  },
  {
    name: 'vfio-config-load',
    failure: 'F29',
    foundBy: ['vfio-config-load-ready'],
    pattern: /got DEV_CONFIG_LOAD_READY but was disabled|duplicate DEV_CONFIG_LOAD_READY/,
    title: 'the source announces the configuration of an assigned device to a destination that does not wait for it',
    meaning:
      'With x-migration-load-config-after-iter the destination loads the configuration of a device behind all other devices, when DEV_CONFIG_LOAD_READY tells it to, once.',
    causes:
      'x-migration-load-config-after-iter is on at the source only; its default differs between architectures. A destination where it alone is on waits for ever.',
    fix: 'Set x-migration-load-config-after-iter alike on both sides.',
    source: `vfio_load_state_config_load_ready (${MULTIFD}), since 10.1`,
  },
  {
    name: 'vfio-packet',
    failure: 'F29',
    foundBy: ['device-packet-form', 'device-packet-order', 'device-packet-section', 'multifd-device-packet'],
    pattern:
      /state buffer (?<index>\d{1,10}) already filled|expected FLAG_DEV_CONFIG_STATE but got (?<word>[0-9a-f]{1,16})|packet too short at (?<size>\d{1,20}) \(min is \d{1,20}\)|packet has unknown version (?<version>\d{1,10})|packet index is invalid|Unknown idstr (?<idstr>\S{1,255}) or instance id (?<instance>\d{1,10}) for load state buffer|idstr \S{1,255} \/ instance \d{1,10} has no load state buffer operation/,
    title: 'a packet of the state of an assigned device does not fit',
    meaning:
      'The packets of a device name it and have indexes from 0; the last one has its configuration. This one is there twice, is not made as a packet is, or is for a device that the destination does not have.',
    causes:
      'Channels of two migrations in one, damaged data, or a device that stands in another slot of the destination.',
    fix: 'migscope validate DIRECTORY names the packet. See that the channels are of one migration, and that the destination has the device in the same slot.',
    source: `vfio_multifd_load_state_buffer, vfio_load_bufs_thread_load_config (${MULTIFD}), qemu_loadvm_load_state_buffer (migration/savevm.c), since 10.0`,
    details: ({ index, idstr }) => [
      ...(index ? [`a second packet ${index}`] : []),
      ...(idstr ? [`the packets are of ${idstr}`] : []),
    ],
  },
  {
    name: 'vfio-queue-limit',
    failure: 'F29',
    pattern: /queuing state buffer (?<index>\d{1,10}) would exceed the size max of (?<limit>\d{1,20})/,
    title: 'the destination has no room for the packets of an assigned device',
    meaning:
      'Packets that the device has not taken yet are kept in memory; x-migration-max-queued-buffers-size of the device bounds them, and more is refused.',
    causes: 'The device takes its state more slowly than the network brings it, and the bound is low.',
    fix: 'Raise x-migration-max-queued-buffers-size at the destination; by default there is no bound.',
    source: `vfio_load_state_buffer_insert (${MULTIFD}), since 10.1`,
    details: ({ index, limit }) => [`packet ${index} would make more than ${limit} bytes that wait`],
  },
  {
    name: 'vfio-words',
    failure: 'F29',
    foundBy: [
      'section-record',
      'vfio-word-misplaced',
      'vfio-config-load-ready',
      'vfio-init-data-sent',
      'device-packet-form',
    ],
    pattern:
      /Unknown tag 0x(?<tag>[0-9a-f]{1,16})|SETUP STATE: EOS not found 0x(?<setup>[0-9a-f]{1,16})|Failed loading device config space, end flag incorrect 0x(?<end>[0-9a-f]{1,16})/,
    title: 'the state of an assigned device is not as the destination expects it',
    meaning: 'The section of a VFIO device is a sequence of marked parts; where a mark belongs, something else stands.',
    causes:
      'A newer source that marks what this destination does not know, another layout of the configuration of the device, a source that gave up inside the section.',
    fix: 'migscope dump --select "*/vfio" shows the marks. Compare the releases of both sides.',
    source: 'vfio_load_state, vfio_load_device_config_state (hw/vfio/migration.c)',
    details: ({ tag, setup, end }) => {
      const word = (tag || setup || end || '').padStart(16, '0');
      const known: Readonly<Record<string, string>> = {
        ffffffffef100005: 'DEV_INIT_DATA_SENT, known since 8.1',
        ffffffffef100006: 'DEV_CONFIG_LOAD_READY, known since 10.1',
      };
      if (known[word]) return [`0x${word} is ${known[word]}`];
      return word.startsWith('7e') ? [`0x${word} begins with a footer: the section ends there`] : [];
    },
  },
  {
    name: 'vfio-switchover-ack',
    failure: 'F29',
    foundBy: ['vfio-init-data-sent'],
    pattern: /Received INIT_DATA_SENT but switchover ack is not used/,
    title: 'the source waits for an acknowledgement that the destination does not give',
    meaning:
      'With switchover-ack the source marks when the first part of the state of an assigned device is out, and the destination answers when it is loaded.',
    causes: 'switchover-ack is on at the source only, or the device of the destination does not support pre-copy.',
    fix: 'Set switchover-ack and return-path alike on both sides, and use the same driver and firmware for the device.',
    source: 'vfio_load_state (hw/vfio/migration.c), since 8.1',
  },
  {
    name: 'vfio-config',
    failure: 'F29',
    pattern: /: Failed to load device config space|vfio_load_device_config_state\(\) failed: (?<code>-?\d{1,10})/,
    title: 'the configuration of an assigned device was refused',
    meaning:
      'Behind the state of the device comes its PCI configuration, as QEMU keeps it; the destination loads it like that of any other PCI function.',
    causes: 'The device of the destination has another PCI config space: another model, firmware or MSI-X table.',
    fix: 'Use the same device and firmware on both sides. The lines before it say what differs.',
    source: `vfio_load_device_config_state (hw/vfio/migration.c), vfio_load_bufs_thread_load_config (${MULTIFD})`,
  },
  {
    name: 'vfio-driver',
    failure: 'F29',
    pattern:
      /(?<what>writing|reading) state buffer (?<index>\d{1,10}) failed: (?<code>-?\d{1,10})|Failed setting device (?:state to (?<state>[A-Z_0-9 ]{1,40})|in recover state)[.,][^\n]{0,200}|data_fd out of sync|Failed to allocate migration data buffer|multifd (?:config )?data queuing failed/,
    title: 'the driver of an assigned device failed',
    meaning:
      'QEMU passes the state of the device on to the driver in the kernel, which knows its format, and the driver gave an error.',
    causes:
      'Devices, drivers or firmware that do not fit together, a device that was reset, or a driver that says that it has no state.',
    fix: 'Look into the log of the kernel at that side. Nothing in the stream tells what the driver made of its data.',
    source: `vfio_migration_set_state, vfio_save_setup (hw/vfio/migration.c), vfio_load_state_buffer_write (${MULTIFD})`,
    details: ({ what, index, code, state }) => {
      if (what)
        return [`${what} packet ${index} ${what === 'writing' ? 'to' : 'from'} the driver failed: errno ${code}`];
      return state ? [`the device did not become ${state}`] : [];
    },
  },
];
