/** `migscope validate CAPTURE…` */
import { existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Finding, type Severity, UsageError } from '../finding.js';
import type { AcceptedFinding, Baseline } from '../rules/baseline.js';
import type { CaptureReport } from '../report/validate/report.js';
import type { Command, Parsed } from './command.js';
import { captureNames, channelOptions, colorOption, inputChoice, inputOptions, isSeveral } from './command.js';
import { EXIT_FINDINGS, EXIT_INPUT, EXIT_OK } from './exit-code.js';
import type { Format, Output } from './validate-output.js';

/** As `Output` has them; what writes them is loaded when there is something to write. */
const FORMATS = ['text', 'json', 'jsonl', 'sarif', 'junit', 'tap', 'github'] as const satisfies readonly Format[];
/** Those of `finding.ts`, from the gravest to the lightest. */
const SEVERITIES = ['error', 'warning', 'info'] as const satisfies readonly Severity[];

export const validate: Command = {
  usage: 'validate <capture..>',
  summary: 'Would a destination load it, and end in the right state?',
  options: (argv) =>
    colorOption(channelOptions(inputOptions(argv)))
      .positional('capture', {
        type: 'string',
        describe: 'A stream: a file, - for standard input, a directory with a file for each channel, or a glob of them',
      })
      .option('format', { choices: FORMATS, default: 'text' as const, describe: 'What standard output gets' })
      .option('output', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        describe: 'FORMAT:FILE, one more output (repeatable); - is standard output',
      })
      .option('fail-on', {
        choices: SEVERITIES,
        describe: 'The least severity that makes the exit code 1 (default: warning)',
      })
      .option('target', {
        type: 'string',
        requiresArg: true,
        describe: 'Judge for a destination of this QEMU release, such as 9.2',
      })
      .option('target-vmstate', {
        type: 'string',
        requiresArg: true,
        describe: 'What the destination prints with -dump-vmstate: versions and layouts that it can load',
      })
      .option('target-capture', {
        type: 'string',
        requiresArg: true,
        describe:
          'A stream that the destination saved, started as for the load: its PCI functions, virtio devices, sections and RAM blocks',
      })
      .option('disable', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        describe: 'Leave out a rule, by name or code (repeatable)',
      })
      .option('config', {
        type: 'string',
        requiresArg: true,
        describe: 'Configuration file (default: migscope.config.json, where there is one)',
      })
      .option('baseline', { type: 'string', requiresArg: true, describe: 'File with the findings that are accepted' })
      .option('update-baseline', {
        type: 'boolean',
        default: false,
        describe: 'Write the baseline so that it accepts what is found now',
      })
      .example('$0 validate vm.migration', 'everything that is wrong with it')
      .example('$0 validate captures/* --output sarif:out.sarif', 'many captures, a report for code scanning')
      .example('$0 validate vm.migration --target 7.2', 'would that release load it?'),
  async run(parsed) {
    const { settingsOf } = await import('./validate-settings.js');
    const settings = await settingsOf(parsed);
    const choice = inputChoice(parsed);
    const captures = await expanded(captureNames(parsed));
    if (captures.length > 1 && isSeveral(choice))
      throw new UsageError('--channel and --return-path go with one capture');
    const outputs = outputsOf(parsed);
    const [{ validateAll }, { validateCapture }, { countProgress, progress }] = await Promise.all([
      import('./validate-all.js'),
      import('./validate-capture.js'),
      import('./progress.js'),
    ]);
    const wanted = parsed.quiet !== true;
    const counter = captures.length > 1 ? countProgress(captures.length, wanted) : undefined;
    const raw = await validateAll(
      captures.map((capture) => ({ capture, choice, target: settings.target })),
      async (job) => {
        const line = captures.length > 1 ? undefined : progress(job.capture, wanted);
        return validateCapture(job, line?.sink).finally(() => line?.clear());
      },
      () => counter?.step(),
    ).finally(() => counter?.clear());
    const { validateReport, isAtLeast } = await import('../report/validate/report.js');
    const { configured } = await import('../rules/config.js');
    const judged = raw.map((report) => ({
      ...report,
      findings: report.findings.flatMap((finding) => configured(settings.config, finding, report.machine) ?? []),
    }));
    const baseline = settings.updateBaseline
      ? await writeBaseline(settings.baseline, settings.baselineFile!, judged)
      : settings.baseline;
    const accepted = judged.map((capture) => accepting(baseline, capture));
    const report = validateReport(accepted, baseline.stale);
    const { writeOutputs } = await import('./validate-output.js');
    await writeOutputs(report, outputs, { parsed, choice, failOn: settings.failOn });
    if (report.captures.some(({ unreadable }) => unreadable !== undefined)) return EXIT_INPUT;
    const fails = ({ severity }: Finding): boolean => isAtLeast(severity, settings.failOn);
    return report.captures.some(({ findings }) => findings.some(fails)) ? EXIT_FINDINGS : EXIT_OK;
  },
};

function outputsOf(parsed: Parsed): readonly Output[] {
  const named = (parsed.output as readonly unknown[]).map(String).map((text): Output => {
    const [, format, file] = /^(\w+):(.+)$/s.exec(text) ?? [];
    if (!(FORMATS as readonly (string | undefined)[]).includes(format) || file === undefined)
      throw new UsageError(`--output ${text} is not FORMAT:FILE, with one of ${FORMATS.join(', ')}`);
    return { format: format as Format, file };
  });
  if (named.filter(({ file }) => file === '-').length > 1) throw new UsageError('only one --output can be -');
  for (const { format, file } of named) {
    // Found out before anything is read: a long run whose report has no place to go is lost.
    if (file !== '-' && !existsSync(dirname(file)))
      throw new UsageError(`--output ${format}:${file}: there is no folder ${dirname(file)}`);
  }
  return named.some(({ file }) => file === '-') ? named : [{ format: parsed.format as Format, file: '-' }, ...named];
}

/** The captures that globs stand for, in order; a name that is there as it stands is no glob. */
async function expanded(names: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    names.map(async (name) => {
      if (name === '-' || existsSync(name) || !/[*?[\]{}]/.test(name)) return [name];
      const { glob } = await import('tinyglobby');
      const matches = await glob(name, { onlyFiles: false, expandDirectories: false, absolute: name.startsWith('/') });
      if (matches.length === 0) throw new UsageError(`nothing matches ${name}`);
      return matches.map((match) => match.replace(/\/$/, '')).sort();
    }),
  );
  return found.flat();
}

function accepting(baseline: Baseline, capture: CaptureReport): CaptureReport {
  const accepted: AcceptedFinding[] = [];
  const findings = capture.findings.filter((finding) => {
    const entry = baseline.match(finding, capture.machine);
    if (entry) accepted.push({ finding, reason: entry.reason });
    return !entry;
  });
  return { ...capture, findings, accepted };
}

/** Writes the baseline that accepts what was found, and returns it. */
async function writeBaseline(
  baseline: Baseline,
  file: string,
  captures: readonly Pick<CaptureReport, 'findings' | 'machine'>[],
): Promise<Baseline> {
  const { parseBaseline } = await import('../rules/baseline.js');
  const found = captures.flatMap(({ findings, machine }) => findings.map((finding) => ({ finding, machine })));
  const text = baseline.updated(found.filter(({ finding }) => finding.severity !== 'info'));
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`--baseline ${file}: ${(error as Error).message}`);
  }
  return parseBaseline(text, file);
}
