/** What is to be said of a rule or of a problem that decoders report, in one shape, for everything that lists them. */
import type { Severity } from '../finding.js';
import { PROBLEMS, type ProblemName } from '../problems.js';
import { TEXT_CASES } from '../qemu-texts.js';
import { RULES } from '../rules/catalogue.js';
import type { Citation } from '../rules/rule.js';

export interface RuleDescription {
  readonly code: string;
  readonly name: string;
  readonly severity: Severity;
  /** What is wrong. */
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly cites: readonly Citation[];
  readonly invariants: readonly string[];
  readonly url: string;
}

/** Everything that `validate` can report, by code. */
export function ruleDescriptions(): readonly RuleDescription[] {
  return [...problemDescriptions(), ...RULES.map(({ meta }) => ({ ...meta, url: ruleUrl(meta) }))].sort((a, b) =>
    a.code.localeCompare(b.code),
  );
}

const ruleUrl = ({ code, name }: { readonly code: string; readonly name: string }): string =>
  `docs/rules.md#${code.toLowerCase()}-${name}`;

function problemDescriptions(): readonly RuleDescription[] {
  return (Object.keys(PROBLEMS) as ProblemName[]).map((name) => {
    const problem: {
      readonly code: string;
      readonly severity: Severity;
      readonly help: string;
      readonly qemu?: { readonly text: string; readonly function: string; readonly versions: string };
    } = PROBLEMS[name];
    return {
      code: problem.code,
      name,
      severity: problem.severity,
      what: name.replaceAll('-', ' '),
      why: '',
      fix: problem.help,
      cites: [
        ...(problem.qemu ? [problem.qemu] : []),
        ...(TEXT_CASES[name] ?? []).flatMap(({ qemu }) => (qemu ? [qemu] : [])),
      ],
      invariants: [],
      url: `docs/problems.md#${problem.code.toLowerCase()}-${name}`,
    };
  });
}
