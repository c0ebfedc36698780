/** What all interpreters have in common, and that each says what is right of real values. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Interpreted, interpreted } from '../../../src/report/interpreted.js';
import { type StateStruct, stateTree } from '../../../src/report/state-tree.js';
import { INTERPRETERS, interpretationsOf } from '../../../src/vmstate/interpret/index.js';
import { namesOf } from '../../../src/vmstate/meaning.js';
import { decodeDevice } from '../../../src/vmstate/device.js';
import { deviceSection } from '../devices/fixtures.js';

const vmsd = (vmsdName: string, ...fields: string[]): Parameters<typeof interpretationsOf>[0] => ({
  vmsdName,
  version: 1,
  fields: fields.map((name) => ({ name, type: 'uint32', size: 4 })),
  subsections: [],
});

/** All that is said of the fields of a section, by field name; of several with one name, of the first that says something. */
function known(fixture: string, end: string): Record<string, Interpreted> {
  const { description, payload, context } = deviceSection(fixture, end);
  const { state } = decodeDevice(description, payload, context);
  const said: Record<string, Interpreted> = {};
  const walk = (struct: StateStruct): void => {
    for (const field of struct.fields) {
      const about = interpreted(field, struct);
      if (about && !(field.name in said)) said[field.name] = about;
      for (const value of field.values) if (typeof value === 'object' && 'vmsd' in value) walk(value);
    }
    struct.subsections.forEach(walk);
  };
  walk(stateTree(state!, payload, { idstr: end, instance: 0 }));
  return said;
}

const names = (about: Interpreted | undefined): string => (about?.names ?? []).join(' ');
const element = (about: Interpreted | undefined, name: string): string =>
  (about?.elements?.find((one) => one.name === name)?.names ?? []).join(' ');

describe('interpretationsOf', () => {
  it('tells architectures apart that call their CPU the same', () => {
    expect([...interpretationsOf(vmsd('cpu', 'env.eflags'))!.keys()]).toContain('env.cr[0]');
    expect([...interpretationsOf(vmsd('cpu', 'env.psw.mask'))!.keys()]).toContain('env.cregs');
    expect(interpretationsOf(vmsd('cpu'))).toBeUndefined();
    expect(interpretationsOf(vmsd('nobody'))).toBeUndefined();
  });
});

describe('an interpretation', () => {
  const meanings = INTERPRETERS.flatMap(({ fields }) =>
    Object.values(fields).flatMap(({ meaning, meanings: some = {} }) => [
      ...(meaning ? [meaning] : []),
      ...Object.values(some),
    ]),
  );
  const says = INTERPRETERS.flatMap(({ fields }) =>
    Object.values(fields).flatMap((one) => (one.says ? [one.says] : [])),
  );

  it('has something to say of any number', () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })), (value) => {
        for (const meaning of meanings)
          for (const name of namesOf(meaning, value)) expect(name).not.toMatch(/undefined|NaN/);
      }),
      { numRuns: 100 },
    );
  });

  it('has something to say of any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        for (const say of says) for (const text of say([bytes])) expect(text).not.toMatch(/undefined|NaN/);
      }),
      { numRuns: 100 },
    );
  });

  it('names each field of a vmsd once', () => {
    const claims = INTERPRETERS.map(({ vmsd: of, when }) => `${String(of)} ${when ?? ''}`);
    expect(new Set(claims).size).toBe(claims.length);
  });
});

