/** `migscope info CAPTURE…` */
import type { Command } from './command.js';
import { captureNames, colorOption, inputChoice, inputOptions } from './command.js';
import { EXIT_FINDINGS, EXIT_OK } from './exit-code.js';

export const info: Command = {
  usage: 'info <capture..>',
  summary: 'What a stream is, and whether it is whole: one screen',
  options: (argv) =>
    colorOption(inputOptions(argv))
      .positional('capture', { type: 'string', describe: 'A stream: a file, or - for standard input' })
      .option('json', {
        type: 'boolean',
        default: false,
        describe: 'Print one JSON document (an array of them for several captures)',
      })
      .example('$0 info vm.migration', 'machine, QEMU version, RAM, sections, whole or broken')
      .example('ssh host cat vm.migration | $0 info -', 'the same from a pipe'),
  async run(parsed) {
    const [{ TextWriter }, { StreamModel }, { withInput }] = await Promise.all([
      import('../bytes/text-writer.js'),
      import('../model/stream-model.js'),
      import('./input.js'),
    ]);
    const captures = captureNames(parsed);
    const choice = inputChoice(parsed);
    const out = new TextWriter(1);
    const documents: unknown[] = [];
    let exitCode: number = EXIT_OK;
    try {
      for (const [i, capture] of captures.entries()) {
        const model = new StreamModel();
        const result = await withInput(capture, choice, parsed, [model]);
        const summary = { ...result, ...model.summary() };
        if (!summary.complete || summary.problems.some((problem) => problem.severity !== 'info'))
          exitCode = EXIT_FINDINGS;
        if (parsed.json === true) {
          const { infoDocument } = await import('../report/info-json.js');
          documents.push(infoDocument(summary));
          continue;
        }
        const [{ infoText }, { makeStyle }] = await Promise.all([
          import('../report/info-text.js'),
          import('../report/style.js'),
        ]);
        if (i > 0) out.line();
        const style = makeStyle(parsed.color as 'auto', process.stdout.isTTY);
        out.line(infoText(summary, style, process.stdout.columns ?? 100));
      }
      if (parsed.json === true) {
        const { jsonDocument } = await import('../report/json.js');
        out.line(jsonDocument(captures.length === 1 ? documents[0] : documents));
      }
    } finally {
      out.flush();
    }
    return exitCode;
  },
};
