/** The page of all failures that `explain` knows by their lines: `docs/signatures.md`. */
import { SIGNATURES } from '../signatures/explain-line.js';
import type { Signature } from '../signatures/signature.js';
import { ruleDescriptions } from './rule-descriptions.js';

/** An example of what is said: a line, what it is about, and a sentence. */
export interface SignatureExample {
  readonly name: string;
  readonly line: string;
  readonly stream: string;
  readonly said: string;
}

/** `untold`: signatures of which no capture can tell, and why. */
export function signaturesPage(
  examples: readonly SignatureExample[],
  untold: Readonly<Record<string, string>>,
): string {
  const lines = [
    '# Lines of QEMU logs',
    '',
    'The kinds of failures that `migscope explain` knows by the lines that QEMU prints. Each has a number, which is never reused, and a name; either can be given to `explain` instead of a',
    'line. Beside one capture, or two, it says what they have of it. The sentences below are what it says of streams in `fixtures/`, checked by `test/signatures/evidence/index.test.ts`; those of which',
    '`oracle:` is said are changes of a real stream, with the words in which a real destination refused them.',
    '',
    '| | name | line | a capture tells |',
    '| --- | --- | --- | --- |',
    ...byNumber().map((signature) => row(signature, examples, untold)),
  ];
  for (const signature of byNumber()) lines.push('', ...section(signature, examples, untold));
  return `${lines.join('\n')}\n`;
}

function byNumber(): Signature[] {
  const number = ({ failure }: Signature): number => Number(failure.slice(1));
  return [...SIGNATURES].sort((a, b) => number(a) - number(b));
}

function row(
  { failure, name, title }: Signature,
  examples: readonly SignatureExample[],
  untold: Readonly<Record<string, string>>,
): string {
  const own = examples.filter((example) => example.name === name);
  const line = own[0] ? `\`${cell(own[0].line.split('\n', 1)[0]!)}\`` : cell(title);
  return `| ${failure} | [${name}](#${failure.toLowerCase()}-${name}) | ${line} | ${untold[name] ? `nothing: ${untold[name]}` : 'yes'} |`;
}

/** A vertical bar would end the cell. */
const cell = (text: string): string => text.replaceAll('|', '\\|');

function section(
  { failure, name, title, meaning, causes, fix, source, foundBy = [] }: Signature,
  examples: readonly SignatureExample[],
  untold: Readonly<Record<string, string>>,
): string[] {
  const rules = ruleDescriptions().filter((rule) => foundBy.includes(rule.name));
  const lines = [
    `## ${failure} ${name}`,
    '',
    `${title[0]!.toUpperCase()}${title.slice(1)}. ${meaning}`,
    '',
    `Usual causes: ${causes}`,
    '',
    `What to do: ${fix}`,
    '',
    `QEMU: ${source}.`,
  ];
  if (rules.length > 0)
    lines.push(
      '',
      `Rules: ${rules.map(({ code, name: rule, url }) => `[${code} ${rule}](${url.replace('docs/', '')})`).join(', ')}.`,
    );
  if (untold[name] !== undefined) lines.push('', `No capture tells of it: ${untold[name]}.`);
  for (const { line, stream, said } of examples.filter((example) => example.name === name))
    lines.push(
      '',
      `- ${stream}:`,
      '',
      '  ```text',
      ...line.split('\n').map((part) => `  ${part}`),
      '  ```',
      '',
      `  > ${said}`,
    );
  return lines;
}
