import { describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../src/stream/events.js';
import { Facts, POSTCOPY_LISTENING, POSTCOPY_NONE, POSTCOPY_RUNNING } from '../../src/rules/facts.js';

const command = (code: number): StreamEvent => ({
  kind: 'command',
  offset: 0,
  length: 5,
  code,
  name: '',
  payload: {},
  packaged: false,
});
const mark = (name: string): StreamEvent => ({ kind: 'ram-mark', offset: 0, flags: 0, name });

function factsOf(...events: readonly StreamEvent[]): Facts {
  const facts = new Facts(true);
  const main = facts.begin('main.bin', 'main');
  for (const event of events) facts.event(main, event);
  return facts;
}

describe('Facts', () => {
  it('knows the version that the machine type names', () => {
    const facts = factsOf({ kind: 'configuration', offset: 8, length: 9, machine: 'pc-q35-9.2', subsections: [] });
    expect([facts.machineSince('9.2'), facts.machineSince('10.0'), facts.machineUntil('9.2')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(factsOf().machineSince('2.0')).toBe(false);
    expect(factsOf().machineUntil('99.0')).toBe(false);
  });

  it('follows the postcopy commands as a destination does', () => {
    expect(factsOf().postcopyState).toBe(POSTCOPY_NONE);
    expect(factsOf(command(3), command(6), command(4)).postcopyState).toBe(POSTCOPY_LISTENING);
    expect(factsOf(command(3), command(4), command(5)).postcopyState).toBe(POSTCOPY_RUNNING);
    expect(factsOf(command(3)).postcopy).toBe(false);
    expect(factsOf(command(3), command(4)).postcopy).toBe(true);
  });

  it('tells the sync points from the first mark', () => {
    expect(factsOf(mark('MULTIFD_FLUSH'), mark('EOS'), mark('EOS'), mark('MULTIFD_FLUSH'))).toMatchObject({
      flushMode: 'flush',
      syncPoints: 2,
    });
    expect(factsOf(mark('EOS'), mark('EOS'))).toMatchObject({ flushMode: 'eos', syncPoints: 2 });
  });

  it('takes in sections that are counted together as if each had come', () => {
    const parts = (count: number): StreamEvent => ({
      kind: 'ram-parts',
      offset: 0,
      count,
      payloadLength: 8 * count,
      id: 2,
      idstr: 'ram',
      instance: 0,
      version: 4,
    });
    expect(factsOf(mark('EOS'), parts(3))).toMatchObject({ flushMode: 'eos', syncPoints: 4, ramPart: true });
    expect(factsOf(parts(3))).toMatchObject({ flushMode: 'eos', syncPoints: 3 });
    expect(factsOf(mark('MULTIFD_FLUSH'), parts(3))).toMatchObject({ flushMode: 'flush', syncPoints: 1 });
  });

  it('is in postcopy from the start of a recovery connection', () => {
    const facts = new Facts(true);
    facts.begin('channel-01.bin', 'recovery-main');
    expect(facts).toMatchObject({ postcopy: true, postcopyState: POSTCOPY_RUNNING, multifd: false });
  });
});
