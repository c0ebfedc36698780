import { describe, expect, it } from 'vitest';
import { dumpedLayouts, dumpedVersions } from '../../src/rules/target-vmstate.js';

const layout = (name: string) => ({ name, version: 1, minimum: 1, fields: [], subsections: [] });
const DUMP = {
  devices: [
    { name: 'e1000', version: 2, minimum: 1, description: layout('e1000') },
    { name: 'e1000-82544gc', version: 3, minimum: 2, description: layout('e1000') },
    { name: 'isa-fdc', version: 1, minimum: 1, description: layout('fdc') },
    { name: 'none', version: 1, minimum: 1 },
  ],
};

describe('a dump of the destination', () => {
  it('gives the widest range of versions for a layout that classes share', () => {
    expect([...dumpedVersions(DUMP)]).toEqual([
      ['e1000', { version: 3, minimum: 1 }],
      ['fdc', { version: 1, minimum: 1 }],
    ]);
  });

  it('gives the layouts of a name', () => {
    expect(dumpedLayouts(DUMP, 'e1000')).toHaveLength(2);
    expect(dumpedLayouts(DUMP, 'igb')).toEqual([]);
  });
});
