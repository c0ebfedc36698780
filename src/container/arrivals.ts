/**
 * Reads the arrival order of a capture: `events.jsonl`, one JSON object a line.
 *
 *     {"t": 0.0714, "ev": "data", "conn": 0, "dir": "c2s", "off": 0, "len": 128206}
 *
 * | field | what                                                                              |
 * | ----- | --------------------------------------------------------------------------------- |
 * | t     | seconds since the recorder started                                                |
 * | ev    | `data` for bytes that arrived; other events carry none                            |
 * | conn  | the connection, in order of acceptance                                            |
 * | dir   | `c2s`: from the source to the destination; `s2c`: back                            |
 * | off   | where the bytes stand in the file of that connection and direction                |
 * | len   | how many there are                                                                |
 */
import { openFile } from '../bytes/file-source.js';

/** Bytes of one channel that arrived together. */
export interface Arrival {
  /** The file of the capture that holds them. */
  readonly file: string;
  readonly offset: number;
  readonly length: number;
  /** Seconds since the recorder started, where it says so. */
  readonly time?: number;
}

/** No recorder writes longer ones; what is longer is passed over. */
const MAX_LINE = 1 << 16;

/** The arrivals in the order of the file. Lines that say nothing, or nothing that can be, are passed over. */
export async function* readArrivals(path: string): AsyncGenerator<Arrival> {
  for await (const line of lines(path)) {
    const arrival = parseArrival(line);
    if (arrival) yield arrival;
  }
}

/** The file that a recorder writes a connection and direction to. */
export function channelFile(connection: number, backwards: boolean): string {
  if (connection === 0) return backwards ? 'return-path.bin' : 'main.bin';
  return `channel-${String(connection).padStart(2, '0')}${backwards ? '.return' : ''}.bin`;
}

/** The number of the connection, in order of acceptance, that a recorder writes to a file of this name; undefined for other names and the way back. */
export function connectionOf(file: string): number | undefined {
  if (file === channelFile(0, false)) return 0;
  const number = /^channel-(\d{2,9})\.bin$/.exec(file)?.[1];
  return number === undefined ? undefined : Number(number);
}

function parseArrival(line: string): Arrival | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { t, ev, conn, dir, off, len } = value as Record<string, unknown>;
  if (ev !== 'data' || (dir !== 'c2s' && dir !== 's2c')) return undefined;
  if (!isCount(conn) || !isCount(off) || !isCount(len) || len === 0) return undefined;
  const time = typeof t === 'number' ? { time: t } : {};
  return { file: channelFile(conn, dir === 's2c'), offset: off, length: len, ...time };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** The lines of a file, but for those that are too long. */
async function* lines(path: string): AsyncGenerator<string> {
  const source = openFile(path);
  try {
    const chunk = Buffer.alloc(MAX_LINE);
    let head = Buffer.alloc(0);
    let tooLong = false;
    for (let got: number; (got = await source.read(chunk)) > 0;) {
      let from = 0;
      for (let end: number; (end = chunk.subarray(0, got).indexOf(0x0a, from)) >= 0; from = end + 1) {
        if (!tooLong) yield Buffer.concat([head, chunk.subarray(from, end)]).toString('utf8');
        head = Buffer.alloc(0);
        tooLong = false;
      }
      tooLong ||= head.length + got - from > MAX_LINE;
      head = tooLong ? Buffer.alloc(0) : Buffer.concat([head, chunk.subarray(from, got)]);
    }
    if (head.length > 0) yield head.toString('utf8');
  } finally {
    source.close();
  }
}
