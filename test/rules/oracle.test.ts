/**
 * What a real destination of 11.1 said to mutations of one stream, beside what the validator says of them.
 *
 * `fixtures/oracle-11.1.json.br` has the name, length, verdict and words of each.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Finding, InputError } from '../../src/finding.js';
import { printfPattern } from '../../src/report/printf-pattern.js';
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

/** The first error quotes other words than the destination printed, or none. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  'truncate: header only (8)': 'where the configuration section is missing, so may be all that follows',
  'truncate: after a device section body, before its footer': 'where the state ends cannot be told without a vmdesc',
  'ram: flags HOOK 0x80': 'what follows the record is noise, and has a word that is wrong in two ways',
  'ram: flags MULTIFD_FLUSH 0x200 (no multifd)': 'as with HOOK',
  'ram: MEM_SIZE again': 'as with HOOK',
  'ram START: first block name changed': 'a destination could have that block; then the pages of another are wrong',
  'ram START: first block size +1 page (and total)': 'a destination could have a block of that size',
  'ram START: first block size -1 page (and total)': 'a destination could have a block of that size',
  'ram START: extra block "ghost" of one page': 'a destination could have that block',
};

let full: Mutator;
let small: Mutator;

beforeAll(async () => {
  const bytes = readFixture('11.1-x86_64-precopy-stopped-exec');
  full = await Mutator.of(bytes);
  // Most pages of the guest only cost time.
  small = await Mutator.of(await withoutPages(bytes, 60));
});

/** Undefined for what is no stream at all. */
async function errorsOf(name: string): Promise<readonly Finding[] | undefined> {
  try {
    return (await judgeStream(small.make(name))).filter(({ severity }) => severity === 'error');
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

/** Whether the destination printed what the first error says that it does. */
function quotes(errors: readonly Finding[] | undefined, words: string): boolean {
  const text = errors?.[0]?.qemu?.text;
  return text !== undefined && printfPattern(text)?.test(words) === true;
}

describe('the mutations of the oracle', () => {
  it('are made again to the byte', () => {
    const lengths = ORACLE.map(([name]) => [name, full.make(name).length]);
    expect(lengths).toEqual(ORACLE.map(([name, bytes]) => [name, bytes]));
  });

  it('have exceptions that are in the list', () => {
    const names = new Set(ORACLE.map(([name]) => name));
    const exceptions = [REFUSED_BY_SETTINGS, SILENTLY_WRONG, OTHER_WORDS].flatMap((list) => Object.keys(list));
    expect(exceptions.filter((name) => !names.has(name))).toEqual([]);
  });

  it.each(ORACLE.map(([name, , verdict, words]) => [verdict, name, words] as const))(
    '%s: %s',
    async (verdict, name, words) => {
      const wrong = Object.hasOwn(SILENTLY_WRONG, name);
      const refused = verdict !== 'accept' && !Object.hasOwn(REFUSED_BY_SETTINGS, name);
      const errors = await errorsOf(name);
      const rules = errors?.map(({ rule }) => rule) ?? ['no stream'];
      expect({ name, error: rules.length > 0, rules }).toEqual({ name, error: refused || wrong, rules });
      if (!refused || errors === undefined) return;
      const said = { first: errors[0]!.qemu?.text, words };
      expect({ ...said, quoted: quotes(errors, words) }).toEqual({
        ...said,
        quoted: !Object.hasOwn(OTHER_WORDS, name),
      });
    },
  );
});
