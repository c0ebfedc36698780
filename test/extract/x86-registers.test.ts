import { describe, expect, it } from 'vitest';
import { x86Registers, type X86Registers } from '../../src/extract/x86-registers.js';
import { decodeState } from '../../src/vmstate/decode.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { join, u32, u64 } from '../build/bytes.js';
import { type Device, type Field, structArray, uint32, vmdescText, vmsdPayload } from '../build/device.js';

const uint64 = (name: string, ...values: readonly bigint[]): Field => ({
  name,
  type: 'uint64',
  bytes: join(...values.map((value) => u64(value))),
  ...(values.length > 1 && { arrayLength: values.length }),
});

const segments = (count: number): Field =>
  structArray(
    'env.segs',
    Array.from({ length: count }, (_, i) => ({
      vmsdName: 'segment',
      version: 1,
      fields: [
        uint32('selector', 8 * i),
        uint64('base', BigInt(0x1000 * i)),
        uint32('limit', 0xffff),
        uint32('flags', i),
      ],
    })),
  );

function registers(fields: readonly Field[]): X86Registers | undefined {
  const device: Device = { id: 3, idstr: 'cpu', vmsdName: 'cpu', version: 12, fields };
  const payload = vmsdPayload(device);
  const { state } = decodeState(parseVmdesc(vmdescText([device])).devices[0]!, payload);
  return state && x86Registers(state, payload);
}

describe('the registers of an x86 processor', () => {
  const general = Array.from({ length: 16 }, (_, i) => BigInt(i) - 1n);
  const rest = [uint64('env.eip', 0xffffffff81000000n), uint64('env.eflags', 2n), segments(6)];

  it('are read from its section', () => {
    const found = registers([uint64('env.regs', ...general.map((value) => BigInt.asUintN(64, value))), ...rest]);
    expect(found?.general.slice(0, 3)).toEqual([0xffffffffffffffffn, 0n, 1n]);
    expect(found?.rip).toBe(0xffffffff81000000n);
    expect(found?.rflags).toBe(2n);
    expect(found?.segments[4]).toEqual({ selector: 32n, base: 0x4000n, limit: 0xffffn, flags: 4n });
  });

  it('of a 32-bit target are eight, the others 0', () => {
    const eight: Field = {
      name: 'env.regs',
      type: 'uint32',
      bytes: join(...[1, 2, 3, 4, 5, 6, 7, 0xffffffff].map(u32)),
      arrayLength: 8,
    };
    const found = registers([eight, uint32('env.eip', 0xfff0), uint32('env.eflags', 2), segments(6)]);
    expect(found?.general).toHaveLength(16);
    expect(found?.general.slice(6, 9)).toEqual([7n, 0xffffffffn, 0n]);
  });

  it('are not had from a section that lacks some of them', () => {
    expect(registers([uint64('env.regs', ...Array<bigint>(16).fill(0n)), uint64('env.eip', 0n)])).toBeUndefined();
    expect(registers([uint64('env.xregs', 1n), ...rest])).toBeUndefined();
  });
});
