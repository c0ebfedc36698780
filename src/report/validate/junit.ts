/** `validate --format junit`: a suite for each capture, a case for each rule, so that what passes shows up too. */
import { hex, type Severity } from '../../finding.js';
import { type RuleDescription, ruleDescriptions } from '../rule-descriptions.js';
import { type CaptureReport, isAtLeast, type ValidateReport } from './report.js';

/** `failOn`: findings below it are told in the output of their case, which passes. */
export function validateJunit({ captures }: ValidateReport, failOn: Severity): string {
  const suites = captures.map((capture) => suite(capture, ruleDescriptions(), failOn));
  const sum = (key: 'tests' | 'failures' | 'errors'): number => suites.reduce((total, made) => total + made[key], 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="migscope validate" tests="${sum('tests')}" failures="${sum('failures')}" errors="${sum('errors')}">`,
    ...suites.map(({ xml }) => xml),
    '</testsuites>',
    '',
  ].join('\n');
}

interface Suite {
  readonly tests: number;
  readonly failures: number;
  readonly errors: number;
  readonly xml: string;
}

function suite(capture: CaptureReport, rules: readonly RuleDescription[], failOn: Severity): Suite {
  const { capture: name, unreadable } = capture;
  if (unreadable !== undefined) {
    const body = `    <testcase name="readable" classname="${escaped(name)}">\n      <error message="${escaped(unreadable)}"/>\n    </testcase>`;
    return { tests: 1, failures: 0, errors: 1, xml: element(name, 1, 0, 1, body) };
  }
  const cases = rules.map((rule) => testCase(capture, rule, failOn));
  const failures = cases.filter(({ failed }) => failed).length;
  return {
    tests: cases.length,
    failures,
    errors: 0,
    xml: element(name, cases.length, failures, 0, cases.map(({ xml }) => xml).join('\n')),
  };
}

function element(name: string, tests: number, failures: number, errors: number, body: string): string {
  return `  <testsuite name="${escaped(name)}" tests="${tests}" failures="${failures}" errors="${errors}">\n${body}\n  </testsuite>`;
}

function testCase(
  { capture, findings }: CaptureReport,
  { code, name }: RuleDescription,
  failOn: Severity,
): { readonly failed: boolean; readonly xml: string } {
  const mine = findings.filter((finding) => finding.code === code);
  const head = `    <testcase name="${code} ${name}" classname="${escaped(capture)}"`;
  if (mine.length === 0) return { failed: false, xml: `${head}/>` };
  const text = mine
    .map(({ channel, offset, severity, message }) => `${channel}@${hex(offset)}: ${severity} ${message}`)
    .join('\n');
  const failed = mine.some(({ severity }) => isAtLeast(severity, failOn));
  const body = failed
    ? `      <failure message="${escaped(mine[0]!.message)}" type="${mine[0]!.severity}">${escaped(text)}</failure>`
    : `      <system-out>${escaped(text)}</system-out>`;
  return { failed, xml: `${head}>\n${body}\n    </testcase>` };
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** XML 1.0 has no way to write most control characters. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"\n]/g, (character) => ENTITIES[character]!)
    .replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, '\ufffd');
}
