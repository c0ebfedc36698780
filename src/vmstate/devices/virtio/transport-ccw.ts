/**
 * virtio-ccw: the subchannel in front of the device. Writer: `vmstate_virtio_ccw_dev` (hw/s390x/virtio-ccw.c), `vmstate_subch_dev`
 * (hw/s390x/css.c).
 */
import type { Cutter, FieldRow } from '../../cutter.js';
import { ADDRESS } from '../../meaning.js';
import type { Transport } from './transport.js';
import { VECTOR } from './vector.js';

const PMCW: readonly FieldRow[] = [
  ['intparm', 'uint32'],
  ['flags', 'uint16'],
  ['devno', 'uint16'],
  ['lpm', 'uint8'],
  ['pnom', 'uint8'],
  ['lpum', 'uint8'],
  ['pim', 'uint8'],
  ['mbi', 'uint16'],
  ['pom', 'uint8'],
  ['pam', 'uint8'],
  ['chpid', 8],
  ['chars', 'uint32'],
];

const SCSW: readonly FieldRow[] = [
  ['flags', 'uint16'],
  ['ctrl', 'uint16'],
  ['cpa', 'uint32', ADDRESS],
  ['dstat', 'uint8'],
  ['cstat', 'uint8'],
  ['count', 'uint16'],
];

const LAST_CMD: readonly FieldRow[] = [
  ['cmd_code', 'uint8'],
  ['flags', 'uint8'],
  ['count', 'uint16'],
  ['cda', 'uint32', ADDRESS],
];

const SENSE_ID: readonly FieldRow[] = [
  ['reserved', 'uint8'],
  ['cu_type', 'uint16'],
  ['cu_model', 'uint8'],
  ['dev_type', 'uint16'],
  ['dev_model', 'uint8'],
  ['unused', 'uint8'],
];

const ORB: readonly FieldRow[] = [
  ['intparm', 'uint32'],
  ['ctrl0', 'uint16'],
  ['lpm', 'uint8'],
  ['ctrl1', 'uint8'],
  ['cpa', 'uint32', ADDRESS],
];

/** Command information words: type, command, count. */
const CIW_BYTES = 62 * 4;

export const CCW: Transport = {
  name: 'virtio-ccw',
  path: /(^|\/)[0-9a-f]{1,2}\.[0-9a-f]\.[0-9a-f]{4}$/,
  bigEndian: true,
  state: (cut) =>
    cut.struct('transport', 'virtio-ccw', () => {
      cut.struct('sch', 's390_subch_dev', subchannel);
      for (const name of ['indicators', 'indicators2', 'summary_indicator']) {
        cut.struct(name, 'IndAddr', () => {
          cut.integer('len', 'int32');
          cut.u64('addr', ADDRESS);
        });
      }
      cut.u16('config_vector', VECTOR);
      cut.struct('routes.adapter', 's390_adapter_info', () => {
        cut.u64('ind_offset');
        cut.subsection('s390_adapter_info/summary_offset', () => cut.u32('summary_offset'));
      });
      cut.u8('thinint_isc');
      cut.integer('revision', 'int32');
      return { vectors: 0 };
    }),
  queue: (cut) => void cut.u16('vector', VECTOR),
};

function subchannel(cut: Cutter): void {
  cut.u8('cssid');
  cut.u8('ssid');
  cut.u16('migrated_schid');
  cut.u16('devno');
  cut.bool('thinint_active');
  cut.struct('curr_status', 'SCHIB', () => {
    cut.struct('pmcw', 'PMCW', () => cut.table(PMCW));
    cut.struct('scsw', 'SCSW', () => cut.table(SCSW));
    cut.u64('mba', ADDRESS);
    cut.bytes('mda', 4);
  });
  cut.bytes('sense_data', 32);
  cut.u64('channel_prog', ADDRESS);
  cut.struct('last_cmd', 'CCW1', () => cut.table(LAST_CMD));
  cut.bool('last_cmd_valid');
  cut.struct('id', 'SenseId', () => {
    cut.table(SENSE_ID);
    cut.unused('ciw', CIW_BYTES);
  });
  cut.bool('ccw_fmt_1');
  cut.u8('ccw_no_data_cnt');
  cut.subsection('s390_subch_dev/orb', () => cut.table(ORB));
}
