/** The page of docs/ that lists every problem, made from the catalogue. */
import { PROBLEMS, type ProblemName } from '../problems.js';
import { type QemuText, TEXT_CASES } from '../qemu-texts.js';

const MEANING = {
  error: 'a destination refuses the stream, hangs, or ends with wrong memory or state',
  warning: 'accepted by a destination, but no QEMU writes it so; or a limit that migscope met',
  info: 'worth knowing',
} as const;

/** Markdown, one heading a problem; findings link here with `url`. */
export function problemsPage(): string {
  const names = Object.keys(PROBLEMS) as ProblemName[];
  const lines = [
    '# Problems',
    '',
    'What migscope reports while it reads a stream. Codes are never reused. Where a destination has a message for the same thing, it is quoted',
    'with the function that prints it. Problems of origin *tool* are limits of migscope, not faults of the stream.',
    '',
    '| severity | meaning |',
    '| --- | --- |',
    ...Object.entries(MEANING).map(([severity, meaning]) => `| ${severity} | ${meaning} |`),
  ];
  for (const name of names) {
    const problem: {
      code: string;
      severity: string;
      origin?: string;
      help: string;
      qemu?: QemuText;
    } = PROBLEMS[name];
    lines.push(
      '',
      `## ${problem.code} ${name}`,
      '',
      `Severity: ${problem.severity}. Origin: ${problem.origin ?? 'stream'}.`,
      '',
    );
    lines.push(`${problem.help[0]!.toUpperCase()}${problem.help.slice(1)}.`);
    const { qemu } = problem;
    if (qemu) lines.push('', `QEMU says ${quoted(qemu)}.`);
    const cases = (TEXT_CASES[name] ?? []).flatMap(({ about, qemu: text }) =>
      text ? [`- ${about}: ${quoted(text)}`] : [],
    );
    if (cases.length > 0) lines.push('', 'In special cases:', '', ...cases);
  }
  return `${lines.join('\n')}\n`;
}

const quoted = ({ text, function: fn, versions }: QemuText): string => `\`${text}\` (\`${fn}\`; versions: ${versions})`;
