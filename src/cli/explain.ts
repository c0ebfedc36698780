/** `migscope explain WHAT [CAPTURE [CAPTURE2]]` */
import { createReadStream } from 'node:fs';
import { InputError, UsageError } from '../finding.js';
import type { Explained } from '../report/explained.js';
import {
  captureNames,
  channelOptions,
  colorOption,
  type Command,
  inputChoice,
  inputOptions,
  type Parsed,
} from './command.js';
import { EXIT_FINDINGS, EXIT_INPUT, EXIT_OK } from './exit-code.js';

/** Larger files are no log that anybody wants explained. */
const MAX_LOG = 16 << 20;

export const explain: Command = {
  usage: 'explain [what] [captures..]',
  summary: 'What a rule, or a line that QEMU printed, means, and what captures say of it',
  options: (argv) =>
    colorOption(channelOptions(inputOptions(argv)))
      .positional('what', {
        type: 'string',
        describe:
          'A rule or problem by code or name, a kind of failure (F1 to F29), lines of a QEMU log, or - for a log on standard input',
      })
      .positional('captures', {
        type: 'string',
        describe: 'The stream that was refused, and a stream, vmdesc or -dump-vmstate of the destination',
      })
      .option('log', {
        type: 'string',
        requiresArg: true,
        describe: 'Explain the failures of a log of QEMU, in place of WHAT',
      })
      .option('format', { choices: ['text', 'json'] as const, default: 'text' as const, describe: 'How to print it' })
      .option('json', { type: 'boolean', default: false, describe: 'As --format json' })
      .example('$0 explain MIG130', 'the page of a rule')
      .example('$0 explain "Unknown combination of migration flags: 0x0" vm.migration', 'is it that?')
      .example('$0 explain --log destination.log source.migration destination.migration', 'who has what'),
  async run(parsed) {
    const [{ lookUp }, { explainIn }, { TextWriter }, { readOptions }] = await Promise.all([
      import('../report/explained.js'),
      import('../report/explain-capture.js'),
      import('../bytes/text-writer.js'),
      import('./input.js'),
    ]);
    const { what, text, captures } = await asked(parsed);
    const found = lookUp(text);
    if (found.rules.length + found.failures.length === 0) {
      throw new UsageError(
        parsed.log !== undefined || what === '-'
          ? `no line of ${what === '-' ? 'the log' : what} is a message of a failed migration that migscope knows`
          : `nothing is known of "${what}": it is no rule, and no message that migscope knows`,
      );
    }
    const choice = inputChoice(parsed);
    const explained = await explainIn(found, captures, { ...(await readOptions(choice)), files: choice });
    const out = new TextWriter(1);
    out.write(`${await report(what, explained, parsed)}\n`);
    out.flush();
    if (explained.captures.some(({ unreadable }) => unreadable !== undefined)) return EXIT_INPUT;
    return explained.shown ? EXIT_FINDINGS : EXIT_OK;
  },
};

interface Asked {
  readonly what: string;
  readonly text: string;
  readonly captures: readonly string[];
}

/** @throws UsageError for arguments that make no sense together */
async function asked(parsed: Parsed): Promise<Asked> {
  const given = [parsed.what, ...((parsed.captures as readonly unknown[] | undefined) ?? [])].filter(
    (one) => one !== undefined,
  );
  const names = captureNames({ capture: given });
  const log = parsed.log === undefined ? undefined : String(parsed.log);
  const [what, ...captures] = log === undefined ? names : [log, ...names];
  if (what === undefined) throw new UsageError('name a rule or a line of a log, or --log FILE');
  if (captures.length > 2)
    throw new UsageError('two captures at most: the stream that was refused, and one of the destination');
  const fromPipe = [log === undefined && what !== '-' ? '' : what, ...captures].filter((name) => name === '-');
  if (fromPipe.length > 1) throw new UsageError('only one of them can come from standard input');
  const text = log !== undefined || what === '-' ? await readLog(what) : what;
  return { what, text, captures };
}

/** @throws InputError when it is larger than any log */
async function readLog(path: string): Promise<string> {
  const stream = path === '-' ? process.stdin : createReadStream(path);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_LOG)
      throw new InputError(`${path} has more than ${MAX_LOG >> 20} MiB: it is no log, or too long a one`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function report(what: string, explained: Explained, parsed: Parsed): Promise<string> {
  if (parsed.json === true || parsed.format === 'json') {
    const [{ explainDocument }, { jsonDocument }] = await Promise.all([
      import('../report/explain-json.js'),
      import('../bytes/json.js'),
    ]);
    return jsonDocument(explainDocument(what, explained));
  }
  const [{ explainedText }, { makeStyle }] = await Promise.all([
    import('../report/explain.js'),
    import('../report/style.js'),
  ]);
  return explainedText(explained, makeStyle(parsed.color as 'auto', process.stdout.isTTY));
}
