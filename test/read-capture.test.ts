/** Real captures of several channels: all of them are read, and what they say fits together. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../src/finding.js';
import { CaptureModel, type CaptureSummary } from '../src/model/capture-model.js';
import { openCapture, readCapture, type ReadCaptureOptions } from '../src/read-capture.js';
import { JsonDump, JsonOutput } from '../src/report/dump-json.js';
import { infoDocument } from '../src/report/info-json.js';
import { infoText } from '../src/report/info-text.js';
import { jsonDocument } from '../src/bytes/json.js';
import { makeStyle } from '../src/report/style.js';
import type { StreamSink } from '../src/stream/events.js';
import { captureNames, fixturePath, unpackCapture } from './fixtures.js';
import { TextKeeper } from './report/samples.js';
import { expectValid } from './report/schemas.js';

interface Expected {
  readonly roles: readonly string[];
  readonly complete: boolean;
  readonly syncs?: number;
  readonly methods?: readonly string[];
  readonly info: readonly (string | RegExp)[];
}

const MULTIFD = ['main', 'multifd', 'multifd'];

const EXPECTED: Record<string, Expected> = {
  '5.2-x86_64-multifd-2-return-path': {
    roles: [...MULTIFD, 'return-path'],
    complete: true,
    methods: ['none'],
    info: [/whole, .* every byte explained/, /return-path +\d+ +whole/],
  },
  '5.2-x86_64-fail-cut-multifd': {
    roles: MULTIFD,
    complete: false,
    methods: ['none'],
    info: [/truncated, /, 'error[MIG101] the input ends inside multifd page'],
  },
  '7.2-s390x-multifd-2-zlib': {
    roles: MULTIFD,
    complete: true,
    syncs: 11,
    methods: ['zlib'],
    info: ['11 sync generations', /multifd 0 .* 11 syncs, zlib to /],
  },
  '7.2-x86_64-postcopy-recover-preempt-paused-dst': {
    roles: ['main', 'preempt', 'recovery-main', 'return-path', 'preempt', 'return-path'],
    complete: true,
    info: ['POSTCOPY_RESUME', 'info[MIG101] the connection was lost here', '8×RECV_BITMAP, RESUME_ACK, SHUT'],
  },
  '10.0-s390x-multifd-2-zlib': { roles: MULTIFD, complete: true, methods: ['zlib'], info: [/every byte explained/] },
  '10.0-x86_64-multifd-2-zstd': { roles: MULTIFD, complete: true, methods: ['zstd'], info: [/zstd to /] },
  '10.0-x86_64-vfio-multifd-2-tiny': {
    roles: [...MULTIFD, 'return-path'],
    complete: true,
    syncs: 3,
    methods: ['none'],
    info: ['Device state in packets: 1 device', /0000:00:02\.0\/vfio +2 +64 B +whole/],
  },
  '11.1-aarch64-multifd-2-zlib': { roles: MULTIFD, complete: true, methods: ['zlib'], info: [/every byte explained/] },
  '11.1-s390x-postcopy-preempt': {
    roles: ['main', 'preempt', 'return-path'],
    complete: true,
    info: ['1,161 page requests, 1,157 pages on the preempt channel'],
  },
};

/** Captures that are cut, and so may end inside something. */
const CUT = '5.2-x86_64-fail-cut-multifd';

async function read(
  path: string,
  options: ReadCaptureOptions = {},
  more: (channel: string) => readonly StreamSink[] = () => [],
): Promise<CaptureSummary> {
  const model = new CaptureModel();
  const capture = await openCapture(path);
  const { problems } = await readCapture(capture, ({ name }) => [model.channel(name), ...more(name)], options);
  return model.summary(problems);
}

it('has something to expect of every capture', () => {
  expect(Object.keys(EXPECTED).sort()).toEqual(captureNames());
});

it('keeps the captures small', () => {
  const folder = fixturePath('captures');
  const sizes = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
  expect(sizes.reduce((a, b) => a + b)).toBeLessThan(1_300_000);
});

