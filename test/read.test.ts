import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ByteSource, MemorySource } from '../src/bytes/source.js';
import { InputError } from '../src/finding.js';
import { loadVmdesc, readStream, summarize } from '../src/read.js';
import type { StreamEvent } from '../src/stream/events.js';

const FIXTURE = join(import.meta.dirname, '../fixtures/microvm-7.2.bin');
const DATA = readFileSync(FIXTURE);
/** Where the JSON of its vmdesc begins. */
const VMDESC = 0x30fe8;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-read-'));
});

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, data: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, data);
  return path;
}

describe('readStream', () => {
  it('hands the events of one stream to every sink, in order', async () => {
    const [first, second]: [StreamEvent[], StreamEvent[]] = [[], []];
    let pages = 0;
    const result = await readStream(FIXTURE, [
      { event: (event) => first.push(event), pages: (batch) => (pages += batch.length) },
      { event: (event) => second.push(event) },
    ]);
    expect(result).toEqual({ capture: FIXTURE, layers: ['file'] });
    expect(second).toEqual(first);
    expect([first[0]!.kind, first.at(-1)!.kind, pages]).toEqual(['begin', 'end', 16403]);
  });

  it('closes the source, also when a sink throws', async () => {
    let closed = 0;
    const source = (): ByteSource => Object.assign(new MemorySource(DATA), { close: () => void closed++ });
    await readStream(source(), []);
    const broken = {
      event: () => {
        throw new Error('full disk');
      },
    };
    await expect(readStream(source(), [broken])).rejects.toThrow('full disk');
    expect(closed).toBe(2);
  });

  it('reports what is wrong with the bytes as problems', async () => {
    const { complete, problems } = await summarize(new MemorySource(DATA.subarray(0, 1000)));
    expect(complete).toBe(false);
    expect(problems.map(({ rule }) => rule)).toEqual(['truncated']);
  });

  it.each([
    ['a file that does not exist', '/does/not/exist', '/does/not/exist: no such file'],
    ['a directory', tmpdir(), `${tmpdir()} is a directory`],
    ['no stream', join(import.meta.dirname, 'read.test.ts'), 'is no migration stream'],
  ])('refuses %s', async (_name, path, message) => {
    const failed = readStream(path, []);
    await expect(failed).rejects.toThrow(InputError);
    await expect(failed).rejects.toThrow(message);
  });
});

describe('summarize', () => {
  it.each([
    ['a file', FIXTURE],
    ['bytes', new MemorySource(DATA)],
    ['a pipe in small pieces', new MemorySource(DATA, 'pipe', { chunk: 4095, seekable: false })],
  ])('adds up %s', async (_name, input) => {
    const summary = await summarize(input);
    expect(summary).toMatchObject({
      complete: true,
      bytes: DATA.length,
      explainedBytes: DATA.length,
      configuration: { machine: 'microvm' },
      runstate: 'running',
      vmdesc: { devices: 15 },
      problems: [],
    });
    expect(summary.sections.length).toBe(16);
  });

  it('names the channel as it is told', async () => {
    const { capture, channel } = await summarize(new MemorySource(DATA, 'memory'), { channel: 'main' });
    expect([capture, channel]).toEqual(['memory', 'main']);
  });

  it('takes a page size and a start from its options', async () => {
    const shifted = new MemorySource(Buffer.concat([Buffer.alloc(100), DATA]));
    expect((await summarize(shifted)).layers).toEqual(['file', '100 leading zero bytes']);
    const pipe = new MemorySource(DATA, 'pipe', { seekable: false });
    expect((await summarize(pipe, { pageSize: 4096 })).pageSize?.bytes).toBe(4096);
  });
});

describe('loadVmdesc', () => {
  it('finds the description at the end of a stream, or alone in a file', async () => {
    const found = await loadVmdesc(FIXTURE);
    expect(found.devices.map(({ name }) => name).slice(0, 3)).toEqual(['timer', 'fw_cfg', 'cpu_common']);
    expect(await loadVmdesc(file('vmdesc.json', DATA.subarray(VMDESC)))).toEqual(found);
  });

  it('describes a stream that has none', async () => {
    const cut = new MemorySource(DATA.subarray(0, VMDESC - 5), 'cut', { seekable: false });
    const states: StreamEvent[] = [];
    const sink = {
      wantsDeviceState: true,
      event: (event: StreamEvent) => event.kind === 'device-state' && states.push(event),
    };
    await readStream(cut, [sink], { vmdesc: await loadVmdesc(FIXTURE) });
    expect(states.length).toBe(15);
    expect(states.every((event) => event.kind === 'device-state' && event.state)).toBe(true);
  });

  it.each([
    ['nothing.bin', '', 'has no vmdesc'],
    ['text', 'hello', 'has no vmdesc'],
    ['cut.bin', DATA.subarray(0, 1000), 'has no vmdesc'],
    ['other.json', '{"a": 1}', 'is JSON, but no vmdesc: no array "devices"'],
    ['broken.json', '{"devices": [', 'is JSON, but no vmdesc'],
  ])('refuses %s', async (name, data, message) => {
    const failed = loadVmdesc(file(name, data));
    await expect(failed).rejects.toThrow(InputError);
    await expect(failed).rejects.toThrow(message);
  });

  it('refuses a file that does not exist as every other input', async () => {
    await expect(loadVmdesc('/does/not/exist')).rejects.toThrow(new InputError('/does/not/exist: no such file'));
  });
});
