/** `migscope explain WHAT [CAPTURE]` */
import { UsageError } from '../finding.js';
import type { Command } from './command.js';
import { captureNames, channelOptions, colorOption, inputChoice, inputOptions } from './command.js';
import { EXIT_FINDINGS, EXIT_INPUT, EXIT_OK } from './exit-code.js';

export const explain: Command = {
  usage: 'explain <what> [capture]',
  summary: 'What a rule, or a line that QEMU printed, means',
  options: (argv) =>
    colorOption(channelOptions(inputOptions(argv)))
      .positional('what', {
        type: 'string',
        demandOption: true,
        describe: 'A rule or problem by code or name, or a line of a QEMU log',
      })
      .positional('capture', { type: 'string', describe: 'A capture, to see whether it shows it' })
      .example('$0 explain MIG130', 'the page of a rule')
      .example('$0 explain "Unknown combination of migration flags: 0x0" vm.migration', 'is it that?'),
  async run(parsed) {
    const [{ TextWriter }, { explained, explainText }, { makeStyle }] = await Promise.all([
      import('../bytes/text-writer.js'),
      import('../report/explain.js'),
      import('../report/style.js'),
    ]);
    const what = String(parsed.what);
    const found = explained(what);
    if (found.length === 0) {
      throw new UsageError(`nothing is known of "${what}": it is no rule, and no message that migscope knows`);
    }
    const style = makeStyle(parsed.color as 'auto', process.stdout.isTTY);
    const out = new TextWriter(1);
    let exitCode: number = EXIT_OK;
    out.line(found.map((description) => explainText(description, style)).join('\n\n'));
    if (parsed.capture !== undefined) {
      const [{ validateCapture }, { findingText }, { visible }] = await Promise.all([
        import('./validate-capture.js'),
        import('../report/finding-text.js'),
        import('../bytes/visible.js'),
      ]);
      const [capture] = captureNames(parsed) as [string];
      const report = await validateCapture({ capture, choice: inputChoice(parsed), target: {} });
      const codes = new Set(found.map(({ code }) => code));
      const mine = report.findings.filter(({ code }) => codes.has(code));
      const others = report.findings.filter(({ code, severity }) => severity === 'error' && !codes.has(code));
      const shown = mine.length > 0;
      if (report.unreadable !== undefined) exitCode = EXIT_INPUT;
      else if (shown) exitCode = EXIT_FINDINGS;
      out.line();
      if (report.unreadable !== undefined)
        out.line(`${visible(capture)} could not be read: ${visible(report.unreadable)}`);
      else if (shown) out.line(`${visible(capture)} shows it:`);
      else if (others.length > 0)
        out.line(`${visible(capture)} does not show it, but something else that a destination refuses:`);
      else out.line(`${visible(capture)} does not show it: what it says is for the destination to answer`);
      for (const finding of shown ? mine : others) out.line(findingText(finding, style));
    }
    out.flush();
    return exitCode;
  },
};
