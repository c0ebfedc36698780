/** The one lookup of `explain`: rules and problems by code or name, kinds of failures, lines of a QEMU log. */
import type { Finding } from '../finding.js';
import type { Evidence } from '../signatures/evidence/told.js';
import { explainLog, type LogFailure } from '../signatures/explain-log.js';
import { SIGNATURES } from '../signatures/explain-line.js';
import type { Signature } from '../signatures/signature.js';
import { layoutDescriptions } from './layout-descriptions.js';
import { literalLength, printfPattern } from './printf-pattern.js';
import { type RuleDescription, ruleDescriptions } from './rule-descriptions.js';

/** What is known of what was asked. */
export interface LookedUp {
  /** Rules and problems that were named, or whose text of QEMU stands in a line that is no known kind of failure. */
  readonly rules: readonly RuleDescription[];
  /** Failures: of a log, or a kind that was named. */
  readonly failures: readonly ExplainedFailure[];
}

export interface ExplainedFailure extends LogFailure {
  /** Rules and problems that find it in a capture. */
  readonly rules: readonly RuleDescription[];
}

/** The same with what captures say. */
export interface Explained {
  readonly rules: LookedUp['rules'];
  readonly failures: readonly (ExplainedFailure & { readonly evidence: readonly Evidence[] })[];
  readonly captures: readonly ExplainedCapture[];
  /** A capture shows what was asked about. */
  readonly shown: boolean;
}

export interface ExplainedCapture {
  /** `the stream`, or `A` and `B`. */
  readonly label: string;
  readonly capture: string;
  /** Why it could not be read. */
  readonly unreadable?: string;
  readonly machine?: string;
  readonly complete: boolean;
  /** What `validate` finds that belongs to what was asked; and, where nothing does, other errors. */
  readonly findings: readonly Finding[];
  readonly others: readonly Finding[];
}

/** Longer text is a whole log, of which only the failures are looked for. */
const MAX_TEXT = 1 << 16;

/** The description of a rule, a problem or a layout difference by its code (any case) or name. */
export function findDescription(codeOrName: string): RuleDescription | undefined {
  const wanted = codeOrName.toLowerCase();
  return [...ruleDescriptions(), ...layoutDescriptions()].find(
    ({ code, name }) => code.toLowerCase() === wanted || name === wanted,
  );
}

/** Looks up a code, a name, or lines of a log. */
export function lookUp(what: string): LookedUp {
  const asked = what.trim();
  const named = findDescription(asked);
  const kinds = SIGNATURES.filter(({ name, failure }) => name === asked || failure === asked.toUpperCase());
  if (named || kinds.length > 0) return { rules: named ? [named] : [], failures: kinds.map(ofKind) };
  const all = ruleDescriptions();
  const failures = explainLog(what).map((failure) => ({ ...failure, rules: rulesOf(failure, all) }));
  const byText = what.length <= MAX_TEXT ? rulesOfLine(what, all) : [];
  // A last line that has its reason in it is of the kind of the reason.
  const [only] = failures;
  const other = byText.length > 0 && byText.every(({ name }) => !only?.foundBy?.includes(name));
  if (only?.name === 'load-failed' && failures.length === 1 && other) return { rules: byText, failures: [] };
  return { rules: failures.length > 0 ? [] : byText, failures };
}

function ofKind({ name, failure, foundBy = [], title, meaning, causes, fix, source }: Signature): ExplainedFailure {
  const said = { name, failure, foundBy, title, meaning, causes, fix, source };
  return {
    ...said,
    line: '',
    details: [],
    values: {},
    follows: [],
    reasons: [],
    rules: ownRules(said, ruleDescriptions()),
  };
}

/** Those that the signature names, and those that have the text of QEMU. */
function rulesOf(failure: LogFailure, all: readonly RuleDescription[]): RuleDescription[] {
  const byText = failure.line === '' ? [] : rulesOfLine(failure.line, all);
  return [...new Set([...ownRules(failure, all), ...byText])].sort((a, b) => a.code.localeCompare(b.code));
}

function ownRules({ foundBy = [] }: Pick<Signature, 'foundBy'>, all: readonly RuleDescription[]): RuleDescription[] {
  return all.filter(({ name }) => foundBy.includes(name));
}

/** Rules and problems whose text of QEMU is in a line, those that match most of it. */
function rulesOfLine(line: string, all: readonly RuleDescription[]): readonly RuleDescription[] {
  const matches = all.flatMap((description) => {
    const lengths = description.cites.flatMap(({ text }) =>
      text !== undefined && printfPattern(text)?.test(line) ? [literalLength(text)] : [],
    );
    return lengths.length === 0 ? [] : [{ description, length: Math.max(...lengths) }];
  });
  const most = Math.max(0, ...matches.map(({ length }) => length));
  return matches.filter(({ length }) => length === most).map(({ description }) => description);
}
