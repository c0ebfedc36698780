import { beforeEach, describe, expect, it } from 'vitest';
import { Conductor } from '../../src/stream/conductor.js';
import type { StreamEvent, StreamSink } from '../../src/stream/events.js';

const FLUSH: StreamEvent = { kind: 'ram-mark', offset: 0, flags: 0x200, name: 'MULTIFD_FLUSH' };
const EOS: StreamEvent = { kind: 'ram-mark', offset: 0, flags: 0x10, name: 'EOS' };
const POSTCOPY: StreamEvent = { kind: 'packaged-start', offset: 0, length: 1 };
const END: StreamEvent = { kind: 'end', offset: 9, bytes: 9, explainedBytes: 9, lastGoodOffset: 9, complete: true };
const packet = (sync: boolean): StreamEvent => ({
  kind: 'packet',
  offset: 0,
  length: 1344,
  payloadLength: 0,
  unpackedLength: 0,
  flags: 0,
  method: 'none',
  pagesAlloc: 128,
  nextPacketSize: 0,
  packetNum: 0n,
  block: '',
  normalPages: 0,
  zeroPages: 0,
  sync,
  generation: 0,
  twin: false,
});
const PAGES = packet(false);
const SYNC = packet(true);

/** What was read, by all channels, in order. */
let log: string[];
beforeEach(() => {
  log = [];
});

/** Reads a channel as a decoder does: each event, then what the sink makes it wait for. */
async function read(
  name: string,
  sink: StreamSink,
  events: readonly (readonly [string, StreamEvent])[],
): Promise<void> {
  for (const [label, event] of events) {
    log.push(`${name} ${label}`);
    sink.event?.(event);
    await sink.drain?.();
  }
  sink.event?.(END);
}

/** Pages of as many generations as asked for, with the sync points between them. */
function generations(count: number, sync: StreamEvent): (readonly [string, StreamEvent])[] {
  return Array.from({ length: count }, (_, i) => [[`pages ${i}`, PAGES] as const, [`sync ${i}`, sync] as const]).flat();
}

/** True when everything of one generation stands before everything of the next. */
function inStep(): boolean {
  const numbers = log.filter((line) => line.includes('pages')).map((line) => Number(line.split(' ').at(-1)));
  return numbers.every((number, i) => i === 0 || numbers[i - 1]! <= number);
}

describe('Conductor', () => {
  it('holds every channel at its sync points until the others have come there', async () => {
    const conductor = new Conductor();
    await Promise.all([
      read('main', conductor.main(), generations(3, FLUSH)),
      read('a', conductor.multifd(), generations(3, SYNC)),
      read('b', conductor.multifd(), [['extra', PAGES], ['extra', PAGES], ...generations(3, SYNC)]),
    ]);
    expect(log.length).toBe(20);
    expect(inStep()).toBe(true);
  });

  it('takes the EOS of RAM for a sync point where the block list was not followed by a flush', async () => {
    const conductor = new Conductor();
    await Promise.all([
      read('main', conductor.main(), generations(3, EOS)),
      read('a', conductor.multifd(), generations(3, SYNC)),
    ]);
    expect(inStep()).toBe(true);
  });

  it('takes an EOS for nothing where there are flushes', () => {
    const main = new Conductor().main();
    main.event!(FLUSH);
    expect(main.drain!()).toBeInstanceOf(Promise);
    main.event!(EOS);
    expect(main.drain!()).toBeUndefined();
  });

  it('takes no mark behind the switch to postcopy for a sync point', () => {
    const main = new Conductor().main();
    main.event!(POSTCOPY);
    for (const mark of [EOS, FLUSH]) main.event!(mark);
    expect(main.drain!()).toBeUndefined();
  });

  it('asks nobody to wait between sync points', () => {
    const conductor = new Conductor();
    const sinks = [conductor.main(), conductor.multifd()];
    for (const sink of sinks) {
      sink.event!(PAGES);
      expect(sink.drain!()).toBeUndefined();
    }
  });

  it('goes on with the others when a channel has lost a sync point', async () => {
    const conductor = new Conductor();
    const lossy = generations(3, SYNC).filter(([label]) => label !== 'sync 1');
    await Promise.all([
      read('main', conductor.main(), generations(3, FLUSH)),
      read('a', conductor.multifd(), lossy),
      read('b', conductor.multifd(), generations(3, SYNC)),
    ]);
    expect(log.length).toBe(17);
  });

  it.each([0, 1, 2])('goes on with the others when a channel ends behind %d generations', async (count) => {
    const conductor = new Conductor();
    await Promise.all([
      read('main', conductor.main(), generations(4, FLUSH)),
      read('a', conductor.multifd(), generations(count, SYNC)),
      read('b', conductor.multifd(), generations(4, SYNC)),
    ]);
    expect(log.length).toBe(16 + 2 * count);
    expect(inStep()).toBe(true);
  });

  it('holds nobody that is alone', async () => {
    await read('a', new Conductor().multifd(), generations(100, SYNC));
    expect(log.length).toBe(200);
  });

  it('holds no channel that has ended right behind a sync point', () => {
    const conductor = new Conductor();
    conductor.main();
    const sink = conductor.multifd();
    sink.event!(SYNC);
    sink.event!(END);
    expect(sink.drain!()).toBeUndefined();
  });

  it('does not hold a channel of which it was told that it is over', async () => {
    const conductor = new Conductor();
    const main = conductor.main();
    main.event?.(END);
    await read('main', main, generations(2, FLUSH));
    expect(log.length).toBe(4);
  });
});
