/** The command line: finds the command, runs it, and turns what happened into one line and an exit code. */
import { writeSync } from 'node:fs';
import yargs from 'yargs';
import { OutputClosed } from '../bytes/text-writer.js';
import { visible } from '../bytes/visible.js';
import { InputError, UsageError } from '../finding.js';
import { EXIT_BUG, EXIT_INPUT, EXIT_OK, EXIT_USAGE } from './exit-code.js';
import { protectDashes } from './command.js';
import { COMMANDS } from './commands.js';
import { version } from './version.js';

/** Thrown to yargs when it has found the command: behind a handler that returns it renders the help text, which takes up to 10 ms. */
const FOUND = new Error('the command is found');

/** Runs the program with the arguments behind its name. Writes to the standard streams; returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  // What prints help or the version does so while it is parsed.
  let run = (): Promise<number> => Promise.resolve(EXIT_OK);
  const parser = yargs()
    .scriptName('migscope')
    .usage('$0 COMMAND\n\nReads QEMU migration streams: what is in them, whether they are whole.')
    .strict()
    .parserConfiguration({ 'greedy-arrays': false })
    .demandCommand(1, 'name a command')
    .recommendCommands()
    .completion('completion', 'Print a completion script for bash or zsh')
    .version(version())
    .help()
    .alias('help', 'h')
    .alias('version', 'V')
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      throw error ?? new UsageError(inWords(message, args[0]));
    });
  for (const command of COMMANDS) {
    parser.command(command.usage, command.summary, command.options, (parsed) => {
      run = () => command.run(parsed);
      throw FOUND;
    });
  }
  try {
    await parser.parseAsync(protectDashes(args));
  } catch (error) {
    if (error !== FOUND) return report(error, args[0]);
  }
  try {
    return await run();
  } catch (error) {
    return report(error, args[0]);
  }
}

/** What yargs says, where its words are about its own workings. */
function inWords(message: string, command: string | undefined): string {
  if (message.startsWith('Not enough non-option arguments'))
    return `an argument is missing: migscope ${usageOf(command) ?? 'COMMAND'}`;
  const invalid = /^Invalid values:\n\s*Argument: (\S+), Given: (.*), Choices: (.*)/.exec(message);
  if (invalid) return `--${invalid[1]} ${plain(invalid[2]!)} is not one of ${plain(invalid[3]!)}`;
  const lacking = /^Not enough arguments following: (.*)$/.exec(message);
  if (lacking) return `--${lacking[1]} wants a value`;
  const meant = /^Did you mean (.*)\?$/.exec(message);
  return meant ? `there is no command ${command}; did you mean ${meant[1]}?` : message;
}

const plain = (quoted: string): string => quoted.replaceAll('"', '');

function usageOf(command: string | undefined): string | undefined {
  return COMMANDS.find(({ usage }) => usage.split(' ', 1)[0] === command)?.usage;
}

function report(error: unknown, command: string | undefined): number {
  if (error instanceof OutputClosed) return EXIT_OK;
  if (error instanceof UsageError || (error instanceof Error && error.name === 'YError')) {
    const help = usageOf(command) === undefined ? 'migscope --help' : `migscope ${command} --help`;
    complain(`${inWords(error.message, command)}\n  help: ${help} lists what there is`);
    return EXIT_USAGE;
  }
  if (error instanceof InputError) {
    complain(error.hint === undefined ? error.message : `${error.message}\n  help: ${error.hint}`);
    return EXIT_INPUT;
  }
  if (error instanceof Error && 'syscall' in error) {
    complain(error.message);
    return EXIT_INPUT;
  }
  complain(
    `this is a bug in migscope, please report it with the input if you can share it\n${(error as Error).stack ?? String(error)}`,
  );
  return EXIT_BUG;
}

function complain(text: string): void {
  const lines = text.split('\n').map(visible);
  writeSync(2, `migscope: ${lines.join('\n')}\n`);
}
