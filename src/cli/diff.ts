/** `migscope diff A B` */
import type { Argv } from 'yargs';
import type { DiffResult } from '../compare.js';
import { UsageError } from '../finding.js';
import type { Direction } from '../report/diff-sarif.js';
import { captureNames, colorOption, type Command, inputChoice, type Parsed } from './command.js';
import { EXIT_FINDINGS, EXIT_OK } from './exit-code.js';

const FORMATS = ['text', 'json', 'sarif'] as const;
/** Those of the library, which is not loaded for the help text. */
const DIRECTIONS = ['both', 'a-to-b', 'b-to-a'] as const;
const FAIL_ON = ['refused', 'state-lost', 'depends', 'difference'] as const;
const PROFILES = ['ping-pong'] as const;

export const diff: Command = {
  usage: 'diff [a] [b]',
  summary: 'What differs between two streams, and whether it matters',
  options: (argv) =>
    baselineOptions(selectOptions(colorOption(argv)))
      .positional('a', {
        type: 'string',
        describe: 'A capture (file, directory, or - for standard input), the JSON of a vmdesc, or of -dump-vmstate',
      })
      .positional('b', { type: 'string', describe: 'What it is compared with' })
      .option('format', { choices: FORMATS, default: 'text' as const, describe: 'sarif tells the layout alone' })
      .option('layout', {
        type: 'boolean',
        default: false,
        describe: 'The layout alone, from the descriptions at the ends of the streams',
      })
      .option('ram', {
        type: 'boolean',
        default: false,
        describe: 'Show the first bytes that differ of the first pages that do',
      })
      .option('protocol', {
        type: 'boolean',
        default: false,
        describe: 'Commands, channels, passes and traffic as well',
      })
      .option('vmdesc', {
        type: 'string',
        requiresArg: true,
        describe: 'Take the description of the device state of both from another stream, or from JSON',
      })
      .option('page-size', {
        type: 'number',
        requiresArg: true,
        describe: 'Target page size in bytes, where the streams do not say it',
      })
      .option('static-checker', {
        type: 'boolean',
        default: false,
        describe: "As QEMU's vmstate-static-checker.py: two dumps, the first for the second",
      })
      .option('src', {
        alias: 's',
        type: 'string',
        requiresArg: true,
        describe: 'With --static-checker: dump of the source',
      })
      .option('dest', {
        alias: 'd',
        type: 'string',
        requiresArg: true,
        describe: 'With --static-checker: dump of the destination',
      })
      .option('reverse', { type: 'boolean', default: false, describe: 'With --static-checker: the other way' })
      .example('$0 diff before.migration after.migration', 'layout, values, RAM')
      .example('$0 diff old/ new/ --only "*/virtio-net"', 'one device of two captures with all their channels')
      .example('$0 diff --layout 7.2.json 10.0.json', 'two -dump-vmstate dumps')
      .example('$0 diff --static-checker -s 7.2.json -d 10.0.json', 'the same, one way, as the script of QEMU does'),
  async run(parsed) {
    const { a, b, direction, failOn } = sides(parsed);
    const [{ TextWriter }, { diffCaptures }, { progress }] = await Promise.all([
      import('../bytes/text-writer.js'),
      import('../compare.js'),
      import('./progress.js'),
    ]);
    const line = progress(`${a}, ${b}`, parsed.quiet !== true);
    const result = await diffCaptures(a, b, {
      ...(await readOptions(parsed)),
      layout: parsed.layout === true || parsed.staticChecker === true,
      ram: parsed.ram === true,
      protocol: parsed.protocol === true,
      strict: parsed.strict === true,
      ignore: strings(parsed.ignore),
      only: strings(parsed.only),
      profiles: strings(parsed.profile) as (typeof PROFILES)[number][],
      ...(line && { listener: () => [line.sink] }),
    }).finally(() => line?.clear());
    const judged = await withBaseline(result, parsed, direction);
    const out = new TextWriter(1);
    try {
      out.write(await report(judged, parsed, direction));
    } finally {
      out.flush();
    }
    return (await fails(judged, direction, failOn)) ? EXIT_FINDINGS : EXIT_OK;
  },
};

function selectOptions(argv: Argv): Argv {
  return argv
    .option('ignore', {
      type: 'string',
      array: true,
      requiresArg: true,
      default: [],
      describe: 'Leave out what matches a glob: section, section/field, ram/block, layout, values, ram, identity',
    })
    .option('only', {
      type: 'string',
      array: true,
      requiresArg: true,
      default: [],
      describe: 'Only what matches a glob (repeatable)',
    })
    .option('strict', {
      type: 'boolean',
      default: false,
      describe: 'Clocks, timers and the way of sending as well; they are left out by default, and counted',
    })
    .option('profile', {
      choices: PROFILES,
      array: true,
      requiresArg: true,
      default: [],
      describe: 'Leave out more: ping-pong, what a migration there and back changes',
    });
}

