/**
 * Requests of a SCSI device that are not finished: to be tried again behind an I/O error, or in flight. Writer: `put_scsi_requests`
 * (hw/scsi/scsi-bus.c).
 *
 * For each: 1 retry or 2 in flight, the command, its tag and LUN, what the host bus adapter keeps of it, what the device keeps; behind the last, 0. Which
 * adapter and which kind of device it is, the section does not say: all of them are tried.
 */
import type { Cutter } from '../cutter.js';
import { ADDRESS, enumeration } from '../meaning.js';
import type { OpaqueLayout } from '../opaque.js';
import { cutElement } from './virtio/element.js';

const CDB_BYTES = 16;
const SECTOR_BYTES = 512;
const RETRY = 1;
const IN_FLIGHT = 2;
const STATE = enumeration({ [RETRY]: 'retry', [IN_FLIGHT]: 'in flight' });

/** Names of commands that disks keep requests of. Source: include/scsi/constants.h. */
const COMMANDS: Readonly<Record<number, string>> = {
  0x00: 'TEST_UNIT_READY',
  0x04: 'FORMAT_UNIT',
  0x08: 'READ_6',
  0x0a: 'WRITE_6',
  0x12: 'INQUIRY',
  0x15: 'MODE_SELECT',
  0x1a: 'MODE_SENSE',
  0x1b: 'START_STOP',
  0x25: 'READ_CAPACITY_10',
  0x28: 'READ_10',
  0x2a: 'WRITE_10',
  0x2e: 'WRITE_VERIFY_10',
  0x2f: 'VERIFY_10',
  0x35: 'SYNCHRONIZE_CACHE',
  0x41: 'WRITE_SAME_10',
  0x42: 'UNMAP',
  0x55: 'MODE_SELECT_10',
  0x5a: 'MODE_SENSE_10',
  0x88: 'READ_16',
  0x8a: 'WRITE_16',
  0x8e: 'WRITE_VERIFY_16',
  0x8f: 'VERIFY_16',
  0x91: 'SYNCHRONIZE_CACHE_16',
  0x93: 'WRITE_SAME_16',
  0x9e: 'SERVICE_ACTION_IN_16',
  0xa0: 'REPORT_LUNS',
  0xa8: 'READ_12',
  0xaa: 'WRITE_12',
  0xae: 'WRITE_VERIFY_12',
  0xaf: 'VERIFY_12',
};
/** Those whose data goes to the device. */
const TO_DEVICE = new Set([0x04, 0x0a, 0x15, 0x2a, 0x2e, 0x41, 0x42, 0x55, 0x8a, 0x8e, 0x93, 0xaa, 0xae]);

interface Request {
  readonly state: number;
  readonly command: number;
}

type Part = (cut: Cutter, request: Request) => void;

/** Bytes of the request frame of mptsas, in the host's own layout. */
const MPT_FRAME_BYTES = 48;
const SG_BYTES = 16;

const ADAPTERS: readonly Part[] = [virtioScsi(false), virtioScsi(true), mptsas, () => undefined];
const DEVICES: readonly Part[] = [disk, generic, () => undefined];

export const SCSI_REQUESTS: OpaqueLayout = {
  name: 'scsi-requests',
  types: ['scsi-requests'],
  cut(cut) {
    cut.oneOf(
      ...ADAPTERS.flatMap((adapter) =>
        DEVICES.map((device) => () => {
          requests(cut, adapter, device);
          cut.check(cut.remaining === 0, `${cut.remaining} bytes are left over behind the requests`, cut.at);
        }),
      ),
    );
    return 'SCSIRequests';
  },
};

function requests(cut: Cutter, adapter: Part, device: Part): void {
  cut.list(
    'requests',
    () => cut.peek('uint8') !== 0,
    () => COMMANDS[Number(cut.peek('uint8', 1))] ?? 'SCSIRequest',
    () => {
      const state = cut.u8('state', STATE);
      cut.check(state === RETRY || state === IN_FLIGHT, `the state of a request is ${state}`);
      const command = Number(cut.peek('uint8') ?? 0);
      cut.bytes('cdb', CDB_BYTES);
      cut.u32('tag');
      cut.u32('lun');
      adapter(cut, { state, command });
      device(cut, { state, command });
    },
  );
  cut.u8('end');
}

/** `virtio_scsi_save_request`: the number of its queue among those of commands, and the element. */
function virtioScsi(packed: boolean): Part {
  return (cut) => {
    const queue = cut.u32('vq');
    cut.check(queue < 1024, `a request is of queue ${queue}`);
    cutElement(cut, 'elem', packed);
  };
}

/** `mptsas_save_request`. */
function mptsas(cut: Cutter): void {
  cut.bytes('scsi_io', MPT_FRAME_BYTES);
  const entries = cut.u32('qsg.nsg');
  cut.check(entries * SG_BYTES <= cut.remaining, `a request has ${entries} pieces of memory`);
  cut.array(
    'qsg.sg',
    entries,
    () => 'ScatterGatherEntry',
    () => {
      cut.u64('base', ADDRESS);
      cut.u64('len');
    },
  );
}

/** `scsi_disk_save_request`. */
function disk(cut: Cutter, { state, command }: Request): void {
  cut.u64('sector');
  const sectors = cut.u32('sector_count');
  const length = cut.u32('buflen');
  if (length === 0) return;
  if (TO_DEVICE.has(command)) cut.bytes('data', Math.min(sectors * SECTOR_BYTES, length));
  else if (state === IN_FLIGHT) cut.bytes('data', cut.u32('data.length'));
}

/** `scsi_generic_save_request`. */
function generic(cut: Cutter, { command }: Request): void {
  const length = cut.u32('buflen');
  if (TO_DEVICE.has(command) && length > 0) cut.bytes('buf', length);
}
