/** IDE, AHCI, floppy and NVMe controllers. Sources: ATA/ATAPI-7, AHCI 1.3.1, data sheet of the 82078, NVM Express 1.4. */
import { bitField, bits, enumeration, type Names, words } from '../meaning.js';
import { as, buffer, type Interpreter } from './interpretation.js';

const ATA_STATUS_BITS: Names = { 0: 'ERR', 1: 'IDX', 2: 'CORR', 3: 'DRQ', 4: 'DSC', 5: 'DF', 6: 'DRDY', 7: 'BSY' };
const ATA_ERROR_BITS: Names = { 0: 'AMNF', 1: 'TK0NF', 2: 'ABRT', 3: 'MCR', 4: 'IDNF', 5: 'MC', 6: 'UNC', 7: 'BBK' };
const upper = (names: Names): Names =>
  Object.fromEntries(Object.entries(names).map(([bit, name]) => [Number(bit) + 8, name]));

const AHCI_PORT_INTERRUPTS = bits({
  0: 'DHR',
  1: 'PS',
  2: 'DS',
  3: 'SDB',
  4: 'UF',
  5: 'DP',
  6: 'PC',
  7: 'DMP',
  22: 'PRC',
  23: 'IPM',
  24: 'OF',
  26: 'INF',
  27: 'IF',
  28: 'HBD',
  29: 'HBF',
  30: 'TFE',
  31: 'CPD',
});
const AHCI_PORT_COMMAND = bits(
  {
    0: 'ST',
    1: 'SUD',
    2: 'POD',
    3: 'CLO',
    4: 'FRE',
    13: 'MPSS',
    14: 'FR',
    15: 'CR',
    16: 'CPS',
    17: 'PMA',
    18: 'HPCP',
    19: 'MPSP',
    20: 'CPD',
    21: 'ESP',
    24: 'ATAPI',
    25: 'DLAE',
    26: 'ALPE',
    27: 'ASP',
  },
  bitField(8, 12, 'slot'),
  bitField(28, 31, 'ICC'),
);
const AHCI_CAPABILITIES = bits(
  {
    5: 'SXS',
    6: 'EMS',
    7: 'CCCS',
    13: 'PSC',
    14: 'SSC',
    15: 'PMD',
    16: 'FBSS',
    17: 'SPM',
    18: 'SAM',
    24: 'SCLO',
    25: 'SAL',
    26: 'SALP',
    27: 'SSS',
    28: 'SMPS',
    29: 'SSNTF',
    30: 'SNCQ',
    31: 'S64A',
  },
  bitField(0, 4, 'ports', (last) => `${last + 1}`),
  bitField(8, 12, 'slots', (last) => `${last + 1}`),
  bitField(20, 23, 'speed', { 1: '1.5 Gb/s', 2: '3 Gb/s', 3: '6 Gb/s' }),
);
const SATA_STATUS = bits(
  {},
  bitField(0, 3, '', { 0: 'no device', 1: 'device, no link', 3: 'device', 4: 'offline' }),
  bitField(4, 7, 'speed', { 1: '1.5 Gb/s', 2: '3 Gb/s', 3: '6 Gb/s' }),
  bitField(8, 11, 'power', { 1: 'active', 2: 'partial', 6: 'slumber' }),
);

/** IDENTIFY DEVICE: words are little-endian, and the characters of strings are swapped within them. */
function identify(data: Uint8Array): string[] {
  if (data.length < 512 || data.every((byte) => byte === 0)) return [];
  const word = (at: number): number => data[2 * at]! | (data[2 * at + 1]! << 8);
  const string = (at: number, count: number): string =>
    Buffer.from(data.subarray(2 * at, 2 * (at + count)))
      .swap16()
      .toString('latin1')
      .trim();
  const sectors =
    word(83) & 0x400
      ? BigInt(word(100)) + (BigInt(word(101)) << 16n) + (BigInt(word(102)) << 32n)
      : BigInt(word(60)) + (BigInt(word(61)) << 16n);
  const said = [`model ${string(27, 20)}, serial ${string(10, 10)}, firmware ${string(23, 4)}`];
  if ((word(0) & 0x8000) === 0) said.push(`${sectors} sectors`);
  return said;
}

