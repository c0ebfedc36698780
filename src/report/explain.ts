/** What `explain` prints: the page of a rule, the page of a failure, and what captures say. */
import { visible } from '../bytes/visible.js';
import type { Finding } from '../finding.js';
import { INVARIANTS } from '../rules/invariants/index.js';
import type { Evidence } from '../signatures/evidence/told.js';
import type { Explained, ExplainedCapture, ExplainedFailure } from './explained.js';
import { findingText } from './finding-text.js';
import type { RuleDescription } from './rule-descriptions.js';
import type { Style } from './style.js';

/** Findings of one capture that are told. */
const MAX_FINDINGS = 20;

/** The whole answer. */
export function explainedText({ rules, failures, captures }: Explained, style: Style): string {
  const evidence = failures.flatMap((failure) => failure.evidence);
  const parts = [
    ...rules.map((rule) => ruleText(rule, style)),
    ...failures.map((failure) => failureText(failure, style)),
    ...(captures.length > 1 ? [captures.map((capture) => headOf(capture, style)).join('\n')] : []),
    ...failures.map(({ evidence, line }) =>
      evidence.length > 0 ? evidenceText(evidence, failures.length > 1 ? line : '', style) : '',
    ),
    ...captures.map((capture) => captureText(capture, evidence, style)),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

/** The page of one rule. */
export function ruleText(
  { code, name, severity, what, why, fix, cites, invariants, url }: RuleDescription,
  style: Style,
): string {
  const lines = [`${style('bold', `${code} ${name}`)} (${severity})`, ''];
  // Problems of decoding say what is wrong and what to do in one.
  if (why === '') lines.push(`  ${sentence(fix)}`);
  else lines.push(`  ${sentence(what)}`, '', `  ${why}`, '', `  What to do: ${fix}.`);
  for (const cite of cites) {
    const says = cite.text === undefined ? '' : ` says "${visible(cite.text)}"`;
    lines.push('', `  QEMU: ${cite.function}${says} (${cite.versions})`);
  }
  for (const id of invariants) {
    const invariant = INVARIANTS.find((candidate) => candidate.id === id);
    lines.push(`  ${id}: ${invariant?.text ?? ''}`);
  }
  lines.push('', `  More: ${url}`);
  return lines.join('\n');
}

/** The page of one failure. */
export function failureText(failure: ExplainedFailure, style: Style): string {
  const { name, failure: kind, title, line, details, meaning, causes, fix, source, rules, follows, device } = failure;
  const lines = [`${style('bold', `${kind} ${name}`)}: ${title}`, ''];
  if (line !== '') lines.push(...line.split('\n').map((part) => `  ${visible(part)}`), '');
  if (device !== undefined && !line.includes(device)) lines.push(`  - the device is ${visible(device)}`);
  lines.push(...details.map((detail) => `  - ${visible(detail)}`));
  if (details.length > 0) lines.push('');
  lines.push(`  ${meaning}`, '', `  Usual causes: ${causes}`, '', `  What to do: ${fix}`, '', `  QEMU: ${source}`);
  if (rules.length > 0)
    lines.push(
      `  Rules that see it in a capture: ${rules.map(({ code, name: rule }) => `${code} ${rule}`).join(', ')}`,
    );
  for (const other of follows) lines.push(`  Follows: ${visible(other.line)} (${other.title})`);
  return lines.join('\n');
}

const MARKS = { seen: '-', shown: '!', change: '>' } as const;
const COLORS = { seen: 'cyan', shown: 'red', change: 'green' } as const;

/** `line` where there are several to tell apart. */
function evidenceText(evidence: readonly Evidence[], line: string, style: Style): string {
  const told = evidence.filter(({ kind }) => kind !== 'change');
  const changes = [...new Set(evidence.filter(({ kind }) => kind === 'change').map(({ text }) => text))];
  const marked = ({ kind, text }: Evidence): string => `  ${style(COLORS[kind], MARKS[kind])} ${visible(text)}`;
  const of = line === '' ? '' : `, of ${visible(line.split('\n', 1)[0]!)}`;
  return [
    ...(told.length > 0 ? [style('bold', `In the capture${of}`), ...told.map(marked)] : []),
    ...(changes.length > 0
      ? [style('bold', 'What to change'), ...changes.map((text) => marked({ kind: 'change', text }))]
      : []),
  ].join('\n');
}

function headOf({ label, capture, machine, complete, unreadable }: ExplainedCapture, style: Style): string {
  const facts = unreadable === undefined ? [machine, complete ? 'whole' : 'not whole'] : [`not read: ${unreadable}`];
  return `${style('bold', label)}  ${visible(capture)}: ${facts
    .filter((fact) => fact !== undefined)
    .map(visible)
    .join(', ')}`;
}

/** What `validate` finds in it. */
function captureText(of: ExplainedCapture, evidence: readonly Evidence[], style: Style): string {
  const { label, capture, unreadable, findings, others } = of;
  const name = visible(capture);
  if (unreadable !== undefined) return `${name} could not be read: ${visible(unreadable)}`;
  const list = (head: string, all: readonly Finding[]): string => {
    const rest = all.length - MAX_FINDINGS;
    return [
      head,
      ...all.slice(0, MAX_FINDINGS).map((finding) => findingText(finding, style)),
      ...(rest > 0 ? [`… and ${rest} more; migscope validate has them all`] : []),
    ].join('\n');
  };
  if (findings.length > 0) return list(`${name} shows it:`, findings);
  // What is wrong with a stream that the destination wrote is beside the point.
  if (label === 'B') return '';
  const shown = evidence.some(({ kind }) => kind === 'shown');
  if (others.length > 0)
    return list(
      shown
        ? `Besides, ${name} shows something else that a destination refuses:`
        : `${name} does not show it, but something else that a destination refuses:`,
      others,
    );
  return shown ? '' : `${name} does not show it: what it says is for the destination to answer`;
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${text.slice(1)}.`;
