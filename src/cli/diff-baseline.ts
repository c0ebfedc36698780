/** The baseline of `diff`: layout differences that a project has looked at and accepts. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type DiffResult, withIdentical } from '../compare.js';
import { InputError, UsageError } from '../finding.js';
import { type Direction, layoutFinding } from '../report/diff-sarif.js';
import { Baseline, parseBaseline } from '../rules/baseline.js';

/**
 * Moves what the baseline accepts from the layout to what was left out. With `update` the file is written first, so that it accepts all of it.
 *
 * @throws UsageError when the file is no baseline, or cannot be written
 */
export function acceptLayout(result: DiffResult, file: string, direction: Direction, update: boolean): DiffResult {
  const { machine } = result.a;
  const found = result.layout.map((difference) => ({
    difference,
    finding: layoutFinding(difference, result.a.capture, direction),
  }));
  let baseline = update && !existsSync(file) ? new Baseline([]) : read(file);
  if (update) {
    const text = baseline.updated(found.map(({ finding }) => ({ finding, machine })));
    write(file, text);
    baseline = parseBaseline(text, file);
  }
  const ignored = [...result.ignored];
  const layout = found.flatMap(({ difference, finding }) => {
    const entry = baseline.match(finding, machine);
    if (!entry) return [difference];
    ignored.push({ rule: `${finding.code} ${finding.section ?? ''}`, why: `accepted: ${entry.reason}`, count: 1 });
    return [];
  });
  const notes = baseline.stale.map(
    ({ rule, section }) =>
      `the baseline accepts ${rule}${section === undefined ? '' : ` in ${section}`}, which is not found any more`,
  );
  return withIdentical({ ...result, layout, ignored, notes: [...result.notes, ...notes] });
}

function read(file: string): Baseline {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`--baseline ${file}: ${(error as Error).message}`, '--update-baseline makes one');
  }
  return parseBaseline(text, file);
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`--baseline ${file}: ${(error as Error).message}`);
  }
}
