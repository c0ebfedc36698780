import { describe, expect, it } from 'vitest';
import { FaultList } from '../../src/bytes/faults.js';
import type { SourceFault } from '../../src/bytes/source.js';

const fault = (message: string, offset = 1): SourceFault => ({ rule: 'wrapper-cut', message, offset });

describe('FaultList', () => {
  it('puts the faults of the outer source before those that they lead to, and moves none', () => {
    const outer: SourceFault[] = [];
    const list = new FaultList({ faults: outer }, (offset) => offset + 10);
    outer.push(fault('outer', 5));
    list.add(fault('own', 2));
    expect(list.all).toEqual([fault('outer', 15), fault('own', 2)]);
    outer.push(fault('late', 6));
    expect(list.all.map(({ message }) => message)).toEqual(['outer', 'own', 'late']);
  });

  it('is empty for a source that cannot have any', () => {
    expect(new FaultList({}, (offset) => offset).all).toEqual([]);
  });
});
