import { expect, it } from 'vitest';
import type { StructNode } from '../../src/vmstate/decode.js';
import { decodeDevice } from '../../src/vmstate/device.js';
import { decodeContents } from '../../src/vmstate/opaque.js';
import type { VmsdDescription } from '../../src/vmstate/vmdesc.js';

const CPU: VmsdDescription = {
  vmsdName: 'cpu',
  version: 12,
  fields: [{ name: 'env.eflags', type: 'uint64', size: 8 }],
  subsections: [],
};
const CONTEXT = { idstr: 'cpu', sectionVersion: 12 };

it('says beside a described field what is known of it', () => {
  const payload = new Uint8Array([0, 0, 0, 0, 0, 0, 2, 0x46]);
  const known = ({ fields }: StructNode): boolean => fields[0]!.interpretation !== undefined;
  expect(known(decodeDevice(CPU, payload, CONTEXT).state!)).toBe(true);
  expect(known(decodeContents(CPU, payload, CONTEXT).state!)).toBe(false);
});
