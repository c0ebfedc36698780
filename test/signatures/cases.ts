/**
 * For each kind of failure a line as QEMU prints it, a capture that it is about, and what is said of the two. `docs/signatures.md` is made from it.
 *
 * Captures are real, or real ones changed as `stream` says; where it begins with `oracle:`, the line is what a destination of 11.1 said to the change.
 */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { join, u32 } from '../build/bytes.js';
import { configuration, eof, full, header, vmdesc } from '../build/elements.js';
import { Mutator } from '../build/mutate.js';
import { withoutPages } from '../build/without-pages.js';
import { fixturePath, fixtureText, readFixture, unpackCapture } from '../fixtures.js';

export interface SignatureCase {
  readonly name: string;
  readonly line: string;
  /** What the captures are, for people. */
  readonly stream: string;
  /** The captures, on disk. */
  readonly captures: () => Promise<readonly string[]> | readonly string[];
  /** What is said of them. */
  readonly said: string;
}

let folder: string | undefined;
let files = 0;

/** The path of a file with these bytes; removed when the tests end. */
function put(bytes: Uint8Array): string {
  if (folder === undefined) {
    const made = mkdtempSync(joinPath(tmpdir(), 'migscope-signatures-'));
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
    folder = made;
  }
  const path = joinPath(folder, `${files++}.bin`);
  writeFileSync(path, bytes);
  return path;
}

const fixture = (name: string) => (): readonly string[] => [put(readFixture(name))];
const file = (name: string): string => fixturePath(name).pathname;
const microvm = (): Buffer => readFixture('microvm-7.2');

type Answer = readonly [mutation: string, bytes: number, verdict: string, text: string];
const ORACLE = new Map(
  (JSON.parse(fixtureText('oracle-11.1.json')) as readonly Answer[]).map(([name, , , text]) => [name, text]),
);
let mutator: Promise<Mutator> | undefined;

/** A change that a real destination refused, with its words. */
function oracle(name: string, mutation: string, said: string): SignatureCase {
  return {
    name,
    line: ORACLE.get(mutation)!,
    stream: `oracle: ${mutation}`,
    captures: async () => {
      mutator ??= withoutPages(readFixture('11.1-x86_64-precopy-stopped-exec'), 4).then((bytes) => Mutator.of(bytes));
      return [put((await mutator).make(mutation))];
    },
    said,
  };
}

/** The bytes of a stream with those at a place changed. */
function edited(bytes: Buffer, at: number, ...values: readonly number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(values, at);
  return copy;
}

/** All occurrences of a text, replaced by one of the same length. */
function renamed(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replaceAll(from, to), 'latin1');
}

/** The sections of a fixture of devices, as a stream. */
function sectionStream(name: string): Buffer {
  const text = brotliDecompressSync(readFileSync(fixturePath(`devices/${name}.json.br`))).toString();
  const { machine, sections } = JSON.parse(text) as {
    readonly machine: string;
    readonly sections: readonly {
      readonly idstr: string;
      readonly instance: number;
      readonly version: number;
      readonly payload: string;
      readonly description: unknown;
    }[];
  };
  return join(
    header(),
    configuration(machine),
    ...sections.map(({ payload, ...section }, id) => full({ id, ...section }, Buffer.from(payload, 'base64'))),
    eof(),
    vmdesc(JSON.stringify({ page_size: 4096, devices: sections.map(({ description }) => description) })),
  );
}

/** A capture of several channels with one of its files changed. */
function changedCapture(name: string, channel: string, change: (bytes: Buffer) => Buffer): string {
  const from = unpackCapture(name);
  const to = `${put(Buffer.alloc(0))}.d`;
  mkdirSync(to);
  for (const one of ['main.bin', 'channel-01.bin', 'channel-02.bin', 'events.jsonl']) {
    const bytes = readFileSync(joinPath(from, one));
    if (one !== 'events.jsonl') writeFileSync(joinPath(to, one), one === channel ? change(bytes) : bytes);
  }
  return to;
}

