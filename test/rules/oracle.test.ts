/**
 * What a real destination of 11.1 said to mutations of one stream, beside what the validator says of them.
 *
 * `fixtures/oracle-11.1.json.br` has the name, length, verdict and last line of each.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../src/finding.js';
import { Mutator } from '../build/mutate.js';
import { withoutPages } from '../build/without-pages.js';
import { fixtureText, readFixture } from '../fixtures.js';
import { judgeStream } from './harness.js';

type Answer = readonly [mutation: string, bytes: number, verdict: 'accept' | 'reject' | 'hang', text: string];
const ORACLE = JSON.parse(fixtureText('oracle-11.1.json')) as readonly Answer[];

/** Refused for what the destination was started with: nothing in the stream is wrong by itself. */
const REFUSED_BY_SETTINGS: Readonly<Record<string, string>> = {
  'config: other machine name same length': 'a destination could have that machine type',
  'command inserted: POSTCOPY_ADVISE 16 bytes no cap':
    'a destination with postcopy-ram takes it; where it stands is a warning',
  'removed: ram PART':
    'what is left is the stream of a cpr-transfer, whose memory is handed over outside of it; told as info',
};

/** Accepted, and not what the source saved. */
const SILENTLY_WRONG: Readonly<Record<string, string>> = {
  'removed: device apic': 'the device keeps the state of a reset',
  'removed: first device': 'the device keeps the state of a reset',
  'removed: last device': 'the device keeps the state of a reset',
  'removed: every device section': 'all devices keep the state of a reset',
  'subsection cpu/poll_control_msr: removed to the end of its section': 'the device keeps the subsections of a reset',
  'ram: inserted XBZRLE record': 'it changes bytes of a page that has not come yet',
};

let full: Mutator;
let small: Mutator;

beforeAll(async () => {
  const bytes = readFixture('11.1-x86_64-precopy-stopped-exec');
  full = await Mutator.of(bytes);
  // Most pages of the guest only cost time.
  small = await Mutator.of(await withoutPages(bytes, 60));
});

async function errorsOf(name: string): Promise<readonly string[]> {
  try {
    const findings = await judgeStream(small.make(name));
    return findings.filter(({ severity }) => severity === 'error').map(({ rule }) => rule);
  } catch (error) {
    if (error instanceof InputError) return ['no stream'];
    throw error;
  }
}

describe('the mutations of the oracle', () => {
  it('are made again to the byte', () => {
    const lengths = ORACLE.map(([name]) => [name, full.make(name).length]);
    expect(lengths).toEqual(ORACLE.map(([name, bytes]) => [name, bytes]));
  });

  it('have exceptions that are in the list', () => {
    const names = new Set(ORACLE.map(([name]) => name));
    const exceptions = [...Object.keys(REFUSED_BY_SETTINGS), ...Object.keys(SILENTLY_WRONG)];
    expect(exceptions.filter((name) => !names.has(name))).toEqual([]);
  });

  it.each(ORACLE.map(([name, , verdict]) => [verdict, name] as const))('%s: %s', async (verdict, name) => {
    const wrong = Object.hasOwn(SILENTLY_WRONG, name);
    const refused = verdict !== 'accept' && !Object.hasOwn(REFUSED_BY_SETTINGS, name);
    const errors = await errorsOf(name);
    expect({ name, error: errors.length > 0, errors }).toEqual({ name, error: refused || wrong, errors });
  });
});
