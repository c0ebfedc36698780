import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ruleDescriptions } from '../../src/report/rule-descriptions.js';
import { explainLine, SIGNATURES } from '../../src/signatures/explain-line.js';

/** Lines as releases print them, the signature that they are of, and the first thing that is said of their numbers. */
const LINES: readonly (readonly [line: string, name: string, detail?: string])[] = [
  [
    "Unknown savevm section or instance '0000:00:04.0/virtio-blk' 0",
    'unknown-section',
    'the source has virtio-blk at 0000:00:04.0',
  ],
  [
    "Unknown section or instance 'serial' 1. Make sure that your current VM setup matches your saved VM setup",
    'unknown-section',
    'the source has serial, number 2 of them',
  ],
  [
    'qemu-system-x86_64: Missing section footer for 0000:00:01.3/piix4_pm',
    'section-footer',
    'the device is 0000:00:01.3/piix4_pm',
  ],
  ['Section footer error, section_id: 41', 'section-footer'],
  [
    'Mismatched section id in footer for apic - read 0x2a expected 0x2b',
    'footer-id',
    'apic: id 0x2a where 0x2b belongs',
  ],
  ['qemu-system-x86_64: Failed to load PCIDevice:config', 'field', 'the field is PCIDevice:config'],
  ['Failed to load element of type virtio for virtio', 'field', 'the field is virtio, of type virtio'],
  [
    "error while loading state for instance 0x0 of device '0000:00:03.0/virtio-net'",
    'device-state',
    'the device is 0000:00:03.0/virtio-net',
  ],
  ['error while loading state section id 2(ram)', 'device-state', 'the device is ram'],
  [
    'get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 cmask: ff wmask: 0 w1cmask:0',
    'pci-config',
    "byte 0x34 is capability list: the stream has 0x84, the destination's device 0x98, and bits 0x1c have to be equal",
  ],
  [
    'Features 0x1c0010130afffaf unsupported. Allowed features: 0x10179bfffef',
    'virtio-features',
    'the guest uses features that the destination does not offer:',
  ],
  [
    'VQ 0 size 0x100 < last_avail_idx 0x9 - used_idx 0x11',
    'virtio-used-index',
    'queue 0: 0x9 - 0x11 is 65528 modulo 65536: so many requests would be in flight, in a ring of 256',
  ],
  [
    'VQ 2 size 0x40 Guest index 0x90 inconsistent with Host index 0x10: delta 0x80',
    'virtio-guest-index',
    'queue 2: the guest has put 128 requests into a ring of 64 since the device last looked (0x90 - 0x10)',
  ],
  ['VQ 1 address 0x0 inconsistent with Host index 0x5', 'virtio-address', 'queue 1: index 0x5 without an address'],
  [
    'Unknown ramblock "0000:00:03.0/virtio-net-pci.rom", cannot accept migration',
    'unknown-ramblock',
    'virtio-net-pci.rom belongs to the device at 0000:00:03.0',
  ],
  [
    'Length mismatch: 0000:00:03.0/virtio-net-pci.rom: 0x40000 in != 0x80000: Invalid argument',
    'block-length',
    '0000:00:03.0/virtio-net-pci.rom: 0x40000 bytes in the stream, 0x80000 at the destination: firmware, not the memory of the guest',
  ],
  [
    'Size mismatch: pc.ram: 0x4000000 in != 0x8000000: Invalid argument',
    'block-length',
    'pc.ram: 0x4000000 bytes in the stream, 0x8000000 at the destination',
  ],
  [
    "Machine type received is 'virt-9.1' and local is 'virt-9.2'",
    'machine-type',
    'start the destination with -machine virt-9.1',
  ],
  [
    'Received TARGET_PAGE_BITS is 12 but local is 16',
    'page-size',
    'target pages of 4096 bytes in the stream, 65536 at the destination',
  ],
  [
    'Mismatched RAM page size pc.ram (local) 4096 != 2097152',
    'page-size',
    'pc.ram: pages of 2097152 bytes in the stream, 4096 at the destination',
  ],
  ['Postcopy needs matching RAM page sizes (s=1000 d=200000)', 'page-size'],
  [
    'Mismatched GPAs for block mem 100000000 != 140000000',
    'gpa-mismatch',
    'mem: 0x100000000 in the stream, 0x140000000 at the destination',
  ],
  [
    "Property 'memaddr' changed from 0x140000000 to 0x180000000",
    'property-changed',
    'memaddr is 0x140000000 in the stream and 0x180000000 at the destination',
  ],
  ['Capability mapped-ram is off, but received capability is on', 'capability', 'set mapped-ram on at the destination'],
  [
    'UUID received is 12345678-1234-1234-1234-123456789abc and local is 00000000-0000-0000-0000-000000000000',
    'uuid',
    'the stream is of 12345678-1234-1234-1234-123456789abc',
  ],
  ['Unknown combination of migration flags: 0x0', 'ram-flags', '0x0: the stream was cut, or has a run of zeros there'],
  [
    'Unknown combination of migration flags: 0xa (postcopy mode)',
    'ram-flags',
    '0xa: RAM_SAVE_FLAG_ZERO, RAM_SAVE_FLAG_PAGE',
  ],
  ['load of migration failed: Input/output error', 'load-failed', 'the reason given is Input/output error'],
  ['check_section_footer: Read section footer failed: -5', 'cut'],
  ['Unable to read ID string for section 163', 'cut'],
  [
    'multifd: received packet magic 5145564d expected 11223344',
    'multifd-magic',
    '0x5145564d is QEVM: it was the main channel',
  ],
  [
    'multifd: received packet with 200 pages, expected 128',
    'multifd-packet',
    '200 pages in a packet, at most 128 expected',
  ],
  ['multifd: offset too long 4096 (max 4096)', 'multifd-packet'],
  ['multifd_recv_sync_main: channel 1 quit', 'multifd-terminated'],
  ['CMD_POSTCOPY_LISTEN in wrong postcopy state (0)', 'postcopy-state', 'CMD_POSTCOPY_LISTEN in state none'],
  ['CMD_PACKAGED: Buffer receive fail ret=-5 length=12', 'command'],
  ['Unreasonably large packaged state: 4294967295', 'command'],
  ['MIG_CMD 0x99 unknown (len 0x0)', 'command'],
  ['CMD_POSTCOPY_ADVISE invalid length: 8', 'command'],
  ['RAM postcopy is enabled but have 0 byte advise', 'command'],
  ['Non-same host page detected on channel 0', 'postcopy-pages'],
  ['Found a zero page with value 17', 'postcopy-pages'],
  ['Failed to load XBZRLE page - decode error!', 'xbzrle'],
  [
    "VM subsection 'virtio/128bit_features' in 'virtio' does not exist",
    'subsection',
    'virtio/128bit_features of virtio',
  ],
  [
    'cpu: incoming version_id 13 is too new for local version_id 12',
    'version',
    'cpu: version 13 in the stream, 12 at the destination',
  ],
  ["unsupported version 3 for 'serial' v2", 'version', 'serial: version 3 in the stream, 2 at the destination'],
  ['SaveVM v2 format is obsolete and no longer supported', 'version'],
  ["Migrated bitmap granularity doesn't match the destination bitmap 'b0' granularity", 'dirty-bitmap'],
  ["Unknown bitmap alias 'bitmap0' on node 'drive0'", 'dirty-bitmap'],
  ['Expected vmdescription section, but got 0', 'not-a-stream'],
  ['Not a migration stream, magic: 4c696276 != 5145564d', 'not-a-stream', '0x4c696276 is a save file of libvirt'],
  ['Configuration section missing, 1 != 7', 'not-a-stream'],
  ["State blocked by non-migratable device '0000:00:06.0/nvme'", 'blocked'],
  ['virgl is not yet migratable', 'blocked'],
  ['0000:3f:00.1: VFIO migration is not supported with postcopy migration', 'blocked'],
  [
    '0000:3f:00.1: got DEV_CONFIG_STATE in main migration channel but doing multifd transfer',
    'vfio-transfer',
    'the source sends on the main channel, the destination waits for packets',
  ],
  [
    '0000:3f:00.1: got device state packet but not doing multifd transfer',
    'vfio-transfer',
    'the source sends packets, the destination waits on the main channel',
  ],
  [
    '0000:3f:00.1: got DEV_CONFIG_LOAD_READY outside multifd transfer',
    'vfio-transfer',
    'the source sends packets, the destination waits on the main channel',
  ],
  [
    '0000:3f:00.1: Multifd device transfer requested but unsupported in the current config',
    'vfio-transfer-unsupported',
  ],
  ['0000:3f:00.1: got DEV_CONFIG_LOAD_READY but was disabled', 'vfio-config-load'],
  ['0000:3f:00.1: duplicate DEV_CONFIG_LOAD_READY', 'vfio-config-load'],
  ['0000:3f:00.1: state buffer 3 already filled', 'vfio-packet', 'a second packet 3'],
  ['0000:3f:00.1: packet too short at 4 (min is 12)', 'vfio-packet'],
  ['0000:3f:00.1: packet has unknown version 1', 'vfio-packet'],
  ['0000:3f:00.1: packet index is invalid', 'vfio-packet'],
  ['0000:3f:00.1: expected FLAG_DEV_CONFIG_STATE but got 0', 'vfio-packet'],
  [
    'Unknown idstr 0000:00:02.0/vfio or instance id 0 for load state buffer',
    'vfio-packet',
    'the packets are of 0000:00:02.0/vfio',
  ],
  ['idstr ram / instance 0 has no load state buffer operation', 'vfio-packet'],
  [
    '0000:3f:00.1: queuing state buffer 2 would exceed the size max of 1500000',
    'vfio-queue-limit',
    'packet 2 would make more than 1500000 bytes that wait',
  ],
  [
    '0000:3f:00.1: SETUP STATE: EOS not found 0x7e00000027000000',
    'vfio-words',
    '0x7e00000027000000 begins with a footer: the section ends there',
  ],
  [
    '0000:3f:00.1: Unknown tag 0xffffffffef100005',
    'vfio-words',
    '0xffffffffef100005 is DEV_INIT_DATA_SENT, known since 8.1',
  ],
  ['0000:3f:00.1: Failed loading device config space, end flag incorrect 0x0', 'vfio-words'],
  ['0000:3f:00.1: Received INIT_DATA_SENT but switchover ack is not used', 'vfio-switchover-ack'],
  ['0000:3f:00.1: Failed to load device config space', 'vfio-config'],
  ['0000:3f:00.1: vfio_load_device_config_state() failed: -22', 'vfio-config'],
  ['0000:3f:00.1: writing state buffer 3 failed: 5', 'vfio-driver', 'writing packet 3 to the driver failed: errno 5'],
  ['0000:3f:00.1: reading state buffer 3 failed: 5', 'vfio-driver', 'reading packet 3 from the driver failed: errno 5'],
  [
    '0000:3f:00.1: Failed setting device state to RESUMING, err: Invalid argument. Recover state is ERROR. Resetting device',
    'vfio-driver',
    'the device did not become RESUMING',
  ],
  [
    '0000:3f:00.1: Failed setting device state to PRE_COPY. Setting device in recover state RUNNING: Invalid argument',
    'vfio-driver',
    'the device did not become PRE_COPY',
  ],
  ['0000:3f:00.1: Failed to allocate migration data buffer', 'vfio-driver'],
  [
    "qemu-system-x86_64: hw/vfio/migration-multifd.c:349: vfio_load_bufs_thread: Assertion `multifd' failed.",
    'vfio-load-thread',
  ],
];

