import { describe, expect, it } from 'vitest';
import { isVmstateDump, parseVmstateDump } from '../../src/vmstate/dump.js';
import { parseJson } from '../../src/vmstate/json.js';
import { dumpText, field, maybe, vmsd } from '../diff/layouts.js';

describe('parseVmstateDump', () => {
  it('reads classes, fields and subsections', () => {
    const text = dumpText({
      dev: vmsd(
        'dev',
        [field('a', 4, { num: 3, version_id: 2 }), maybe('s', 9, { Description: vmsd('s', [field('x', 1)]) })],
        {
          version: 3,
          minimum: 2,
          subsections: [vmsd('dev/sub', [])],
        },
      ),
      bare: undefined,
    });
    const { machine, devices } = parseVmstateDump(text);
    expect(machine).toBe('pc-9.0');
    expect(devices[1]).toEqual({ name: 'bare', version: 1, minimum: 1 });
    expect(devices[0]).toEqual({
      name: 'dev',
      version: 3,
      minimum: 2,
      description: {
        name: 'dev',
        version: 3,
        minimum: 2,
        fields: [
          { name: 'a', version: 2, conditional: false, num: 3, size: 4 },
          {
            name: 's',
            version: 0,
            conditional: true,
            size: 9,
            description: expect.objectContaining({ name: 's' }) as object,
          },
        ],
        subsections: [{ name: 'dev/sub', version: 1, minimum: 1, fields: [], subsections: [] }],
      },
    });
  });

  it('reads what other tools made of it', () => {
    const { devices } = parseVmstateDump('{"dev": {"version_id": "x", "Description": {"Fields": [7, {"size": -1}]}}}');
    expect(devices).toEqual([
      {
        name: 'dev',
        version: 0,
        minimum: 0,
        description: {
          name: '',
          version: 0,
          minimum: 0,
          fields: [{ name: '', version: 0, conditional: false, size: -1 }],
          subsections: [],
        },
      },
    ]);
  });

  it.each(['[]', '{}', '{"devices": []}', '{"a": 1}'])('refuses %s', (text) => {
    expect(isVmstateDump(parseJson(text))).toBe(false);
    expect(() => parseVmstateDump(text)).toThrow(SyntaxError);
  });
});