export const DISK_CONTROLLERS: readonly Interpreter[] = [
  {
    vmsd: 'ide_drive',
    fields: {
      status: as(bits(ATA_STATUS_BITS)),
      error: as(bits(ATA_ERROR_BITS)),
      select: as(bits({ 4: 'device 1', 5: '', 6: 'LBA', 7: '' }, bitField(0, 3, 'head'))),
      identify_data: buffer(identify),
    },
  },
  { vmsd: 'ide_bus', fields: { cmd: as(bits({ 1: 'DISABLE_IRQ', 2: 'RESET', 3: '', 7: 'HOB' })) } },
  {
    vmsd: 'ide bmdma',
    fields: {
      cmd: as(bits({ 0: 'START', 3: 'TO_MEMORY' })),
      migration_compat_status: as(bits({ 0: 'DMAING', 1: 'ERROR', 2: 'INT', 5: 'DMA0', 6: 'DMA1' })),
    },
  },
  {
    vmsd: 'ahci',
    fields: {
      'control_regs.cap': as(AHCI_CAPABILITIES),
      'control_regs.ghc': as(bits({ 0: 'HR', 1: 'IE', 2: 'MRSM', 31: 'AE' })),
      'control_regs.version': as(words((version) => `AHCI ${Number(version) >>> 16}.${(Number(version) >> 8) & 255}`)),
    },
  },
  {
    vmsd: 'ahci port',
    fields: {
      'port_regs.irq_stat': as(AHCI_PORT_INTERRUPTS),
      'port_regs.irq_mask': as(AHCI_PORT_INTERRUPTS),
      'port_regs.cmd': as(AHCI_PORT_COMMAND),
      'port_regs.tfdata': as(bits({ ...ATA_STATUS_BITS, ...upper(ATA_ERROR_BITS) })),
      'port_regs.sig': as(
        enumeration({
          0x101: 'ATA disk',
          0xeb140101: 'ATAPI',
          0xc33c0101: 'enclosure',
          0x96690101: 'port multiplier',
          0xffffffff: 'no device',
        }),
      ),
      'port_regs.scr_stat': as(SATA_STATUS),
    },
  },
  {
    vmsd: 'fdc',
    fields: {
      msr: as(bits({ 0: 'drive 0 busy', 1: 'drive 1 busy', 4: 'CMDBUSY', 5: 'NONDMA', 6: 'DIO', 7: 'RQM' })),
      dor_vmstate: as(bits({ 2: 'NOT_RESET', 3: 'DMA', 4: 'motor 0', 5: 'motor 1' }, bitField(0, 1, 'drive'))),
    },
  },
  {
    vmsd: 'nvme-bar',
    fields: {
      cap: as(
        bits(
          { 16: 'CQR', 36: 'NSSRS', 45: 'BPS', 56: 'PMRS', 57: 'CMBS' },
          bitField(0, 15, 'queue entries', (last) => `${last + 1}`),
          bitField(17, 18, 'AMS'),
          bitField(24, 31, 'timeout', (units) => `${units / 2} s`),
          bitField(32, 35, 'stride'),
          bitField(37, 44, 'CSS'),
          bitField(48, 51, 'MPSMIN', { 0: '4 KiB' }),
          bitField(52, 55, 'MPSMAX', (shift) => `${4 << shift} KiB`),
        ),
      ),
      vs: as(words((version) => `NVMe ${Number(version) >>> 16}.${(Number(version) >> 8) & 255}`)),
      cc: as(
        bits(
          { 0: 'EN' },
          bitField(4, 6, 'CSS'),
          bitField(7, 10, 'page', (shift) => `${4 << shift} KiB`),
          bitField(11, 13, 'AMS'),
          bitField(14, 15, 'SHN'),
          bitField(16, 19, 'SQ entry', (shift) => `${1 << shift}`),
          bitField(20, 23, 'CQ entry', (shift) => `${1 << shift}`),
        ),
      ),
      csts: as(bits({ 0: 'RDY', 1: 'CFS', 4: 'NSSRO', 5: 'PP' }, bitField(2, 3, 'SHST'))),
      aqa: as(
        bits(
          {},
          bitField(0, 11, 'SQ', (last) => `${last + 1}`),
          bitField(16, 27, 'CQ', (last) => `${last + 1}`),
        ),
      ),
    },
  },
];
