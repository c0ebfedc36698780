/** Serial ports: 16550 and PL011. Sources: data sheet of the PC16550D, ARM DDI 0183. */
import { bitField, bits, type Names, words } from '../meaning.js';
import { as, type Interpreter } from './interpretation.js';

const UART_CLOCK = 115200;
const LENGTH: Names = { 0: '5 bits', 1: '6 bits', 2: '7 bits', 3: '8 bits' };
const LCR = bits(
  { 2: '2 stop', 3: 'PARITY', 4: 'EVEN', 5: 'STICK', 6: 'BREAK', 7: 'DLAB' },
  bitField(0, 1, '', LENGTH),
);
const IIR = bits(
  {},
  bitField(0, 3, '', { 0: 'modem status', 1: 'none', 2: 'transmit', 4: 'receive', 6: 'line status', 12: 'timeout' }),
  bitField(6, 7, '', { 3: 'FIFOs on' }),
);
const PL011_INTERRUPTS = bits({
  0: 'RI',
  1: 'CTS',
  2: 'DCD',
  3: 'DSR',
  4: 'RX',
  5: 'TX',
  6: 'RT',
  7: 'FE',
  8: 'PE',
  9: 'BE',
  10: 'OE',
});

export const SERIAL: readonly Interpreter[] = [
  {
    vmsd: 'serial',
    fields: {
      divider: as(
        words((divider) => (Number(divider) > 0 ? `${Math.round(UART_CLOCK / Number(divider))} baud` : undefined)),
      ),
      ier: as(bits({ 0: 'RDI', 1: 'THRI', 2: 'RLSI', 3: 'MSI' })),
      iir: as(IIR),
      lcr: as(LCR),
      mcr: as(bits({ 0: 'DTR', 1: 'RTS', 2: 'OUT1', 3: 'OUT2', 4: 'LOOP' })),
      lsr: as(bits({ 0: 'DR', 1: 'OE', 2: 'PE', 3: 'FE', 4: 'BI', 5: 'THRE', 6: 'TEMT', 7: 'FIFO_ERROR' })),
      msr: as(bits({ 0: 'DCTS', 1: 'DDSR', 2: 'TERI', 3: 'DDCD', 4: 'CTS', 5: 'DSR', 6: 'RI', 7: 'DCD' })),
      fcr_vmstate: as(bits({ 0: 'ENABLE' }, bitField(6, 7, 'trigger', { 1: '4', 2: '8', 3: '14' }))),
    },
  },
  {
    vmsd: 'pl011',
    fields: {
      flags: as(bits({ 0: 'CTS', 1: 'DSR', 2: 'DCD', 3: 'BUSY', 4: 'RXFE', 5: 'TXFF', 6: 'RXFF', 7: 'TXFE', 8: 'RI' })),
      lcr: as(
        bits({ 0: 'BREAK', 1: 'PARITY', 2: 'EVEN', 3: '2 stop', 4: 'FIFO', 7: 'STICK' }, bitField(5, 6, '', LENGTH)),
      ),
      cr: as(bits({ 0: 'ENABLE', 7: 'LOOP', 8: 'TXE', 9: 'RXE', 10: 'DTR', 11: 'RTS', 14: 'RTS_EN', 15: 'CTS_EN' })),
      int_enabled: as(PL011_INTERRUPTS),
      int_level: as(PL011_INTERRUPTS),
    },
  },
];