describe('of a running Linux on x86', () => {
  const cpu = known('10.0-pc-linux', 'cpu');
  it('registers of the CPU', () => {
    expect(names(cpu['env.eflags'])).toBe('AF IF');
    expect(names(cpu['env.cr[0]'])).toBe('PE MP ET NE WP AM PG');
    expect(names(cpu['env.efer'])).toBe('SCE LME LMA NXE');
    expect(names(cpu['env.hflags'])).toContain('LMA CS64');
    expect(names(cpu['env.pat'])).toBe('WB WC UC- UC WB WP UC- WT');
    expect(names(cpu['flags'])).toContain('DPL=');
    expect(element(cpu['env.mtrr_fixed'], '64K_00000')).toBe('WB WB WB WB WB WB WB WB');
    expect(names(cpu['mask'])).toContain('VALID');
  });

  it.each([
    ['apic', 'apicbase', 'BSP ENABLE base=0xfee00000'],
    ['hpet', 'config', 'ENABLE LEGACY'],
    ['serial', 'divider', '9600 baud'],
    ['serial', 'lsr', 'THRE TEMT'],
    ['pckbd', 'mode', 'KBD_INT MOUSE_INT'],
    ['port92', 'outport', 'A20'],
    ['i8254', 'mode', 'rate generator'],
    ['mc146818rtc', 'base_rtc', '2026-11-20T'],
  ])('%s %s', (section, field, expected) => {
    expect(names(known('10.0-pc-linux', section)[field])).toContain(expected);
  });

  it('local vectors of the APIC', () => {
    const { lvt } = known('10.0-pc-linux', 'apic');
    expect(element(lvt, 'timer')).toMatch(/vector=236 .*(one-shot|periodic|TSC deadline)/);
  });

  it('the calendar', () => {
    const { cmos_data: cmos } = known('10.0-pc-linux', 'mc146818rtc');
    expect(cmos!.says![0]).toMatch(/^calendar 2026-11-\d\d \d\d:\d\d:\d\d$/);
    expect(cmos!.says).toContain('register B 0x2 24H');
  });

  it('the run state', () => {
    expect(known('10.0-pc-linux', 'globalstate')['runstate']!.says).toEqual([expect.stringMatching(/^[a-z-]+$/)]);
  });
});

describe('of other architectures', () => {
  it('s390x', () => {
    const cpu = known('11.1-s390x-cpu', 'cpu');
    expect(names(cpu['env.psw.mask'])).toBe('BA EA CC=0');
    expect(names(cpu['env.cpu_state'])).toBe('operating');
  });

  it('aarch64', () => {
    const cpu = known('11.1-aarch64-cpu', 'cpu');
    expect(cpu['cpsr']!.says).toEqual(['EL1h F I A D N']);
    expect(cpu['power_state']!.says).toEqual(['on']);
    const registers = cpu['cpreg_vmstate_values']!.elements!.map(({ name }) => name);
    expect(registers).toContain('ID_AA64PFR1_EL1');
    expect(registers).toContain('p15,0,c0,c0,1, non-secure');
  });

  it('ppc64', () => {
    const cpu = known('11.1-ppc64-cpu', 'cpu');
    expect(names(cpu['env.msr'])).toBe('ME FP SF');
    expect(cpu['env.spr']!.elements!.map(({ name }) => name)).toContain('LPCR');
  });

  it('riscv64', () => {
    const cpu = known('10.0-riscv64-cpu', 'cpu');
    expect(names(cpu['env.misa_ext'])).toBe('ACDFHIMSU');
    expect(names(cpu['env.priv'])).toBe('M');
  });
});

describe('of devices', () => {
  it.each([
    ['10.0-e1000', 'e1000', 'mac_reg[CTRL]', 'SLU'],
    ['10.0-usb-hosts', 'xhci', 'usbsts', 'EINT'],
    ['10.0-usb-hosts', 'xhci', 'portsc', 'link='],
    ['10.0-usb-hosts', 'ohci', 'ctl', '1:1'],
    ['10.0-usb-hosts', 'ehci', 'portsc[0]', 'PPOWER'],
    ['10.0-pci-functions', 'ich9_ahci', 'control_regs.cap', 'ports=6'],
    ['11.1-nvme', 'nvme', 'vs', 'NVMe 1.4'],
    ['11.1-kvm-cpu', 'kvmclock', 'clock', 's of guest time'],
  ])('%s: %s %s', (fixture, end, field, expected) => {
    expect(names(known(fixture, end)[field])).toContain(expected);
  });

  it('registers of e1000e by their position', () => {
    expect(element(known('10.0-e1000', 'e1000e')['core.mac'], 'CTRL')).toContain('speed=1000 Mb/s');
  });
});
