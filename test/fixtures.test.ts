/** Drop a file into fixtures/, get a test. `UPDATE=1` writes the goldens. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../src/bytes/source.js';
import { openSource } from '../src/container/open.js';
import { decodeChannel } from '../src/stream/decode-channel.js';
import type { ChannelEnd, StreamEvent } from '../src/stream/events.js';
import { PAGE_KINDS } from '../src/stream/page-batch.js';
import { captureNames, fixtureNames, fixturePath, readAnalyze, readFixture } from './fixtures.js';

/** What a stream holds, small enough to be read by people. */
interface Digest {
  role: string;
  layers: readonly string[];
  machine?: string;
  pageSize?: number;
  events: Record<string, number>;
  pages: Record<string, number>;
  marks: Record<string, number>;
  commands: Record<string, number>;
  sections: Record<string, Record<string, number>>;
  decodedStates: number;
  problems: string[];
  end: Omit<ChannelEnd, 'kind' | 'offset'>;
}

/** Streams that end before they should. */
const CUT = ['7.2-x86_64-fail-cut-multifd', '7.2-x86_64-recovery-cut', '10.0-x86_64-validate-uuid-bad'];
const NO_MAIN_CHANNEL = '10.0-x86_64-cpr-channel';

const names = fixtureNames();

describe.each(names.filter((name) => name !== NO_MAIN_CHANNEL))('%s', (name) => {
  it('decodes, and holds what the golden says', async () => {
    const digest = await digestOf(readFixture(name));
    const { end } = digest;
    if (CUT.includes(name)) {
      expect(digest.problems).toEqual(['truncated']);
      expect(end.complete).toBe(false);
    } else {
      expect(digest.problems).toEqual([]);
      expect(end.explainedBytes).toBe(end.bytes);
      expect(end.lastGoodOffset).toBe(end.bytes);
      expect(end.complete).toBe(true);
    }
    expect(digest).toEqual(golden(name, digest));
  });
});

it('has the ground truth of the script where the script can read the stream', () => {
  const read = names.filter((name) => readAnalyze(name, 'desc') !== undefined);
  expect(read.length).toBeGreaterThan(10);
  for (const name of read) expect(JSON.parse(readAnalyze(name, 'desc')!)).toHaveProperty('devices');
});

it('names every fixture in the README, and nothing else', () => {
  const readme = readFileSync(fixturePath('README.md'), 'utf8');
  const listed = [...readme.matchAll(/^\| `([^\s/]+)\.bin(?:\.br)?`/gm)].map(([, name]) => name!);
  expect(listed.sort()).toEqual(names);
  const captures = [...readme.matchAll(/^\| `captures\/(\S+)`/gm)].map(([, name]) => name!);
  expect(captures.sort()).toEqual(captureNames());
});

async function digestOf(bytes: Uint8Array): Promise<Digest> {
  const channel = await openSource(new MemorySource(bytes));
  const { role, layers } = channel;
  const events: Record<string, number> = {};
  const pages: Record<string, number> = {};
  const marks: Record<string, number> = {};
  const commands: Record<string, number> = {};
  const sections: Record<string, Record<string, number>> = {};
  const found: { machine?: string; pageSize?: number; end?: ChannelEnd } = {};
  const problems: string[] = [];
  let decodedStates = 0;
  const count = (into: Record<string, number>, key: string): void => void (into[key] = (into[key] ?? 0) + 1);
  const event = (event: StreamEvent): void => {
    count(events, event.kind);
    if (event.kind === 'configuration') found.machine = event.machine;
    else if (event.kind === 'page-size') found.pageSize = event.pageSize;
    else if (event.kind === 'ram-mark') count(marks, event.name);
    else if (event.kind === 'command') count(commands, event.name);
    else if (event.kind === 'section-end') count((sections[event.idstr] ??= {}), event.section);
    else if (event.kind === 'device-state' && event.state) decodedStates++;
    else if (event.kind === 'problem') problems.push(event.finding.rule);
    else if (event.kind === 'end') found.end = event;
  };
  await decodeChannel(
    channel.cursor,
    [
      {
        wantsDeviceState: true,
        wantsMappedPages: true,
        event,
        pages: (batch) => {
          for (let i = 0; i < batch.length; i++) count(pages, PAGE_KINDS[batch.kind[i]!]!);
        },
      },
    ],
    { role, channel: channel.name },
  );
  const { bytes: total, explainedBytes, lastGoodOffset, complete } = found.end!;
  return {
    role,
    layers,
    ...(found.machine !== undefined && { machine: found.machine }),
    ...(found.pageSize !== undefined && { pageSize: found.pageSize }),
    events: withoutDetails(events),
    pages,
    marks,
    commands,
    sections,
    decodedStates,
    problems,
    end: { bytes: total, explainedBytes, lastGoodOffset, complete },
  };
}

/** Records inside sections with a layout of their own are the business of those decoders' tests. */
function withoutDetails(events: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(events).filter(([kind]) => kind !== 'record'));
}

function golden(name: string, digest: Digest): unknown {
  const path = fixturePath(`${name}.events.json`);
  if (process.env['UPDATE'] || !existsSync(path)) {
    if (!process.env['UPDATE']) throw new Error(`no golden for ${name}: UPDATE=1 npx vitest run test/fixtures.test.ts`);
    writeFileSync(path, `${JSON.stringify(digest, null, 1)}\n`);
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}