/** A recording in which the main channel was accepted behind the first multifd channel. */
function turnedRound(name: string): string {
  const to = changedCapture(name, '', (bytes) => bytes);
  renameSync(joinPath(to, 'main.bin'), joinPath(to, 'first'));
  renameSync(joinPath(to, 'channel-01.bin'), joinPath(to, 'main.bin'));
  renameSync(joinPath(to, 'first'), joinPath(to, 'channel-01.bin'));
  return to;
}

const CUT = 'microvm-7.2, cut in the middle of a section';
const cut = (): readonly string[] => [put(microvm().subarray(0, 200_000))];
const RNG = [file('diff/virtio-rng-5.2.bin'), file('diff/virtio-rng-7.2.bin')];
const RNG_SECTION = '0000:00:06.0/virtio-rng';
/** A device of the host, as QEMU names it. */
const VFIO = '0000:3f:00.1';
const VFIO_MAIN = '10.0-x86_64-vfio-main-tiny';
const VFIO_MULTIFD = '10.0-x86_64-vfio-multifd-2-tiny';
const CONFIG_WORD = Buffer.from('ffffffffef100002', 'hex');
const SETUP_WORD = Buffer.from('ffffffffef100003', 'hex');
const CCW = '10.0-s390x-dev-ccw';
const MULTIFD = '10.0-s390x-multifd-2-zlib';
/** The one queue of virtio-blk in that stream: address of its ring, then last_avail_idx. */
const CCW_QUEUE = Buffer.from('0000000007d2f0000005', 'hex');

