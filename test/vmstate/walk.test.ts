import { describe, expect, it } from 'vitest';
import { walkPayload } from '../../src/vmstate/walk.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { join, u8 } from '../build/bytes.js';
import {
  type Device,
  inlineStruct,
  list,
  raw,
  structArray,
  uint32,
  uint32Array,
  uint8,
  vmdescText,
  vmsdPayload,
} from '../build/device.js';

const inner = (value: number): Device => ({
  id: 0,
  idstr: '',
  vmsdName: 'inner',
  version: 1,
  fields: [raw('on', u8(value), 'bool'), uint8('more', 9)],
});

const DEVICE: Device = {
  id: 1,
  idstr: 'device',
  vmsdName: 'device',
  version: 2,
  fields: [
    uint32('plain', 7),
    uint32Array('table', 1, 2, 3),
    structArray('slots', [inner(1), inner(0)]),
    list('queue', [inner(1)]),
    inlineStruct('view', 'tmp', inner(0)),
    raw('enabled', u8(1), 'bool'),
  ],
  subsections: [{ vmsdName: 'device/extra', version: 3, fields: [raw('late', u8(0), 'bool')] }],
};

const description = parseVmdesc(vmdescText([DEVICE])).devices[0]!;

function visited(payload: Uint8Array): { seen: string[]; mismatch: string | undefined } {
  const seen: string[] = [];
  const mismatch = walkPayload(description, payload, new Set(['bool']), {
    field: ({ name }, start, path) => void seen.push(`${[...path, name].join('.')}@${start}`),
    subsection: ({ vmsdName, version }, start) => void seen.push(`${vmsdName} ${version}@${start}`),
  });
  return { seen, mismatch };
}

describe('walkPayload', () => {
  it('visits the wanted fields and all subsections, where they stand', () => {
    expect(visited(vmsdPayload(DEVICE))).toEqual({
      mismatch: undefined,
      seen: [
        'slots.on@16',
        'slots.on@18',
        'queue.on@21',
        'view.on@24',
        'enabled@26',
        'device/extra 3@45',
        'device/extra.late@45',
      ],
    });
  });

  it('says what does not fit', () => {
    const payload = vmsdPayload(DEVICE);
    expect(visited(join(payload, u8(0))).mismatch).toBe('the description accounts for 46 of 47 bytes');
    expect(visited(payload.subarray(0, 20)).mismatch).toMatch(/queue runs past the end/);
    const renamed = Buffer.from(payload);
    renamed[renamed.indexOf('extra')] = 0x7e;
    expect(visited(renamed).mismatch).toMatch(/device\/extra is not where/);
  });
});