function baselineOptions(argv: Argv): Argv {
  return argv
    .option('direction', {
      choices: DIRECTIONS,
      default: 'both' as const,
      describe: 'The way that counts for the exit code, SARIF and the baseline',
    })
    .option('fail-on', {
      choices: FAIL_ON,
      default: 'difference' as const,
      describe: 'Exit with 1 for any difference, or only for layout differences with this verdict or a worse one',
    })
    .option('baseline', {
      type: 'string',
      requiresArg: true,
      describe: 'File with layout differences that are accepted',
    })
    .option('update-baseline', {
      type: 'boolean',
      default: false,
      describe: 'Write the baseline so that it accepts what is found now',
    });
}

interface Sides {
  readonly a: string;
  readonly b: string;
  readonly direction: Direction;
  readonly failOn: (typeof FAIL_ON)[number];
}

/** @throws UsageError when one of them is missing */
function sides(parsed: Parsed): Sides {
  const failOn = parsed.failOn as Sides['failOn'];
  if (parsed.staticChecker === true) {
    const { src, dest } = parsed;
    if (src === undefined || dest === undefined) throw new UsageError('--static-checker wants -s SRC and -d DEST');
    const [a, b] = parsed.reverse === true ? [dest, src] : [src, dest];
    // What merely differs is no finding of the script.
    return { a: String(a), b: String(b), direction: 'a-to-b', failOn: failOn === 'difference' ? 'depends' : failOn };
  }
  if (parsed.src !== undefined || parsed.dest !== undefined || parsed.reverse === true)
    throw new UsageError('-s, -d and --reverse go with --static-checker');
  if (parsed.a === undefined || parsed.b === undefined) throw new UsageError('name two captures or layouts to compare');
  const [a] = captureNames({ capture: parsed.a }) as [string];
  const [b] = captureNames({ capture: parsed.b }) as [string];
  return { a, b, direction: parsed.direction as Direction, failOn };
}

async function readOptions(parsed: Parsed) {
  const { vmdesc, pageSize } = inputChoice({ vmdesc: parsed.vmdesc, pageSize: parsed.pageSize });
  const { loadVmdesc } = await import('../read.js');
  return {
    ...(vmdesc !== undefined && { vmdesc: await loadVmdesc(vmdesc) }),
    ...(pageSize !== undefined && { pageSize }),
  };
}

async function report(result: DiffResult, parsed: Parsed, direction: Direction): Promise<string> {
  if (parsed.format === 'sarif') {
    const [{ diffSarif }, { version }] = await Promise.all([import('../report/diff-sarif.js'), import('./version.js')]);
    return diffSarif(version(), result, direction);
  }
  if (parsed.format === 'json') {
    const [{ diffDocument }, { jsonDocument }] = await Promise.all([
      import('../report/diff-json.js'),
      import('../bytes/json.js'),
    ]);
    return `${jsonDocument(diffDocument(result))}\n`;
  }
  const [{ diffText }, { makeStyle }] = await Promise.all([
    import('../report/diff-text.js'),
    import('../report/style.js'),
  ]);
  return `${diffText(result, makeStyle(parsed.color as 'auto', process.stdout.isTTY), direction)}\n`;
}

/** Takes out the layout differences that the baseline accepts, or writes it. */
async function withBaseline(result: DiffResult, parsed: Parsed, direction: Direction): Promise<DiffResult> {
  if (parsed.baseline === undefined) {
    if (parsed.updateBaseline === true) throw new UsageError('--update-baseline needs --baseline FILE');
    return result;
  }
  const { acceptLayout } = await import('./diff-baseline.js');
  return acceptLayout(result, String(parsed.baseline), direction, parsed.updateBaseline === true);
}

async function fails(result: DiffResult, direction: Direction, failOn: Sides['failOn']): Promise<boolean> {
  if (failOn === 'difference') return !result.identical;
  const [{ verdictOf }, { VERDICTS }] = await Promise.all([
    import('../report/diff-sarif.js'),
    import('../diff/layout-difference.js'),
  ]);
  const bound = VERDICTS.indexOf(failOn);
  return result.layout.some((difference) => VERDICTS.indexOf(verdictOf(difference, direction)) <= bound);
}

function strings(value: unknown): string[] {
  return (value as readonly unknown[]).map(String);
}
