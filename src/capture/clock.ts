/** The time of a recording. */

/** Seconds since a recording began, to the microsecond. */
export type Clock = () => number;

/**
 * A clock that began at a moment of `process.hrtime.bigint()`, which is the same in all processes of a machine.
 */
export function clockSince(started: bigint): Clock {
  return () => Math.round(Number(process.hrtime.bigint() - started) / 1e3) / 1e6;
}
