/** USB host controllers and devices. Sources: UHCI 1.1, OHCI 1.0a, EHCI 1.0, xHCI 1.1; hw/usb in QEMU. */
import { bitField, bits, enumeration, type Names, words } from '../meaning.js';
import { as, type Interpreter } from './interpretation.js';

const EHCI_STATUS: Names = {
  0: 'USBINT',
  1: 'ERRINT',
  2: 'PCD',
  3: 'FLR',
  4: 'HSE',
  5: 'IAA',
  12: 'HALT',
  13: 'REC',
  14: 'PSS',
  15: 'ASS',
};
const EHCI_PORT = bits(
  {
    0: 'CONNECT',
    1: 'CSC',
    2: 'PED',
    3: 'PEDC',
    4: 'OCA',
    5: 'OCC',
    6: 'FPRES',
    7: 'SUSPEND',
    8: 'PRESET',
    12: 'PPOWER',
    13: 'POWNER',
    20: 'WKCN',
    21: 'WKDS',
    22: 'WKOC',
  },
  bitField(10, 11, 'line', { 1: 'K', 2: 'J' }),
  bitField(14, 15, 'indicator'),
);
const OHCI_INTERRUPTS = bits({ 0: 'SO', 1: 'WD', 2: 'SF', 3: 'RD', 4: 'UE', 5: 'FNO', 6: 'RHSC', 30: 'OC', 31: 'MIE' });
const XHCI_LINK: Names = {
  0: 'U0',
  1: 'U1',
  2: 'U2',
  3: 'U3',
  4: 'disabled',
  5: 'RxDetect',
  6: 'inactive',
  7: 'polling',
  8: 'recovery',
  9: 'hot reset',
  10: 'compliance',
  11: 'test',
  15: 'resume',
};
const SPEEDS: Names = { 1: 'full', 2: 'low', 3: 'high', 4: 'super' };
const XHCI_PORT = bits(
  {
    0: 'CCS',
    1: 'PED',
    3: 'OCA',
    4: 'PR',
    9: 'PP',
    16: 'LWS',
    17: 'CSC',
    18: 'PEC',
    19: 'WRC',
    20: 'OCC',
    21: 'PRC',
    22: 'PLC',
    23: 'CEC',
    24: 'CAS',
    25: 'WCE',
    26: 'WDE',
    27: 'WOE',
    30: 'DR',
    31: 'WPR',
  },
  bitField(5, 8, 'link', XHCI_LINK),
  bitField(10, 13, 'speed', SPEEDS),
  bitField(14, 15, 'indicator'),
);

const EHCI_PORTS = Object.fromEntries([0, 1, 2, 3, 4, 5].map((port) => [`portsc[${port}]`, as(EHCI_PORT)]));

export const USB: readonly Interpreter[] = [
  {
    vmsd: 'uhci',
    fields: {
      cmd: as(bits({ 0: 'RS', 1: 'HCRESET', 2: 'GRESET', 3: 'EGSM', 4: 'FGR', 5: 'SWDBG', 6: 'CF', 7: 'MAXP' })),
      status: as(bits({ 0: 'USBINT', 1: 'USBERR', 2: 'RD', 3: 'HSERR', 4: 'HCPERR', 5: 'HCHALTED' })),
      intr: as(bits({ 0: 'TIMEOUT', 1: 'RESUME', 2: 'IOC', 3: 'SHORT' })),
    },
  },
  {
    vmsd: 'uhci port',
    fields: {
      ctrl: as(
        bits(
          { 0: 'CCS', 1: 'CSC', 2: 'EN', 3: 'ENC', 6: 'RD', 7: '', 8: 'LSDA', 9: 'RESET', 12: 'SUSPEND' },
          bitField(4, 5, 'line'),
        ),
      ),
    },
  },
  {
    vmsd: 'ehci-core',
    fields: {
      usbcmd: as(
        bits(
          { 0: 'RUNSTOP', 1: 'HCRESET', 4: 'PSE', 5: 'ASE', 6: 'IAAD', 7: 'LHCRESET', 11: 'ASPME' },
          bitField(2, 3, 'frame list', { 1: '512', 2: '256' }),
          bitField(16, 23, 'threshold'),
        ),
      ),
      usbsts: as(bits(EHCI_STATUS)),
      usbsts_pending: as(bits(EHCI_STATUS)),
      usbintr: as(bits(EHCI_STATUS)),
      configflag: as(enumeration({ 0: 'ports at companion controllers', 1: 'ports at this controller' })),
      ...EHCI_PORTS,
    },
  },
  {
    vmsd: 'ohci-core',
    fields: {
      ctl: as(
        bits(
          { 2: 'PLE', 3: 'IE', 4: 'CLE', 5: 'BLE', 8: 'IR', 9: 'RWC', 10: 'RWE' },
          bitField(0, 1, 'ratio', (more) => `${more + 1}:1`),
          bitField(6, 7, '', { 0: 'reset', 1: 'resume', 2: 'operational', 3: 'suspend' }),
        ),
      ),
      status: as(bits({ 0: 'HCR', 1: 'CLF', 2: 'BLF', 3: 'OCR' }, bitField(16, 17, 'SOC'))),
      intr: as(OHCI_INTERRUPTS),
      intr_status: as(OHCI_INTERRUPTS),
    },
  },
  {
    vmsd: 'ohci-core/port',
    fields: {
      ctrl: as(
        bits({
          0: 'CCS',
          1: 'PES',
          2: 'PSS',
          3: 'POCI',
          4: 'PRS',
          8: 'PPS',
          9: 'LSDA',
          16: 'CSC',
          17: 'PESC',
          18: 'PSSC',
          19: 'OCIC',
          20: 'PRSC',
        }),
      ),
    },
  },
  {
    vmsd: 'xhci-core',
    fields: {
      usbcmd: as(
        bits({ 0: 'RS', 1: 'HCRST', 2: 'INTE', 3: 'HSEE', 7: 'LHCRST', 8: 'CSS', 9: 'CRS', 10: 'EWE', 11: 'EU3S' }),
      ),
      usbsts: as(
        bits({ 0: 'HCH', 2: 'HSE', 3: 'EINT', 4: 'PCD', 8: 'SSS', 9: 'RSS', 10: 'SRE', 11: 'CNR', 12: 'HCE' }),
      ),
      crcr_low: as(words((value) => (Number(value) & 8 ? 'running' : undefined))),
    },
  },
  { vmsd: 'xhci-port', fields: { portsc: as(XHCI_PORT) } },
  { vmsd: 'xhci-intr', fields: { iman: as(bits({ 0: 'IP', 1: 'IE' })) } },
  {
    vmsd: 'USBDevice',
    fields: {
      state: as(enumeration({ 0: 'not attached', 1: 'attached', 3: 'default' })),
      setup_state: as(enumeration({ 0: 'idle', 1: 'setup', 2: 'data', 3: 'ack', 4: 'parameter' })),
    },
  },
];
