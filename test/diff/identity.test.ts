import { describe, expect, it } from 'vitest';
import { compareIdentity } from '../../src/diff/identity.js';
import type { Side } from '../../src/diff/side.js';

interface Said {
  readonly machine?: string;
  readonly uuid?: string;
  readonly recorded?: readonly string[];
  readonly inferred?: readonly string[];
  readonly qemu?: string;
}

/** A side as far as this comparison looks at it; without a configuration where no machine is named. */
function side({ machine, uuid, recorded = [], inferred = [], qemu = '11.1' }: Said): Side {
  const configuration =
    machine === undefined ? {} : { configuration: { machine, ...(uuid !== undefined && { uuid }) } };
  const stream = { ...configuration, capabilities: { recorded, inferred }, qemu: { guess: qemu, evidence: [] } };
  return { summary: { streams: [stream] } } as unknown as Side;
}

describe('compareIdentity', () => {
  it('finds nothing between a side and itself, or where there is no stream', () => {
    const one = side({ machine: 'pc', uuid: 'u', recorded: ['x-ignore-shared'] });
    expect(compareIdentity(one, one)).toEqual([]);
    expect(compareIdentity(one, {} as Side)).toEqual([]);
  });

  it('tells what changes the stream from how it was sent', () => {
    const a = side({ machine: 'pc', recorded: ['x-ignore-shared'], inferred: ['multifd'] });
    expect(compareIdentity(a, side({ machine: 'pc', qemu: '10.0' }))).toEqual([
      { field: 'capability x-ignore-shared', a: 'on', b: 'off', transport: false },
      { field: 'capability multifd', a: 'on', b: 'off', transport: true },
      { field: 'QEMU', a: '11.1', b: '10.0', transport: true },
    ]);
  });

  it('a capability is the same whether it was recorded or inferred', () => {
    const a = side({ machine: 'pc', recorded: ['xbzrle'] });
    expect(compareIdentity(a, side({ machine: 'pc', inferred: ['xbzrle'] }))).toEqual([]);
  });

  it('names a machine that only one side says, and leaves two that both say to the layouts', () => {
    expect(compareIdentity(side({ machine: 'pc' }), side({}))).toEqual([
      { field: 'machine type', a: 'pc', transport: false },
    ]);
    expect(compareIdentity(side({ machine: 'pc' }), side({ machine: 'q35' }))).toEqual([]);
  });

  it('names a uuid that differs, or that one side lacks', () => {
    const a = side({ machine: 'pc', uuid: 'one' });
    expect(compareIdentity(a, side({ machine: 'pc', uuid: 'two' }))).toMatchObject([{ field: 'uuid', a: 'one', b: 'two' }]); // prettier-ignore
    expect(compareIdentity(side({ machine: 'pc' }), a)).toEqual([{ field: 'uuid', b: 'one', transport: false }]);
  });
});
