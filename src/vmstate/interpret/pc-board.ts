/**
 * The rest of a PC board: keyboard controller, ACPI power management, DMA, VGA, the run state. Sources: ACPI 6.5 §4.8, IBM VGA XGA
 * technical reference, hw/input/pckbd.c and hw/display/vga.c in QEMU.
 */
import { bitField, bits, enumeration, type Names, words } from '../meaning.js';
import { as, buffer, type Interpreter } from './interpretation.js';

const PM1_STATUS = bits({
  0: 'TMR',
  4: 'BM',
  5: 'GBL',
  8: 'PWRBTN',
  9: 'SLPBTN',
  10: 'RTC',
  14: 'PCIEXP_WAKE',
  15: 'WAK',
});
const PM1_ENABLE = bits({ 0: 'TMR', 5: 'GBL', 8: 'PWRBTN', 9: 'SLPBTN', 10: 'RTC', 14: 'PCIEXP_WAKE_DIS' });
const PM1_CONTROL = bits({ 0: 'SCI_EN', 1: 'BM_RLD', 2: 'GBL_RLS', 13: 'SLP_EN' }, bitField(10, 12, 'SLP_TYP'));
const ICH9_SMI = bits({
  0: 'GBL',
  1: 'EOS',
  3: 'LEGACY_USB',
  4: 'SLP_SMI',
  5: 'APMC',
  6: 'SWSMI_TMR',
  13: 'TCO',
  14: 'PERIODIC',
});
const KBD_STATUS: Names = {
  0: 'OBF',
  1: 'IBF',
  2: 'SELFTEST',
  3: 'CMD',
  4: 'UNLOCKED',
  5: 'MOUSE_OBF',
  6: 'GTO',
  7: 'PERR',
};
const KBD_MODE: Names = {
  0: 'KBD_INT',
  1: 'MOUSE_INT',
  2: 'SYS',
  3: 'NO_KEYLOCK',
  4: 'DISABLE_KBD',
  5: 'DISABLE_MOUSE',
  6: 'KCC',
};
const VGA_MISCELLANEOUS = bits(
  { 0: 'COLOR', 1: 'RAM_ENABLE', 5: 'ODD_EVEN_HIGH', 6: 'HSYNC-', 7: 'VSYNC-' },
  bitField(2, 3, 'clock', { 0: '25 MHz', 1: '28 MHz' }),
);
const VBE = { id: 0, width: 1, height: 2, depth: 3, enable: 4 } as const;

/** What the CRT controller is programmed to show. */
function crtc(registers: Uint8Array): string[] {
  const overflow = registers[7] ?? 0;
  const end = (registers[0x12] ?? 0) | ((overflow & 2) << 7) | ((overflow & 0x40) << 3);
  const columns = (registers[1] ?? 0) + 1;
  const start = ((registers[0x0c] ?? 0) << 8) | (registers[0x0d] ?? 0);
  const cursor = ((registers[0x0e] ?? 0) << 8) | (registers[0x0f] ?? 0);
  return registers.every((byte) => byte === 0)
    ? []
    : [`${columns} characters × ${end + 1} lines, start 0x${start.toString(16)}, cursor 0x${cursor.toString(16)}`];
}

function graphicsMode(registers: Uint8Array): string[] {
  const miscellaneous = registers[6] ?? 0;
  const window = ['0xa0000, 128 KiB', '0xa0000, 64 KiB', '0xb0000, 32 KiB', '0xb8000, 32 KiB'][
    (miscellaneous >> 2) & 3
  ]!;
  return registers.every((byte) => byte === 0) ? [] : [`${miscellaneous & 1 ? 'graphics' : 'text'}, window ${window}`];
}

export const PC_BOARD: readonly Interpreter[] = [
  {
    vmsd: 'globalstate',
    fields: {
      runstate: buffer((bytes) => {
        const end = bytes.indexOf(0);
        const text = Buffer.from(bytes.subarray(0, end < 0 ? bytes.length : end)).toString('latin1');
        return text === '' ? [] : [text];
      }),
    },
  },
  { vmsd: 'pckbd', fields: { status: as(bits(KBD_STATUS)), mode: as(bits(KBD_MODE)) } },
  { vmsd: 'port92', fields: { outport: as(bits({ 0: 'RESET', 1: 'A20' })) } },
  {
    vmsd: 'piix4_pm',
    fields: { 'ar.pm1.evt.sts': as(PM1_STATUS), 'ar.pm1.evt.en': as(PM1_ENABLE), 'ar.pm1.cnt.cnt': as(PM1_CONTROL) },
  },
  {
    vmsd: 'ich9_pm',
    fields: {
      'acpi_regs.pm1.evt.sts': as(PM1_STATUS),
      'acpi_regs.pm1.evt.en': as(PM1_ENABLE),
      'acpi_regs.pm1.cnt.cnt': as(PM1_CONTROL),
      smi_en: as(ICH9_SMI),
    },
  },
  {
    vmsd: 'APM State',
    fields: { apmc: as(enumeration({ 0xb5: 'init' })) },
  },
  {
    vmsd: 'PCIHost',
    fields: {
      config_reg: as(
        bits(
          { 31: 'ENABLE' },
          bitField(2, 7, 'register', (word) => `0x${(word * 4).toString(16)}`),
          bitField(8, 10, 'function', { 0: '0' }),
          bitField(11, 15, 'slot', (slot) => `0x${slot.toString(16)}`),
          bitField(16, 23, 'bus', { 0: '0' }),
        ),
      ),
    },
  },
  {
    vmsd: 'dma_regs',
    fields: {
      mode: as(
        bits(
          { 4: 'AUTO', 5: 'DECREMENT' },
          bitField(0, 1, 'channel'),
          bitField(2, 3, '', { 1: 'to memory', 2: 'from memory' }),
          bitField(6, 7, '', { 0: 'demand', 1: 'single', 2: 'block', 3: 'cascade' }),
        ),
      ),
    },
  },
  { vmsd: 'vga', fields: vgaFields('') },
  { vmsd: 'cirrus_vga', fields: vgaFields('vga.') },
  {
    vmsd: 'clock',
    fields: {
      // In units of 2^-32 ns.
      period: as(
        words((period) => (BigInt(period) === 0n ? 'stopped' : `${((2 ** 32 * 1e3) / Number(period)).toFixed(3)} MHz`)),
      ),
    },
  },
];

function vgaFields(prefix: string): Interpreter['fields'] {
  return {
    [`${prefix}msr`]: as(VGA_MISCELLANEOUS),
    [`${prefix}cr`]: buffer(crtc),
    [`${prefix}gr`]: buffer(graphicsMode),
    [`${prefix}vbe_regs`]: {
      labels: {
        [VBE.id]: 'id',
        [VBE.width]: 'width',
        [VBE.height]: 'height',
        [VBE.depth]: 'bits per pixel',
        [VBE.enable]: 'enable',
        5: 'bank',
        6: 'virtual width',
        7: 'virtual height',
        8: 'x offset',
        9: 'y offset',
      },
      meanings: { [VBE.enable]: bits({ 0: 'ENABLED', 1: 'GETCAPS', 5: '8BIT_DAC', 6: 'LFB', 7: 'NOCLEARMEM' }) },
    },
  };
}