export const CASES: readonly SignatureCase[] = [
  {
    name: 'unknown-section',
    line: `Unknown savevm section or instance '${RNG_SECTION}' 0. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices`,
    stream: 'diff/virtio-rng-5.2 beside the same with the device in another slot',
    captures: () => [RNG[0]!, put(renamed(readFileSync(RNG[0]!), '0000:00:06.0', '0000:00:07.0'))],
    said: 'B has 0000:00:07.0/virtio-rng instead: the same kind of device under another name',
  },
  oracle(
    'unknown-section',
    'instance_id: first device apic 0 -> 77',
    'the stream has it at 0x2a5ce: 181 bytes, version 3, section id 6',
  ),
  {
    name: 'section-footer',
    line: 'Missing section footer for 0000:00:03.0/virtio-net',
    stream: 'diff/virtio-net-vlans-512 beside diff/virtio-net-vlans-16384',
    captures: () => ['512', '16384'].map((bytes) => file(`diff/virtio-net-vlans-${bytes}.bin`)),
    said: 'virtio: opaque, 46165 bytes, 62037: grew by 15872 bytes, in device/vlans (between bytes 0x3b5 and 0x3c0), without a new version, a count or a subsection that says so; refused: the loader takes 15872 bytes of what follows for the field: no stream and no snapshot of the shorter layout loads',
  },
  oracle(
    'section-footer',
    'one byte removed from device apic',
    'and there is something wrong with it: section apic has 180 bytes, the vmdesc describes 181',
  ),
  {
    name: 'footer-id',
    line: 'Mismatched section id in footer for fw_cfg - read 0x54 expected 0x4',
    stream: 'microvm-7.2 with another id in the footer of fw_cfg',
    captures: () => [put(edited(microvm(), microvm().indexOf(join(Buffer.from([0x7e]), u32(4))) + 4, 0x54))],
    said: 'the first that is not sound in the stream is at 0x30257: the footer behind section fw_cfg has another id',
  },
  {
    name: 'field',
    line: "Failed to load serial:divider\nerror while loading state for instance 0x0 of device 'serial'",
    stream: 'microvm-7.2',
    captures: fixture('microvm-7.2'),
    said: 'serial of the stream: divider is 0x',
  },
  oracle('version', 'version_id: first device apic 3 -> 2', 'the stream has apic version 2'),
  {
    name: 'device-state',
    line: "error while loading state for instance 0x0 of device 'i8254'",
    stream: 'microvm-7.2',
    captures: fixture('microvm-7.2'),
    said: 'it is sound: the description of the stream accounts for every byte, and the footer follows',
  },
  {
    name: 'pci-config',
    line: 'get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 cmask: ff wmask: 0 w1cmask:0',
    stream: 'diff/virtio-rng-5.2 beside diff/virtio-rng-7.2',
    captures: () => RNG,
    said: 'capability list: A starts with virtio PCI_CFG at 0x84, B starts with MSI-X at 0x98',
  },
  {
    name: 'pci-config',
    line: 'get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98 cmask: ff wmask: 0 w1cmask:0',
    stream: 'diff/virtio-rng-5.2',
    captures: () => RNG.slice(0, 1),
    said: 'virtio-rng has no MSI-X with machine types up to 7.1, and 2 vectors since',
  },
  {
    name: 'virtio-features',
    line: 'Features 0x50 unsupported. Allowed features: 0x10179006e44',
    stream: CCW,
    captures: fixture(CCW),
    said: '/fe.0.0001/virtio-blk: the stream uses a feature that is not allowed: GEOMETRY (bit 4)',
  },
  {
    name: 'virtio-used-index',
    line: "VQ 1 size 0x400 < last_avail_idx 0x0 - used_idx 0x3e30\nerror while loading state for instance 0x0 of device '0000:00:03.0/virtio-net': Failed to load element of type virtio for virtio: -1",
    stream: 'diff/virtio-net-vlans-512 beside diff/virtio-net-vlans-16384',
    captures: () => ['512', '16384'].map((bytes) => file(`diff/virtio-net-vlans-${bytes}.bin`)),
    said: 'grew by 15872 bytes, in device/vlans (between bytes 0x3b5 and 0x3c0)',
  },
  {
    name: 'virtio-used-index',
    line: 'VQ 0 size 0x400 < last_avail_idx 0x5 - used_idx 0x3e30',
    stream: CCW,
    captures: fixture(CCW),
    said: 'has 0x5, and the destination read 0x3e30: it read the state of /fe.0.0001/virtio-blk with another layout',
  },
  {
    name: 'virtio-used-index',
    line: 'VQ 0 size 0x400 < last_avail_idx 0x905 - used_idx 0x5',
    stream: `${CCW} with 0x905 in place of last_avail_idx 5 of virtio-blk`,
    captures: () => [put(edited(readFixture(CCW), readFixture(CCW).indexOf(CCW_QUEUE) + 8, 0x09))],
    said: 'has 0x5 as well: memory and device state of queue 0 (request0) of /fe.0.0001/virtio-blk are not of one time',
  },
  {
    name: 'virtio-guest-index',
    line: 'VQ 0 size 0x400 Guest index 0x5 inconsistent with Host index 0x905: delta 0xf700',
    stream: `${CCW} with 0x905 in place of last_avail_idx 5 of virtio-blk`,
    captures: () => [put(edited(readFixture(CCW), readFixture(CCW).indexOf(CCW_QUEUE) + 8, 0x09))],
    said: 'has 0x5 as well: memory and device state of queue 0 (request0) of /fe.0.0001/virtio-blk are not of one time',
  },
  {
    name: 'virtio-address',
    line: 'VQ 0 address 0x0 inconsistent with Host index 0x5',
    stream: `${CCW} without the address of the ring of virtio-blk`,
    captures: () => [put(edited(readFixture(CCW), readFixture(CCW).indexOf(CCW_QUEUE), 0, 0, 0, 0, 0, 0, 0, 0))],
    said: 'queue 0 (request0) of /fe.0.0001/virtio-blk has no address in the stream: its device state is damaged',
  },
  {
    name: 'unknown-ramblock',
    line: 'Unknown ramblock "microvm.ram", cannot accept migration',
    stream: 'microvm-7.2 beside the same with another memory backend',
    captures: () => [put(microvm()), put(edited(microvm(), microvm().indexOf('microvm.ram'), 0x7e))],
    said: 'B has ~icrovm.ram (0x4000000 bytes) instead: the same device in another slot, or the same memory under another id',
  },
  {
    name: 'block-length',
    line: 'Length mismatch: pc.bios: 0x10000 in != 0x40000: Invalid argument',
    stream: 'microvm-7.2 beside 11.1-x86_64-x-ignore-shared',
    captures: () => [put(microvm()), put(readFixture('11.1-x86_64-x-ignore-shared'))],
    said: 'B declares pc.bios (0x40000 bytes)',
  },
  {
    name: 'machine-type',
    line: "Machine type received is 'pc-q35-5.2' and local is 'pc-q35-7.2'",
    stream: 'diff/virtio-rng-5.2 beside diff/virtio-rng-7.2',
    captures: () => RNG,
    said: 'the machine types differ: pc-q35-5.2 in A, pc-q35-7.2 in B',
  },
  oracle('machine-type', 'config: other machine name same length', 'the stream is of machine type Xc-i440fx-11.1'),
  {
    name: 'page-size',
    line: 'Received TARGET_PAGE_BITS is 10 but local is 12',
    stream: '7.2-arm-vexpress-a9',
    captures: fixture('7.2-arm-vexpress-a9'),
    said: 'the stream has target pages of 1024 bytes, by vmdesc',
  },
  {
    name: 'gpa-mismatch',
    line: 'Mismatched GPAs for block pc.bios fffc0000 != fff80000',
    stream: '11.1-x86_64-x-ignore-shared',
    captures: fixture('11.1-x86_64-x-ignore-shared'),
    said: 'the stream has pc.bios at 0xfffc0000 of the guest',
  },
  {
    name: 'property-changed',
    line: "Property 'memaddr' changed from 0x100000000 to 0x140000000",
    stream: 'devices/7.2-pci-mem, its section as a stream',
    captures: () => [put(sectionStream('7.2-pci-mem'))],
    said: '0000:00:01.0/virtio-mem of the stream has addr 0x100000000',
  },
  {
    name: 'capability',
    line: 'Capability x-ignore-shared is off, but received capability is on',
    stream: '11.1-x86_64-x-ignore-shared',
    captures: fixture('11.1-x86_64-x-ignore-shared'),
    said: 'the stream was sent with x-ignore-shared on',
  },
  {
    name: 'uuid',
    line: 'UUID received is 11111111-2222-3333-4444-555555555555 and local is 99999999-2222-3333-4444-555555555555',
    stream: '10.0-x86_64-validate-uuid-bad',
    captures: fixture('10.0-x86_64-validate-uuid-bad'),
    said: 'the stream is of guest 11111111-2222-3333-4444-555555555555',
  },
  {
    name: 'ram-flags',
    line: 'Unknown combination of migration flags: 0x0',
    stream: CUT,
    captures: cut,
    said: 'the stream is not whole: it is good up to 0x30d30 of 0x30d40, and the input ends inside payload of acpi-ged',
  },
  {
    name: 'load-failed',
    line: 'load of migration failed: Input/output error',
    stream: `${CUT}, beside the whole`,
    captures: () => [...cut(), put(microvm())],
    said: 'B goes on with i8259, i8259, i8254, mc146818rtc, serial, globalstate',
  },
  {
    name: 'load-failed',
    line: 'load of migration failed: Input/output error',
    stream: 'microvm-7.2',
    captures: fixture('microvm-7.2'),
    said: 'the stream is whole, to its last byte: the fault is at the destination, or on the way to it',
  },
  {
    name: 'cut',
    line: 'check_section_footer: Read section footer failed: -5',
    stream: CUT,
    captures: cut,
    said: 'the stream is not whole: it is good up to 0x30d30 of 0x30d40',
  },
  oracle('cut', 'truncate: after configuration', 'the stream is not whole: it is good up to'),
  {
    name: 'multifd-magic',
    line: 'multifd: received packet magic 5145564d expected 11223344',
    stream: `captures/${MULTIFD}`,
    captures: () => [unpackCapture(MULTIFD)],
    said: 'the main channel was accepted first where this was recorded',
  },
  {
    name: 'multifd-magic',
    line: 'multifd: received packet magic 5145564d expected 11223344',
    stream: `captures/${MULTIFD} with its first two connections the other way round`,
    captures: () => [turnedRound(MULTIFD)],
    said: 'main.bin, the connection that was accepted first, is multifd',
  },
  {
    name: 'multifd-packet',
    line: 'multifd: received packet with 65535 pages, expected 128',
    stream: `captures/${MULTIFD} with another page count in its first packet`,
    captures: () => [changedCapture(MULTIFD, 'channel-01.bin', (bytes) => edited(bytes, 64 + 18, 0xff, 0xff))],
    said: 'MIG175',
  },
  {
    name: 'multifd-terminated',
    line: 'multifd_recv_sync_main: channel 1 quit',
    stream: `captures/${MULTIFD} with one channel cut behind its first packet of 64 bytes`,
    captures: () => [changedCapture(MULTIFD, 'channel-02.bin', (bytes) => bytes.subarray(0, 64))],
    said: 'the channels do not have the same number of sync points',
  },
  oracle(
    'postcopy-state',
    'command inserted: POSTCOPY_LISTEN',
    'POSTCOPY_LISTEN comes without POSTCOPY_ADVISE before it',
  ),
  oracle('command', 'command inserted: PING length 3', 'MIG121'),
  {
    name: 'postcopy-pages',
    line: 'Illegal RAM offset 400000000000',
    stream: 'microvm-7.2 with an address beyond its block in the first page',
    captures: async () => [put((await Mutator.of(microvm())).make('ram: page address beyond the block'))],
    said: 'MIG133',
  },
  {
    ...oracle('xbzrle', 'ram: inserted XBZRLE record, run overflowing the page', 'MIG134'),
    line: 'Failed to load XBZRLE page - decode error!',
  },
  oracle('subsection', 'unknown subsection appended to device apic', 'apic'),
  {
    name: 'subsection',
    line: "VM subsection 'fw_cfg/acpi_mr' in 'fw_cfg' does not exist",
    stream: 'microvm-7.2 beside 7.2-arm-vexpress-a9',
    captures: () => [put(microvm()), put(readFixture('7.2-arm-vexpress-a9'))],
    said: 'the stream sends fw_cfg/acpi_mr in fw_cfg'.replace('the stream', 'A'),
  },
  oracle('version', 'version_id: first device apic 3 -> 4', 'the stream has apic version 4'),
  {
    name: 'dirty-bitmap',
    line: "Unknown bitmap alias 'bitmap0' on node 'bm'",
    stream: '7.2-x86_64-dirty-bitmaps-postcopy',
    captures: fixture('7.2-x86_64-dirty-bitmaps-postcopy'),
    said: 'bitmap bitmap0 of node bm, granularity 65536',
  },
  {
    name: 'not-a-stream',
    line: 'Not a migration stream, magic: 1f8b0808 != 5145564d',
    stream: 'containers/stream.bin.gz',
    captures: () => [file('containers/stream.bin.gz')],
    said: 'the stream is wrapped: gzip; QEMU takes the stream inside alone',
  },
  {
    name: 'vfio-transfer',
    line: `${VFIO}: got DEV_CONFIG_STATE in main migration channel but doing multifd transfer`,
    stream: VFIO_MAIN,
    captures: fixture(VFIO_MAIN),
    said: '0000:00:02.0/vfio of the stream comes on the main channel alone',
  },
  {
    name: 'vfio-transfer',
    line: `${VFIO}: got device state packet but not doing multifd transfer`,
    stream: `captures/${VFIO_MULTIFD}`,
    captures: () => [unpackCapture(VFIO_MULTIFD)],
    said: 'set x-migration-multifd-transfer=on at the destination too, or off at the source',
  },
  {
    name: 'vfio-transfer-unsupported',
    line: `${VFIO}: Multifd device transfer requested but unsupported in the current config`,
    stream: 'captures/10.0-x86_64-multifd-2-zstd',
    captures: () => [unpackCapture('10.0-x86_64-multifd-2-zstd')],
    said: 'the pages of the stream are compressed by zstd',
  },
  {
    name: 'vfio-config-load',
    line: `${VFIO}: got DEV_CONFIG_LOAD_READY but was disabled`,
    stream: '11.1-x86_64-vfio-multifd-2-configafter',
    captures: fixture('11.1-x86_64-vfio-multifd-2-configafter'),
    said: '0000:00:02.0/vfio of the stream sends DEV_CONFIG_LOAD_READY',
  },
  {
    name: 'vfio-packet',
    line: `${VFIO}: expected FLAG_DEV_CONFIG_STATE but got ffffffffef100003`,
    stream: `captures/${VFIO_MULTIFD} with another word before the configuration`,
    captures: () => [
      ...['channel-01.bin', 'channel-02.bin'].map((channel) =>
        changedCapture(VFIO_MULTIFD, channel, (bytes) => {
          const at = bytes.indexOf(CONFIG_WORD);
          return at < 0 ? bytes : edited(bytes, at + 7, 3);
        }),
      ),
    ],
    said: 'MIG342',
  },
  {
    name: 'vfio-queue-limit',
    line: `${VFIO}: queuing state buffer 0 would exceed the size max of 32`,
    stream: `captures/${VFIO_MULTIFD}`,
    captures: () => [unpackCapture(VFIO_MULTIFD)],
    said: '0000:00:02.0/vfio of the stream comes in packets, 2 of them',
  },
  {
    name: 'vfio-words',
    line: `${VFIO}: SETUP STATE: EOS not found 0xffffffffef100003`,
    stream: `${VFIO_MAIN} with a second DEV_SETUP_STATE for END_OF_STATE`,
    captures: () => [put(edited(readFixture(VFIO_MAIN), readFixture(VFIO_MAIN).indexOf(SETUP_WORD) + 15, 3))],
    said: 'DEV_SETUP_STATE without END_OF_STATE',
  },
  {
    name: 'vfio-switchover-ack',
    line: `${VFIO}: Received INIT_DATA_SENT but switchover ack is not used`,
    stream: '11.1-x86_64-vfio-main-precopy-ack',
    captures: fixture('11.1-x86_64-vfio-main-precopy-ack'),
    said: 'the stream was sent with switchover-ack on',
  },
  {
    name: 'vfio-driver',
    line: `${VFIO}: writing state buffer 3 failed: 5`,
    stream: `captures/${VFIO_MULTIFD}`,
    captures: () => [unpackCapture(VFIO_MULTIFD)],
    said: 'the stream is whole, to its last byte',
  },
  {
    name: 'vfio-load-thread',
    line: "hw/vfio/migration-multifd.c:349: vfio_load_bufs_thread: Assertion `multifd' failed.",
    stream: `captures/${VFIO_MULTIFD} with the main channel cut`,
    captures: () => [changedCapture(VFIO_MULTIFD, 'main.bin', (bytes) => bytes.subarray(0, -30_000))],
    said: 'the stream is not whole',
  },
];

/** Kinds of failures of which no capture can tell, and why. */
export const UNTOLD: Readonly<Record<string, string>> = {
  'vfio-config': 'what the device of the destination has is not in the stream; migscope dump shows what the source had',
  blocked: 'the source refuses before it sends anything: there is no stream',
};
