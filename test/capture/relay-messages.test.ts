import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { eachArrival, type Report, ReportLog } from '../../src/capture/relay-messages.js';

/** As the other process gets it. */
const passed = (reports: readonly Report[]): Report[] => deserialize(serialize(reports)) as Report[];

function arrivalsOf(reports: readonly Report[]): unknown[] {
  const all: unknown[] = [];
  for (const report of reports)
    if (report.kind === 'arrived') eachArrival(report.arrivals, (...arrival) => all.push(arrival));
  return all;
}

describe('a log of reports', () => {
  it('keeps the order of what happened, and the bytes between', () => {
    const log = new ReportLog(() => undefined);
    log.opened(3, 0.25);
    log.arrived(3, false, 65536, 0.5);
    log.arrived(3, true, 8, 0.75);
    log.recognised(3, { role: 'main' });
    log.arrived(3, false, 2 ** 40, 1.000001);
    log.ended(3, false, 'closed', 2);
    log.written(3, false, 65536);
    log.closed(3, 3);
    const reports = passed(log.take());
    expect(reports.map(({ kind }) => kind)).toEqual([
      'opened',
      'arrived',
      'recognised',
      'arrived',
      'ended',
      'written',
      'closed',
    ]);
    expect(arrivalsOf(reports)).toEqual([
      [3, false, 65536, 0.5],
      [3, true, 8, 0.75],
      [3, false, 2 ** 40, 1.000001],
    ]);
    expect(log.take()).toEqual([]);
  });

  it('says what should not wait, and counts what is settled', () => {
    let times = 0;
    const log = new ReportLog(() => times++);
    log.arrived(0, false, 1, 0);
    log.written(0, false, 1);
    log.ended(0, false, 'reset', 0);
    expect([times, log.settled]).toEqual([0, 0]);
    log.opened(0, 0);
    log.recognised(0, { role: 'multifd' });
    log.cut({ file: 'main.bin', offset: 1, reason: 'full' });
    expect([times, log.settled]).toEqual([3, 0]);
    log.closed(0, 0);
    log.refused(1, 'nobody there');
    expect([times, log.settled]).toEqual([5, 2]);
  });
});
