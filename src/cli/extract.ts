/** `migscope extract CAPTURE --out DIR` */
import type { Command, Parsed } from './command.js';
import { captureNames, colorOption, inputChoice, streamOptions } from './command.js';
import { EXIT_FINDINGS, EXIT_OK } from './exit-code.js';

/** Those of the library, which is not loaded for the help text. */
const FORMATS = ['raw', 'physical', 'elf'] as const;

export const extract: Command = {
  usage: 'extract <capture>',
  summary: 'The memory and device state that a migration carries, as files',
  options: (argv) =>
    colorOption(streamOptions(argv))
      .positional('capture', {
        type: 'string',
        describe: 'A stream: a directory with its channels, a file, or - for standard input',
      })
      .option('out', {
        type: 'string',
        requiresArg: true,
        demandOption: true,
        describe: 'Directory to write into; made when it is not there',
      })
      .option('format', {
        choices: FORMATS,
        default: 'raw' as const,
        describe: 'raw: a file for each RAM block; physical, elf: and one with all of them by guest-physical address',
      })
      .option('block', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        describe: 'Only RAM blocks of this name, or that match a glob (repeatable)',
      })
      .option('sections', {
        type: 'boolean',
        default: false,
        describe: 'The payloads of device sections, and the state of VFIO devices, as well',
      })
      .option('sha256', {
        type: 'boolean',
        default: true,
        describe: 'Hashes in the manifest; --no-sha256 saves the time they take',
      })
      .option('force', { type: 'boolean', default: false, describe: 'Overwrite files that are there' })
      .option('channel', {
        type: 'string',
        array: true,
        requiresArg: true,
        default: [],
        describe: 'A further channel of the same migration (repeatable)',
      })
      .option('return-path', { type: 'string', requiresArg: true, describe: 'What the destination answered' })
      .example('$0 extract vm.migration --out vm', 'RAM blocks and vm/manifest.json')
      .example('$0 extract vm.migration --out vm --format elf', 'a core file for gdb')
      .example('$0 extract capture/ --out vm --sections', 'all channels of a multifd migration, device state too'),
  async run(parsed) {
    const [{ TextWriter }, { isTrouble }, { extractCapture }, { extractText }, { findingText }, { makeStyle }, input] =
      await Promise.all([
        import('../bytes/text-writer.js'),
        import('../extract/trust.js'),
        import('../extract-capture.js'),
        import('../report/extract-text.js'),
        import('../report/finding-text.js'),
        import('../report/style.js'),
        import('./progress.js'),
      ]);
    const [capture] = captureNames(parsed) as [string];
    const directory = String(parsed.out);
    const line = input.progress(capture, parsed.quiet !== true);
    const options = await extractOptions(parsed);
    const manifest = await extractCapture(capture, {
      ...options,
      directory,
      ...(line && { listener: () => [line.sink] }),
    }).finally(() => line?.clear());
    const out = new TextWriter(1);
    const errors = new TextWriter(2);
    const trouble = manifest.problems.filter(isTrouble);
    for (const problem of trouble)
      errors.line(findingText(problem, makeStyle(parsed.color as 'auto', process.stderr.isTTY)));
    errors.flush();
    out.line(extractText(manifest, directory, makeStyle(parsed.color as 'auto', process.stdout.isTTY)));
    out.flush();
    return manifest.trustworthy && trouble.length === 0 ? EXIT_OK : EXIT_FINDINGS;
  },
};

async function extractOptions(parsed: Parsed) {
  const { vmdesc, offset, pageSize } = inputChoice(parsed);
  const channels = (parsed.channel as readonly unknown[]).map(String);
  const { loadVmdesc } = await import('../read.js');
  return {
    format: parsed.format as (typeof FORMATS)[number],
    blocks: (parsed.block as readonly unknown[]).map(String),
    sections: parsed.sections === true,
    force: parsed.force === true,
    sha256: parsed.sha256 !== false,
    ...(offset !== undefined && { offset }),
    ...(pageSize !== undefined && { pageSize }),
    ...(vmdesc !== undefined && { vmdesc: await loadVmdesc(vmdesc) }),
    ...(channels.length > 0 && { channels }),
    ...(parsed.returnPath !== undefined && { returnPath: String(parsed.returnPath) }),
  };
}
