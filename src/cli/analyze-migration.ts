/** `migscope analyze-migration -f FILE [-m] [-d state|desc] [-x]` */
import { InputError } from '../finding.js';
import type { Command, Parsed } from './command.js';
import { EXIT_FINDINGS, EXIT_OK } from './exit-code.js';

/** The script returns this for everything that goes wrong. */
const EXIT_FAILURE = EXIT_FINDINGS;

export const analyzeMigration: Command = {
  usage: 'analyze-migration',
  summary: "The drop-in for QEMU's scripts/analyze-migration.py: same options, same output",
  options: (argv) =>
    argv
      .option('file', {
        alias: 'f',
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'Migration stream to read',
      })
      .option('memory', {
        alias: 'm',
        type: 'boolean',
        default: false,
        describe: 'Print the contents of RAM as well',
      })
      .option('dump', {
        alias: 'd',
        type: 'string',
        requiresArg: true,
        default: 'state',
        describe: 'What to print: state or desc',
      })
      .option('extract', {
        alias: 'x',
        type: 'boolean',
        default: false,
        describe: 'Write desc.json, state.json and each RAM block as files in the current directory',
      })
      .example('$0 analyze-migration -f vm.migration', 'the device state as JSON')
      .example('$0 analyze-migration -f vm.migration -d desc', 'the layout of the device state')
      .example('$0 analyze-migration -f vm.migration -x', 'RAM, state and layout as files'),
  async run(parsed) {
    const [{ OutputClosed, TextWriter }, { analyzeMigration, extractMigration }, { findingText }, { plain }] =
      await Promise.all([
        import('../bytes/text-writer.js'),
        import('../report/analyze-migration.js'),
        import('../report/finding-text.js'),
        import('../report/style.js'),
      ]);
    const out = new TextWriter(1);
    const errors = new TextWriter(2);
    const { input, dump, memory, extract } = choice(parsed);
    let exitCode: number = EXIT_OK;
    try {
      if (!extract && dump !== 'state' && dump !== 'desc')
        throw new InputError(`-d ${dump}: there is state and desc to print`);
      const { complete, problems } = extract
        ? await extractMigration(input, { directory: '.', out })
        : await analyzeMigration(input, { dump: dump as 'state' | 'desc', memory, out });
      for (const problem of problems) errors.line(findingText(problem, plain).split('\n', 1)[0]);
      if (!complete) exitCode = EXIT_FAILURE;
    } catch (error) {
      if (!(error instanceof Error) || error instanceof OutputClosed) throw error;
      if (!(error instanceof InputError) && !('syscall' in error)) throw error;
      errors.line(`migscope: ${error.message}`);
      exitCode = EXIT_FAILURE;
    }
    out.flush();
    errors.flush();
    return exitCode;
  },
};

/** Of an option that is given several times the last one counts. */
function choice(parsed: Parsed): { input: string; dump: string; memory: boolean; extract: boolean } {
  const last = (value: unknown): unknown => (Array.isArray(value) ? value[value.length - 1] : value);
  return {
    input: String(last(parsed.file)),
    dump: String(last(parsed.dump)),
    memory: last(parsed.memory) === true,
    extract: last(parsed.extract) === true,
  };
}
