import { expect, it } from 'vitest';
import { clockSince } from '../../src/capture/clock.js';

it('a clock counts seconds from a moment of the machine, to the microsecond', () => {
  const clock = clockSince(process.hrtime.bigint() - 2_500_000_000n);
  const time = clock();
  expect(time).toBeGreaterThanOrEqual(2.5);
  expect(time).toBeLessThan(60);
  expect(time).toBe(Math.round(time * 1e6) / 1e6);
  expect(clock()).toBeGreaterThanOrEqual(time);
});
