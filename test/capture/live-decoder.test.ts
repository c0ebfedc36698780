/** Channels that are decoded while their files grow. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LiveDecoder, type LiveState } from '../../src/capture/live-decoder.js';
import { readArrivals } from '../../src/container/arrivals.js';
import { CaptureModel } from '../../src/model/capture-model.js';
import { readFixture, unpackCapture } from '../fixtures.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-live-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function watch() {
  const states: LiveState[] = [];
  const model = new CaptureModel();
  const decoder = new LiveDecoder(folder, {
    state: (state) => states.push(state),
    sinks: (name) => [model.channel(name)],
  });
  return { decoder, model, states, phases: () => states.map(({ phase }) => phase) };
}

/** Writes a capture again as its bytes arrived, and tells of it. */
async function replay(name: string, decoder: LiveDecoder): Promise<void> {
  const from = unpackCapture(name);
  const files = readdirSync(from).filter((file) => file.endsWith('.bin'));
  const bytes = new Map(files.map((file) => [file, readFileSync(join(from, file))]));
  for await (const { file, offset, length } of readArrivals(join(from, 'events.jsonl'))) {
    appendFileSync(join(folder, file), bytes.get(file)!.subarray(offset, offset + length));
    decoder.grown(file, offset + length);
    if (offset + length === bytes.get(file)!.length) decoder.ended(file);
    await later();
  }
}

/** Writes a file that is over. */
function write(name: string, bytes: Buffer, decoder: LiveDecoder): void {
  writeFileSync(join(folder, name), bytes);
  decoder.grown(name, bytes.length);
  decoder.ended(name);
}

describe('decoding beside the recording', () => {
  it('tells the phases of a precopy migration', async () => {
    const { decoder, model, states, phases } = watch();
    const stream = readFixture('microvm-7.2');
    writeFileSync(join(folder, 'main.bin'), stream);
    for (let at = 5000; at < stream.length; at += 5000) {
      decoder.grown('main.bin', at);
      await later();
    }
    decoder.grown('main.bin', stream.length);
    decoder.ended('main.bin');
    await decoder.finish();
    expect(phases()).toEqual(['setup', 'RAM', 'last pass', 'device state', 'complete']);
    expect(states.at(-1)).toEqual({ phase: 'complete', complete: true, postcopy: false });
    expect(model.summary().complete).toBe(true);
  });

  it.each(['7.2-s390x-multifd-2-zlib', '10.0-x86_64-vfio-multifd-2-tiny'])('reads all channels of %s', async (name) => {
    const { decoder, model, states } = watch();
    await replay(name, decoder);
    await decoder.finish();
    expect(states.at(-1)).toMatchObject({ complete: true });
    const { complete, channels, problems } = model.summary();
    expect([complete, problems]).toEqual([true, []]);
    for (const { file, bytes, explainedBytes } of channels) expect([file, explainedBytes]).toEqual([file, bytes]);
  });

  it('sees a postcopy break and be taken up', async () => {
    const { decoder, model, phases, states } = watch();
    await replay('7.2-x86_64-postcopy-recover-preempt-paused-dst', decoder);
    await decoder.finish();
    expect(phases()).toEqual(
      expect.arrayContaining(['switch to postcopy', 'broken', 'recovery', 'postcopy', 'complete']),
    );
    expect(states.find(({ phase }) => phase === 'broken')).toEqual({
      phase: 'broken',
      complete: false,
      postcopy: true,
    });
    expect(model.summary().complete).toBe(true);
  });

  it('does not wait for a main channel that never comes', async () => {
    const { decoder, model } = watch();
    const file = join(unpackCapture('7.2-s390x-multifd-2-zlib'), 'channel-01.bin');
    const bytes = readFileSync(file);
    writeFileSync(join(folder, 'channel-01.bin'), bytes);
    decoder.grown('channel-01.bin', bytes.length);
    decoder.ended('channel-01.bin');
    await decoder.finish();
    expect(model.summary().channels).toMatchObject([{ role: 'multifd', complete: true }]);
  });

  it('reads what was over before anybody looked', async () => {
    const { decoder, states } = watch();
    write('main.bin', readFixture('microvm-7.2'), decoder);
    await decoder.finish();
    expect(states.at(-1)).toMatchObject({ phase: 'complete' });
  });

  it('waits for no main channel when the last of the files is no channel', async () => {
    const { decoder, model } = watch();
    const bytes = readFileSync(join(unpackCapture('7.2-s390x-multifd-2-zlib'), 'channel-01.bin'));
    write('channel-01.bin', bytes, decoder);
    write('main.bin', Buffer.from('GET / HTTP/1.1'.padEnd(100)), decoder);
    await decoder.finish();
    expect(model.summary().channels).toMatchObject([{ role: 'multifd', complete: true }]);
  });

  it('reads a main channel beside another', async () => {
    const { decoder, model, states } = watch();
    const stream = readFixture('microvm-7.2');
    write('main.bin', stream.subarray(0, 150_000), decoder);
    await later();
    write('channel-01.bin', stream, decoder);
    await decoder.finish();
    expect(states.at(-1)).toMatchObject({ phase: 'complete' });
    expect(model.summary().channels).toMatchObject([{ complete: false }, { complete: true }]);
  });

  it('leaves alone what is no channel', async () => {
    const { decoder, states } = watch();
    writeFileSync(join(folder, 'main.bin'), 'GET / HTTP/1.1'.padEnd(100));
    decoder.grown('main.bin', 100);
    decoder.ended('channel-07.bin');
    await decoder.finish();
    expect(states).toEqual([]);
  });
});
