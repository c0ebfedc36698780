/** `migscope dump CAPTURE` */
import { UsageError } from '../finding.js';
import type { TextWriter } from '../bytes/text-writer.js';
import type { DumpOptions } from '../report/dump-options.js';
import type { StreamSink } from '../stream/events.js';
import type { Command, Parsed } from './command.js';
import { captureNames, channelOptions, colorOption, inputChoice, inputOptions } from './command.js';
import { EXIT_FINDINGS, EXIT_OK } from './exit-code.js';

const FORMATS = ['text', 'json', 'jsonl', 'analyze-migration'] as const;
/** Bytes of a buffer that the text format shows. */
const TEXT_MAX_BYTES = 32;

export const dump: Command = {
  usage: 'dump <capture>',
  summary: 'What a stream says, element by element',
  options: (argv) =>
    colorOption(channelOptions(inputOptions(argv)))
      .positional('capture', { type: 'string', describe: 'A stream: a file, or - for standard input' })
      .option('format', {
        choices: FORMATS,
        default: 'text' as const,
        describe: 'jsonl writes one event a line as they come',
      })
      .option('select', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        describe: 'Only sections, or fields of them, that match a glob (repeatable)',
      })
      .option('pages', { type: 'boolean', default: false, describe: 'List every page record' })
      .option('memory', { type: 'boolean', default: false, describe: 'Show what is in the pages' })
      .option('desc', { type: 'boolean', default: false, describe: 'Show the vmdesc itself' })
      .option('offsets', {
        type: 'boolean',
        default: false,
        describe: 'Types, offsets and sizes of the fields of device state',
      })
      .option('raw-devices', {
        type: 'boolean',
        default: false,
        describe: 'Device state only as the vmdesc describes it; payloads that it leaves opaque as bytes',
      })
      .option('max-bytes', {
        type: 'number',
        requiresArg: true,
        describe: 'Bytes shown of a buffer (text: 32, JSON: all)',
      })
      .example('$0 dump vm.migration', 'the whole stream as text')
      .example('$0 dump vm.migration --select "*/virtio-net"', 'one device')
      .example('$0 dump vm.migration --select "cpu/env.regs"', 'one field')
      .example('$0 dump - --format jsonl --pages < vm.migration', 'every page record, one a line'),
  async run(parsed) {
    const [{ TextWriter }, { CaptureModel }, { withCapture }] = await Promise.all([
      import('../bytes/text-writer.js'),
      import('../model/capture-model.js'),
      import('./input.js'),
    ]);
    const [capture] = captureNames(parsed) as [string];
    const format = parsed.format as (typeof FORMATS)[number];
    const out = new TextWriter(1);
    const model = new CaptureModel();
    let clean: boolean;
    const options = await dumpOptions(parsed, format === 'text' ? TEXT_MAX_BYTES : Infinity);
    const choice = inputChoice(parsed);
    try {
      if (format === 'analyze-migration') {
        const [{ analyzeMigration }, { loadVmdesc }] = await Promise.all([
          import('../report/analyze-migration.js'),
          import('../read.js'),
        ]);
        const { vmdesc, ...rest } = choice;
        const result = await analyzeMigration(capture, {
          ...rest,
          ...(vmdesc !== undefined && { vmdesc: await loadVmdesc(vmdesc) }),
          dump: parsed.desc === true ? 'desc' : 'state',
          memory: parsed.memory === true,
          out,
        });
        clean = result.complete && result.problems.length === 0;
      } else {
        const { sinkOf, finish } = await printer(format, out, options, parsed, capture);
        const several = { order: 'arrived', pick: true } as const;
        const { problems } = await withCapture(
          capture,
          choice,
          parsed,
          ({ name, several: labelled }) => [sinkOf(labelled ? name : undefined), model.channel(name)],
          several,
        );
        finish();
        const summary = model.summary(problems);
        clean = summary.complete && summary.problems.every(({ severity }) => severity === 'info');
      }
    } finally {
      out.flush();
    }
    return clean ? EXIT_OK : EXIT_FINDINGS;
  },
};

interface Printer {
  /** The sink of one channel; `label` names it where there are several. */
  readonly sinkOf: (label: string | undefined) => StreamSink;
  readonly finish: () => void;
}

async function printer(
  format: 'text' | 'json' | 'jsonl',
  out: TextWriter,
  options: DumpOptions,
  parsed: Parsed,
  capture: string,
): Promise<Printer> {
  if (format !== 'text') {
    const { JsonDump, JsonOutput } = await import('../report/dump-json.js');
    const json = new JsonOutput(out, format === 'json' ? 'document' : 'lines', capture);
    return { sinkOf: (label) => new JsonDump(json, options, label), finish: () => json.finish() };
  }
  const [{ TextDump }, { makeStyle }] = await Promise.all([
    import('../report/dump-text.js'),
    import('../report/style.js'),
  ]);
  const style = makeStyle(parsed.color as 'auto', process.stdout.isTTY);
  let current: string | undefined;
  const lines = (label: string | undefined): Pick<TextWriter, 'line'> => ({
    line(text) {
      if (label !== current) out.line(style('bold', `--- ${label}`));
      current = label;
      out.line(text);
    },
  });
  return { sinkOf: (label) => new TextDump(lines(label), options, style), finish: () => undefined };
}

async function dumpOptions(parsed: Parsed, maxBytes: number): Promise<DumpOptions> {
  const { selection } = await import('../report/select.js');
  const given = parsed.maxBytes;
  if (given !== undefined && !(typeof given === 'number' && Number.isInteger(given) && given >= 0))
    throw new UsageError('--max-bytes wants a number of bytes');
  const selected = selection((parsed.select as readonly unknown[]).map(String));
  return {
    pages: parsed.pages === true,
    memory: parsed.memory === true,
    desc: parsed.desc === true,
    offsets: parsed.offsets === true,
    rawDevices: parsed.rawDevices === true,
    maxBytes: (given as number | undefined) ?? maxBytes,
    ...(selected && { selected }),
  };
}
