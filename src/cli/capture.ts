/** `migscope capture --listen ADDRESS --forward ADDRESS --out DIR` */
import { writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { RecordedConnection } from '../capture/recording.js';
import type { LiveState } from '../capture/live-decoder.js';
import { UsageError } from '../finding.js';
import type { Command } from './command.js';
import { colorOption } from './command.js';
import { EXIT_FINDINGS, EXIT_OK } from './exit-code.js';

/** Milliseconds from one progress line to the next. */
const EVERY = 500;
/** Processes that relay when nothing is said: with more, the sockets of the kernel are what is slow. */
const MOST_PROCESSES = 4;
/** More than any machine makes use of. */
const MAX_PROCESSES = 64;

export const capture: Command = {
  usage: 'capture',
  summary: 'Record a migration with all its channels, as a relay between source and destination',
  options: (argv) =>
    colorOption(argv)
      .option('listen', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'Where the source connects to: PORT (on loopback), HOST:PORT, unix:PATH',
      })
      .option('forward', {
        type: 'string',
        requiresArg: true,
        describe: 'Where the destination listens: HOST:PORT, unix:PATH',
      })
      .option('sink', {
        type: 'boolean',
        default: false,
        describe: 'There is no destination: record what the source sends, and answer nothing',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'Capture directory to write; made when it is not there',
      })
      .option('validate', {
        type: 'boolean',
        default: false,
        describe: 'Judge the migration while it runs, and print what is found',
      })
      .option('processes', {
        type: 'number',
        requiresArg: true,
        describe: `Processes that share the connections; 0: none but this one (default: one a core, ${MOST_PROCESSES} at most)`,
      })
      .option('force', { type: 'boolean', default: false, describe: 'Overwrite a recording that is there' })
      .example('$0 capture --listen 4444 --forward dst:4444 --out mig', 'on the source: migrate -d tcp:127.0.0.1:4444')
      .example('$0 capture --listen 4444 --sink --out mig', 'record a migration to nowhere'),
  async run(parsed) {
    const forward = parsed.forward === undefined ? undefined : String(parsed.forward);
    if ((forward === undefined) !== (parsed.sink === true)) {
      throw new UsageError('one of --forward ADDRESS and --sink says where the migration goes');
    }
    const processes = processCount(parsed.processes);
    const [{ recordMigration }, { connectionText, progressText, recordingText }, { findingText }, { makeStyle }] =
      await Promise.all([
        import('../capture/recorder.js'),
        import('../report/recording-text.js'),
        import('../report/finding-text.js'),
        import('../report/style.js'),
      ]);
    const style = makeStyle(parsed.color as 'auto', process.stdout.isTTY);
    const line = new ProgressLine(parsed.quiet !== true);
    const say = (text: string): void => line.above(text);
    let state: LiveState | undefined;
    const directory = String(parsed.out);
    const recorder = await recordMigration({
      listen: String(parsed.listen),
      ...(forward !== undefined && { forward }),
      directory,
      force: parsed.force === true,
      processes,
      live: parsed.validate === true ? 'validate' : 'decode',
      listener: {
        connection: (connection) => say(connectionText(connection)),
        refused: (reason) => say(`a connection was refused: ${reason}`),
        state: (now) => {
          state = now;
        },
        finding: (finding) => say(findingText(finding, style)),
        cut: ({ file, reason }) => say(`the recording is cut: ${file}: ${reason}; the migration goes on`),
        liveFailed: ({ message }) => say(`decoding has ended, recording goes on: ${message}`),
      },
    });
    // Before anybody can know that there is a recorder to be stopped.
    const interrupt = onInterrupt(recorder, say);
    say(`listening on ${recorder.address}${forward === undefined ? '' : `, destination ${forward}`}`);
    const rate = new Rate();
    const timer = setInterval(() => {
      const connections = recorder.connections();
      line.show(progressText(connections, state, rate.of(connections)));
    }, EVERY);
    try {
      const { facts, findings } = await recorder.finished;
      line.clear();
      say(recordingText(facts, directory, style));
      const failed = !facts.complete || findings.some(({ severity }) => severity !== 'info');
      return failed ? EXIT_FINDINGS : EXIT_OK;
    } finally {
      clearInterval(timer);
      interrupt.remove();
      line.clear();
    }
  },
};

/** @throws UsageError for what is no such number */
function processCount(given: unknown): number {
  if (given === undefined) return Math.min(availableParallelism(), MOST_PROCESSES);
  const count = Number(given);
  if (Number.isInteger(count) && count >= 0 && count <= MAX_PROCESSES) return count;
  throw new UsageError(`--processes wants a number from 0 to ${MAX_PROCESSES}`);
}

/** The first Ctrl-C stops accepting, the second one cuts what is still open. */
function onInterrupt(
  recorder: { stop(): void; abort(): void; connections(): readonly RecordedConnection[] },
  say: (text: string) => void,
): { remove(): void } {
  let times = 0;
  const stop = (): void => {
    times++;
    if (times > 1) {
      recorder.abort();
      return;
    }
    const open = recorder.connections().filter(({ closed }) => closed === undefined).length;
    // First do it, then say it: whoever reads the line acts on it.
    recorder.stop();
    if (open > 0) say(`no more connections are accepted; ${open} are open, and once more Ctrl-C cuts them`);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return {
    remove() {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
    },
  };
}

/** Lines on standard output, and below them, on a terminal, one on standard error that is written over again. */
class ProgressLine {
  private readonly wanted: boolean;
  private shown = false;

  constructor(wanted: boolean) {
    this.wanted = wanted && process.stderr.isTTY;
    // Nobody may be listening any more, and the migration goes on.
    process.stdout.on('error', () => undefined);
  }

  above(text: string): void {
    this.clear();
    process.stdout.write(`${text}\n`);
  }

  show(text: string): void {
    if (!this.wanted) return;
    const columns = process.stderr.columns ?? 80;
    writeSync(2, `\r\x1b[K${text.slice(0, columns - 1)}`);
    this.shown = true;
  }

  clear(): void {
    if (this.shown) writeSync(2, '\r\x1b[K');
    this.shown = false;
  }
}

/** Bytes in a second, from one look to the next. */
class Rate {
  private bytes = 0;
  private time = performance.now();

  of(connections: readonly RecordedConnection[]): number {
    const bytes = connections.reduce((sum, { forward, back }) => sum + forward.bytes + (back?.bytes ?? 0), 0);
    const time = performance.now();
    const rate = Math.round(((bytes - this.bytes) * 1000) / (time - this.time));
    this.bytes = bytes;
    this.time = time;
    return rate;
  }
}