describe.each(Object.entries(EXPECTED))('%s', (name, expected) => {
  let cached: Promise<CaptureSummary> | undefined;
  const summaryOf = (): Promise<CaptureSummary> => (cached ??= read(unpackCapture(name)));

  it('has the channels that it should have, each of them explained', async () => {
    const { channels, complete } = await summaryOf();
    expect(channels.map(({ role }) => role).sort()).toEqual([...expected.roles].sort());
    for (const { file, bytes, explainedBytes, lastGoodOffset } of channels) {
      expect([file, bytes]).toEqual([file, statSync(join(unpackCapture(name), file)).size]);
      if (name !== CUT) expect([file, explainedBytes, lastGoodOffset]).toEqual([file, bytes, bytes]);
    }
    expect(complete).toBe(expected.complete);
  });

  it('fits together', async () => {
    const { channels, generations, ram, devices, problems, pageRequests, urgentPages } = await summaryOf();
    const packets = channels.flatMap(({ multifd }) => multifd ?? []);
    const syncs = new Set(packets.map((channel) => channel.syncs));
    expect(syncs.size).toBe(packets.length > 0 ? 1 : 0);
    if (expected.syncs !== undefined) expect([...syncs]).toEqual([expected.syncs]);
    expect([...new Set(packets.flatMap(({ methods }) => methods))]).toEqual(expected.methods ?? []);
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    for (const what of ['packets', 'normalPages', 'zeroPages'] as const)
      expect(sum(generations.map((one) => one[what]))).toBe(sum(packets.map((one) => one[what])));
    // The pages of a packet come before the packet, and so even where it is cut.
    if (packets.length > 0 && name !== CUT)
      expect(sum(ram.blocks.map(({ pages }) => pages.normal))).toBe(sum(packets.map((one) => one.normalPages)));
    for (const device of devices) expect(device).toMatchObject({ complete: true, missing: [], duplicates: 0 });
    expect(devices.length).toBe(name.includes('vfio') ? 1 : 0);
    expect(urgentPages).toBeLessThanOrEqual(pageRequests);
    expect(problems.filter(({ severity }) => severity !== 'info').map(({ rule }) => rule)).toEqual(
      name === CUT ? ['truncated', 'truncated'] : [],
    );
  });

  it('gives the same sum when pages are looked into, and so read instead of stepped over', async () => {
    const looked = await read(unpackCapture(name), {}, () => [{ pages: () => undefined }]);
    expect(looked).toEqual(await summaryOf());
  });

  it('gives the same sum in the order of arrival', async () => {
    const { ram, ...arrived } = await read(unpackCapture(name), { order: 'arrived' });
    const { ram: appliedRam, ...applied } = await summaryOf();
    const byFile = (summary: Omit<CaptureSummary, 'ram'>): unknown => {
      const { channels } = summary;
      return [...channels].sort((a, b) => (a.file < b.file ? -1 : 1));
    };
    expect(byFile(arrived)).toEqual(byFile(applied));
    expect(arrived.complete).toBe(applied.complete);
    const sent = ({ blocks }: CaptureSummary['ram']): unknown =>
      blocks.map((block) => [block.name, block.pages.normal, block.pages.zero]).sort();
    expect(sent(ram)).toEqual(sent(appliedRam));
  });

  it('is shown by info', async () => {
    const summary = await summaryOf();
    const input = { capture: name, layers: ['directory'] };
    const text = infoText(input, summary, makeStyle('never', false), 100);
    for (const part of expected.info)
      expect(text).toEqual(expect.stringMatching(part instanceof RegExp ? part : escape(part)));
    for (const { file } of summary.channels) expect(text).toContain(`  ${file} `);
    const document = JSON.parse(jsonDocument(infoDocument(input, summary))) as Record<string, unknown>;
    expectValid('info', document);
    expect(document).toMatchObject({
      complete: expected.complete,
      channels: expected.roles.map(() => expect.objectContaining({ bytes: expect.any(Number) as number })),
      generations: summary.generations,
      devices: summary.devices,
    });
  });

  it('is dumped as the schema says', async () => {
    const out = new TextKeeper();
    const json = new JsonOutput(out, 'document', name);
    const options = { pages: false, memory: false, desc: false, offsets: false, maxBytes: 16 };
    await read(unpackCapture(name), { order: 'arrived' }, (channel) => [new JsonDump(json, options, channel)]);
    json.finish();
    const document = JSON.parse(out.text) as { events: { event: string; channel: string }[] };
    expectValid('dump', document);
    const { events } = document;
    const of = (kind: string): string[] => events.filter(({ event }) => event === kind).map(({ channel }) => channel);
    const files = readdirSync(unpackCapture(name)).filter((file) => file.endsWith('.bin'));
    expect(of('begin').sort()).toEqual(files.sort());
    expect(of('end').sort()).toEqual(files.sort());
    expect(of('multifd-init').length).toBe(expected.roles.filter((role) => role === 'multifd').length);
    expect(of('device-packet').length).toBe(name.includes('vfio') ? 2 : 0);
    expect(of('message').length > 0).toBe(expected.roles.includes('return-path'));
  });
});

/** A pattern that fits the text itself. */
function escape(text: string): RegExp {
  return new RegExp(text.replace(/[[\]()*+?.\\^$|{}]/g, '\\$&'));
}

describe('openCapture', () => {
  it('takes files one by one, as it takes them from a directory', async () => {
    const folder = unpackCapture('10.0-x86_64-vfio-multifd-2-tiny');
    const [main, one, two, back] = ['main.bin', 'channel-01.bin', 'channel-02.bin', 'return-path.bin'].map((file) =>
      join(folder, file),
    ) as [string, string, string, string];
    const capture = await openCapture(main, { channels: [two, one], returnPath: back });
    expect(capture.channels.map(({ name }) => name)).toEqual([main, two, one, back]);
    const model = new CaptureModel();
    const result = await readCapture(capture, ({ name }) => [model.channel(name)]);
    expect(result.problems).toEqual([]);
    expect(model.summary().complete).toBe(true);
  });

  it('refuses a directory without channels', async () => {
    await expect(openCapture(import.meta.dirname)).rejects.toThrow(InputError);
  });

  it('reads channels that are alone, and says what is missing', async () => {
    const file = join(unpackCapture('7.2-s390x-multifd-2-zlib'), 'channel-01.bin');
    const model = new CaptureModel();
    const { problems } = await readCapture(await openCapture(file), ({ name }) => [model.channel(name)]);
    expect(problems.map(({ rule }) => rule)).toEqual(['capture-main']);
    const { channels } = model.summary();
    expect(channels).toMatchObject([{ role: 'multifd', id: 0, complete: true }]);
  });
});
