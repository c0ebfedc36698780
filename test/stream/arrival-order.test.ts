import { describe, expect, it } from 'vitest';
import type { Arrival } from '../../src/container/arrivals.js';
import { ArrivalOrder } from '../../src/stream/arrival-order.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { PageBatch } from '../../src/stream/page-batch.js';

interface Channel {
  /** Where the elements of a channel end. */
  readonly ends: readonly number[];
  /** Reports them as batches of pages instead of events: where their last record starts. */
  readonly pages?: boolean;
}

/** Reads channels in the order of arrivals; what was read, as the file and where it ends. */
async function order(
  channels: Record<string, Channel>,
  arrivals: readonly (readonly [string, number])[],
): Promise<string[]> {
  const log: string[] = [];
  const all = new ArrivalOrder();
  const reads = Object.entries(channels).map(async ([file, { ends, pages = false }]) => {
    const { sink, started } = all.channel(file);
    await started;
    log.push(`${file} begins`);
    let at = 0;
    for (const end of ends) {
      log.push(`${file} ${end}`);
      if (pages) sink.pages!(batchAt(at));
      else sink.event!(section(at, end));
      at = end;
      await sink.drain!();
    }
    sink.event!({ kind: 'end', offset: at, bytes: at, explainedBytes: at, lastGoodOffset: at, complete: true });
  });
  const at = new Map<string, number>();
  await Promise.all([
    ...reads,
    all.run(
      (async function* (): AsyncGenerator<Arrival> {
        for (const [file, length] of arrivals) {
          const offset = at.get(file) ?? 0;
          at.set(file, offset + length);
          yield await Promise.resolve({ file, offset, length });
        }
      })(),
    ),
  ]);
  return log;
}

const section = (at: number, end: number): StreamEvent => ({
  kind: 'section-end',
  offset: at,
  section: 'part',
  id: 2,
  idstr: 'ram',
  instance: 0,
  version: 4,
  payloadOffset: at,
  payloadLength: end - at,
  footer: false,
});

function batchAt(offset: number): PageBatch {
  const batch = new PageBatch([]);
  batch.offset[0] = offset;
  batch.length = 1;
  return batch;
}

describe('ArrivalOrder', () => {
  it('reads each channel as far as its bytes had arrived', async () => {
    const log = await order({ a: { ends: [10, 20, 30] }, b: { ends: [10, 20, 30] } }, [
      ['b', 10],
      ['a', 20],
      ['b', 20],
      ['a', 10],
    ]);
    expect(log).toEqual(['b begins', 'b 10', 'a begins', 'a 10', 'a 20', 'b 20', 'b 30', 'a 30']);
  });

  it('lies at most one element ahead', async () => {
    const log = await order({ a: { ends: [10, 20] }, b: { ends: [10] } }, [
      ['a', 1],
      ['b', 1],
      ['a', 8],
      ['a', 2],
    ]);
    expect(log).toEqual(['a begins', 'a 10', 'b begins', 'b 10', 'a 20']);
  });

  it('keeps to batches of pages', async () => {
    const log = await order({ a: { ends: [10, 20, 30], pages: true }, b: { ends: [10] } }, [
      ['a', 10],
      ['b', 10],
      ['a', 20],
    ]);
    expect(log.slice(0, 2)).toEqual(['a begins', 'a 10']);
    expect(log.indexOf('b 10')).toBeLessThan(log.indexOf('a 30'));
  });

  it('reads what no arrival tells of to its end, one channel after the other', async () => {
    expect(await order({ a: { ends: [10, 20] }, b: { ends: [10] } }, [])).toEqual([
      'a begins',
      'a 10',
      'a 20',
      'b begins',
      'b 10',
    ]);
  });

  it('passes over arrivals of other files, and of channels that have ended', async () => {
    const log = await order({ a: { ends: [10] }, b: { ends: [] } }, [
      ['x', 10],
      ['b', 10],
      ['a', 10],
      ['a', 10],
      ['b', 10],
    ]);
    expect(log).toEqual(['b begins', 'a begins', 'a 10']);
  });

  it('counts the payload of packets to them', () => {
    const { sink } = new ArrivalOrder().channel('a');
    sink.event!({
      kind: 'device-packet',
      offset: 0,
      length: 276,
      payloadLength: 100,
      idstr: 'dev',
      instance: 0,
      index: 0,
      flags: 0,
      config: false,
      data: new Uint8Array(88),
    });
    expect(sink.drain!()).toBeInstanceOf(Promise);
  });
});