describe('explainLine', () => {
  it.each(LINES.map(([line, name, detail]) => ({ line, name, detail })))('$line', ({ line, name, detail }) => {
    const found = explainLine(line);
    expect(found?.name).toBe(name);
    if (detail !== undefined) expect(found!.details[0]).toBe(detail);
    const { title, meaning, causes, fix, source } = found!;
    for (const text of [title, meaning, causes, fix, source]) expect(text).not.toBe('');
  });

  it('has an example for every signature', () => {
    expect(SIGNATURES.map(({ name }) => name).filter((name) => !LINES.some((line) => line[1] === name))).toEqual([]);
    expect(new Set(SIGNATURES.map(({ name }) => name)).size).toBe(SIGNATURES.length);
  });

  it('names rules and problems that there are', () => {
    const known = new Set(ruleDescriptions().map(({ name }) => name));
    expect(SIGNATURES.flatMap(({ foundBy = [] }) => foundBy).filter((name) => !known.has(name))).toEqual([]);
  });

  it('takes the most particular of several lines, and the device from the others', () => {
    const found = explainLine(
      [
        'qemu-system-x86_64: Features 0x800100000044 unsupported. Allowed features: 0x10179006e54',
        'qemu-system-x86_64: Failed to load virtio-blk:virtio',
        "qemu-system-x86_64: error while loading state for instance 0x0 of device '0000:00:02.0/virtio-blk'",
        'qemu-system-x86_64: load of migration failed: Operation not permitted',
      ].join('\n'),
    );
    expect(found).toMatchObject({
      name: 'virtio-features',
      device: '0000:00:02.0/virtio-blk',
      details: ['the guest uses a feature that the destination does not offer:', 'bit 47: unknown to migscope for blk'],
    });
  });

  it('knows nothing of other lines', () => {
    expect(explainLine('hello')).toBeUndefined();
    expect(explainLine('')).toBeUndefined();
    expect(explainLine('x'.repeat(1 << 17))).toBeUndefined();
  });

  it('answers any text, quickly', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void explainLine(text)));
    const long = `Length mismatch: ${'a: '.repeat(4000)}`;
    expect(explainLine(long)).toBeUndefined();
  });
});
