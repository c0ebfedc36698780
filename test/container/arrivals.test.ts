import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Arrival, channelFile, connectionOf, readArrivals } from '../../src/container/arrivals.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-arrivals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(...lines: readonly string[]): Promise<Arrival[]> {
  const path = join(folder, 'events.jsonl');
  writeFileSync(path, lines.join('\n'));
  const arrivals: Arrival[] = [];
  for await (const arrival of readArrivals(path)) arrivals.push(arrival);
  return arrivals;
}

const data = (conn: number, dir: string, off: number, len: number): string =>
  JSON.stringify({ t: 0.5, ev: 'data', conn, dir, off, len });

describe('arrivals', () => {
  it('names the connection of a file', () => {
    expect([0, 1, 12, 345].map((number) => connectionOf(channelFile(number, false)))).toEqual([0, 1, 12, 345]);
    expect([channelFile(0, true), channelFile(3, true), 'channel-x.bin', 'x.bin'].map(connectionOf)).toEqual(
      Array(4).fill(undefined),
    );
  });

  it('come in the order of the file, with the files that hold them', async () => {
    // Recorded from QEMU 11.1, shortened.
    const arrivals = await read(
      '{"t": 0.012168, "ev": "accept", "conn": 0}',
      '{"t": 0.012587, "ev": "data", "conn": 0, "dir": "c2s", "off": 0, "len": 62}',
      '{"t": 0.01322, "ev": "data", "conn": 0, "dir": "s2c", "off": 0, "len": 8}',
      '{"t": 0.1851, "ev": "data", "conn": 1, "dir": "c2s", "off": 0, "len": 4111}',
      '{"t": 0.733108, "ev": "eof", "conn": 0, "dir": "c2s", "off": 62}',
      '{"t": 0.841549, "ev": "note", "what": "migrate-pause done"}',
      '{"t": 0.844074, "ev": "data", "conn": 12, "dir": "s2c", "off": 0, "len": 2075}',
    );
    expect(arrivals).toEqual([
      { file: 'main.bin', offset: 0, length: 62, time: 0.012587 },
      { file: 'return-path.bin', offset: 0, length: 8, time: 0.01322 },
      { file: 'channel-01.bin', offset: 0, length: 4111, time: 0.1851 },
      { file: 'channel-12.return.bin', offset: 0, length: 2075, time: 0.844074 },
    ]);
  });

  it('pass over what makes no sense', async () => {
    const good = data(0, 'c2s', 0, 1);
    const nonsense = [
      '',
      'hello',
      '{"t": 1, "ev": "da',
      'null',
      '7',
      '[]',
      '{}',
      '{"ev": "data"}',
      data(-1, 'c2s', 0, 1),
      data(0.5, 'c2s', 0, 1),
      data(0, 'up', 0, 1),
      data(0, 'c2s', -1, 1),
      data(0, 'c2s', 2 ** 53, 1),
      data(0, 'c2s', 0, 0),
      '{"ev": "data", "conn": "0", "dir": "c2s", "off": 0, "len": 1}',
      `{"ev": "data", "x": "${'y'.repeat(200_000)}", "conn": 0, "dir": "c2s", "off": 0, "len": 1}`,
    ];
    expect(await read(...nonsense)).toEqual([]);
    expect(await read(...nonsense.flatMap((line) => [line, good]))).toHaveLength(nonsense.length);
    expect(await read('{"ev": "data", "conn": 0, "dir": "c2s", "off": 3, "len": 1}')).toEqual([
      { file: 'main.bin', offset: 3, length: 1 },
    ]);
  });

  it('read files of many chunks', async () => {
    const lines = Array.from({ length: 5000 }, (_, n) => data(n % 3, 'c2s', n, 1));
    const arrivals = await read(...lines, '');
    expect(arrivals.map(({ offset }) => offset)).toEqual(lines.map((_, n) => n));
  });
});
