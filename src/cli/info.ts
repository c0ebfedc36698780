/** `migscope info CAPTURE…` */
import type { Command } from './command.js';
import { captureNames, channelOptions, colorOption, inputChoice, inputOptions, isSeveral } from './command.js';
import type { Qcow2Snapshot } from '../container/qcow2/snapshot-table.js';
import { UsageError } from '../finding.js';
import { EXIT_FINDINGS, EXIT_OK } from './exit-code.js';

export const info: Command = {
  usage: 'info <capture..>',
  summary: 'What a stream is, and whether it is whole: one screen',
  options: (argv) =>
    colorOption(channelOptions(inputOptions(argv)))
      .positional('capture', {
        type: 'string',
        describe: 'A stream: a file, - for standard input, or a directory with a file for each channel',
      })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'Print one JSON document (an array of them for several captures)',
      })
      .example('$0 info vm.migration', 'machine, QEMU version, RAM, sections, whole or broken')
      .example('$0 info capture/', 'all channels of a multifd or postcopy migration')
      .example('$0 info disk.qcow2#before-update', 'an internal snapshot; without a name: the list of them')
      .example('ssh host cat vm.migration | $0 info -', 'the same from a pipe'),
  async run(parsed) {
    const [{ TextWriter }, { CaptureModel }, { withCapture }] = await Promise.all([
      import('../bytes/text-writer.js'),
      import('../model/capture-model.js'),
      import('./input.js'),
    ]);
    const captures = captureNames(parsed);
    const choice = inputChoice(parsed);
    if (captures.length > 1 && isSeveral(choice)) {
      throw new UsageError('--channel and --return-path go with one capture');
    }
    const out = new TextWriter(1);
    const documents: unknown[] = [];
    let exitCode: number = EXIT_OK;
    try {
      for (const [i, capture] of captures.entries()) {
        const model = new CaptureModel();
        const input = await withCapture(capture, choice, parsed, ({ name }) => [model.channel(name)]).catch(
          snapshotChoice,
        );
        if (i > 0 && parsed.json !== true) out.line();
        if ('snapshots' in input) {
          const { snapshotsDocument, snapshotsText } = await import('../report/snapshots.js');
          if (parsed.json === true) documents.push(snapshotsDocument(capture, input.snapshots));
          else out.line(snapshotsText(capture, input.snapshots));
          continue;
        }
        const summary = model.summary(input.problems);
        if (!summary.complete || summary.problems.some((problem) => problem.severity !== 'info'))
          exitCode = EXIT_FINDINGS;
        if (parsed.json === true) {
          const { infoDocument } = await import('../report/info-json.js');
          documents.push(infoDocument(input, summary));
          continue;
        }
        const [{ infoText }, { makeStyle }] = await Promise.all([
          import('../report/info-text.js'),
          import('../report/style.js'),
        ]);
        const style = makeStyle(parsed.color as 'auto', process.stdout.isTTY);
        out.line(infoText(input, summary, style, process.stdout.columns ?? 100));
      }
      if (parsed.json === true) {
        const { jsonDocument } = await import('../bytes/json.js');
        out.line(jsonDocument(captures.length === 1 ? documents[0] : documents));
      }
    } finally {
      out.flush();
    }
    return exitCode;
  },
};

/** An image with several snapshots is something to tell of, not a mistake. */
async function snapshotChoice(error: unknown): Promise<{ readonly snapshots: readonly Qcow2Snapshot[] }> {
  const { SnapshotChoiceError } = await import('../container/qcow2/index.js');
  if (error instanceof SnapshotChoiceError) return error;
  throw error;
}
