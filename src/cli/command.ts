/** The shape of a command, and the options that several share. */
import type { Argv } from 'yargs';
import { CHANNEL_ROLES, type ChannelRole } from '../container/sniff.js';
import { UsageError } from '../finding.js';

/** What yargs hands to a command. */
export type Parsed = Readonly<Record<string, unknown>>;

/** One command. The parts that do work are imported when it runs, so that starting one does not load the others. */
export interface Command {
  readonly usage: string;
  readonly summary: string;
  readonly options: (argv: Argv) => Argv;
  readonly run: (parsed: Parsed) => Promise<number>;
}

/** The options of every command that reads one channel. */
export function inputOptions(argv: Argv): Argv {
  return streamOptions(argv).option('role', {
    choices: CHANNEL_ROLES,
    describe: 'What the channel is, where its first bytes do not say it',
  });
}

/** The options of every command that reads a stream. */
export function streamOptions(argv: Argv): Argv {
  return argv
    .option('offset', {
      type: 'string',
      requiresArg: true,
      describe: 'Byte of the file at which the stream starts (decimal or 0x…)',
    })
    .option('vmdesc', {
      type: 'string',
      requiresArg: true,
      describe: 'Take the description of the device state from another stream, or from JSON',
    })
    .option('page-size', {
      type: 'number',
      requiresArg: true,
      describe: 'Target page size in bytes, where the stream does not say it',
    });
}

/** The options of commands that read a migration with all its channels. */
export function channelOptions(argv: Argv): Argv {
  return argv
    .option('channel', {
      type: 'string',
      array: true,
      requiresArg: true,
      default: [],
      describe:
        'A further channel of the same migration (repeatable); of a directory, the one to show: file, role or multifd id',
    })
    .option('return-path', { type: 'string', requiresArg: true, describe: 'What the destination sent back' });
}

/** The options of every command that prints for people. */
export function colorOption(argv: Argv): Argv {
  return argv
    .option('color', {
      choices: ['auto', 'always', 'never'] as const,
      default: 'auto' as const,
      describe: 'Colour; NO_COLOR is heeded too',
    })
    .option('quiet', { type: 'boolean', alias: 'q', default: false, describe: 'No progress line' });
}

/** Stands for a lone `-` while yargs reads the arguments: it would drop it. No argument of a program can hold a NUL. */
const DASH = '\0-';

/** The arguments as they are handed to yargs. */
export function protectDashes(args: readonly string[]): string[] {
  return args.map((arg) => (arg === '-' ? DASH : arg));
}

/** The captures that were named. */
export function captureNames(parsed: Parsed): string[] {
  const named = Array.isArray(parsed.capture) ? (parsed.capture as readonly unknown[]) : [parsed.capture];
  return named.map((name) => (name === DASH ? '-' : String(name)));
}

/** What the user said with `inputOptions`. */
export interface InputChoice {
  readonly offset?: number;
  readonly role?: ChannelRole;
  readonly vmdesc?: string;
  readonly pageSize?: number;
  readonly channels?: readonly string[];
  readonly returnPath?: string;
}

/** True when files beside the capture were named. */
export function isSeveral({ channels, returnPath }: InputChoice): boolean {
  return (channels?.length ?? 0) > 0 || returnPath !== undefined;
}

/** @throws UsageError for values that make no sense */
export function inputChoice(parsed: Parsed): InputChoice {
  const { role, vmdesc, pageSize } = parsed;
  const offset = parsed.offset === undefined ? undefined : number(String(parsed.offset), '--offset');
  if (
    pageSize !== undefined &&
    !(typeof pageSize === 'number' && pageSize >= 256 && pageSize <= 65536 && Number.isInteger(Math.log2(pageSize)))
  ) {
    throw new UsageError(`--page-size ${String(pageSize)} is no power of two from 256 to 65536`);
  }
  return {
    ...(offset !== undefined && { offset }),
    ...(role !== undefined && { role: role as ChannelRole }),
    ...(vmdesc !== undefined && { vmdesc: String(vmdesc) }),
    ...(Array.isArray(parsed.channel) && { channels: (parsed.channel as readonly unknown[]).map(String) }),
    ...(parsed.returnPath !== undefined && { returnPath: String(parsed.returnPath) }),
    ...(pageSize !== undefined && { pageSize: pageSize as number }),
  };
}

function number(text: string, option: string): number {
  const value = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(value)) throw new UsageError(`${option} ${text} is not a whole number of bytes`);
  return value;
}
