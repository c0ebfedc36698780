/** `migscope validate CAPTURE…` */
import type { Command } from './command.js';
import { captureNames, channelOptions, colorOption, inputChoice, inputOptions } from './command.js';
import { EXIT_FINDINGS, EXIT_OK } from './exit-code.js';

export const validate: Command = {
  usage: 'validate <capture..>',
  summary: 'Would a destination load it, and end in the right state?',
  options: (argv) =>
    colorOption(channelOptions(inputOptions(argv))).positional('capture', {
      type: 'string',
      describe: 'A stream: a file, - for standard input, or a directory with a file for each channel',
    }),
  async run(parsed) {
    const [{ TextWriter }, { Judge }, { withCapture }, { findingText }, { makeStyle }] = await Promise.all([
      import('../bytes/text-writer.js'),
      import('../validate.js'),
      import('./input.js'),
      import('../report/finding-text.js'),
      import('../report/style.js'),
    ]);
    const choice = inputChoice(parsed);
    const out = new TextWriter(1);
    const style = makeStyle(parsed.color as 'auto', process.stdout.isTTY);
    let failed = false;
    try {
      for (const capture of captureNames(parsed)) {
        let judge: InstanceType<typeof Judge> | undefined;
        const { problems } = await withCapture(capture, choice, parsed, ({ name, several }) =>
          (judge ??= new Judge(several)).channel(name),
        );
        const { findings } = judge!.verdict(problems);
        failed ||= findings.some(({ severity }) => severity !== 'info');
        for (const finding of findings) out.line(findingText(finding, style));
        out.line(`${capture}: ${findings.length} findings`);
      }
    } finally {
      out.flush();
    }
    return failed ? EXIT_FINDINGS : EXIT_OK;
  },
};
