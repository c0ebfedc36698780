/**
 * The findings of a capture, few and ordered by cause: what follows from a break in a channel is attached to the finding that names
 * the break, and what a rule says again and again is said once with a count.
 */
import type { Finding } from '../finding.js';

/** Findings of one rule that are listed by themselves; later ones are counted. */
const MAX_OF_A_RULE = 20;
/** Consequences that a finding names. */
const MAX_RELATED = 10;

interface Break {
  /** The finding that tells of it. */
  readonly finding: Finding;
  /** Everything before this offset was decoded. */
  readonly offset: number;
  consequences: Finding[];
}

export class FindingList {
  private readonly list: Finding[] = [];
  private readonly perRule = new Map<string, number>();
  private readonly suppressed = new Map<string, number>();
  /** By rule: the rules that explain its findings. */
  private readonly follows = new Map<string, readonly string[]>();
  private readonly breaks = new Map<string, Break>();
  /** The last problem of each channel that a decoder reported, or what a rule made of it: a break follows it at once. */
  private readonly lastProblem = new Map<string, Finding>();

  /** `tell` hears of each finding as it is made; what follows from it may be attached to it later. */
  constructor(private readonly tell: (finding: Finding) => void = () => undefined) {}

  /** `follows`: the rules that explain findings of this one. */
  add(finding: Finding, follows?: readonly string[]): void {
    if (follows) this.follows.set(finding.rule, follows);
    const cause = this.breaks.get(finding.channel);
    if (cause && finding.rule !== cause.finding.rule && isConsequence(finding, cause)) {
      if (cause.consequences.length < MAX_RELATED) cause.consequences.push(finding);
      return;
    }
    const count = (this.perRule.get(finding.rule) ?? 0) + 1;
    this.perRule.set(finding.rule, count);
    if (count > MAX_OF_A_RULE) {
      this.suppressed.set(finding.rule, count - MAX_OF_A_RULE);
      return;
    }
    this.list.push(finding);
    if (finding.code < FIRST_RULE_CODE) this.lastProblem.set(finding.channel, finding);
    this.tell(finding);
  }

  /** A rule has just told what the decoder reported on this channel, in its own words. */
  replaced(channel: string): void {
    const finding = this.list.findLast((other) => other.channel === channel);
    if (finding) this.lastProblem.set(channel, finding);
  }

  /** The decoder lost its place: what is found on this channel from here on follows from the problem just reported. */
  broken(channel: string, offset: number): void {
    const finding = this.lastProblem.get(channel);
    if (finding && !this.breaks.has(channel)) this.breaks.set(channel, { finding, offset, consequences: [] });
  }

  /**
   * All of them: channel by channel, then by offset. `judge` has the last word on each, before those that another explains are attached
   * to it. `order` is that of the channels; those that are not named follow in the order in which they were first heard of.
   */
  findings(
    judge: (finding: Finding) => Finding = (finding) => finding,
    order: readonly string[] = [],
  ): readonly Finding[] {
    const channels = [...new Set([...order, ...this.list.map(({ channel }) => channel)])];
    const all = this.list
      .map((finding) => judge(this.complete(finding)))
      .sort((a, b) => channels.indexOf(a.channel) - channels.indexOf(b.channel) || a.offset - b.offset);
    const causes = new Map(all.map((finding) => [finding, this.causeOf(finding, all)]));
    const roots = all.map((finding) => rootOf(finding, causes));
    const listed = all.filter((_, i) => roots[i] === undefined);
    return listed.map((finding) =>
      withRelated(
        finding,
        all.filter((_, i) => roots[i] === finding),
      ),
    );
  }

  /** The error that explains a finding, the first rule of `follows` first, and on its own channel if there is one. */
  private causeOf(finding: Finding, all: readonly Finding[]): Finding | undefined {
    // The connections of a migration that is broken off end together; the first of the channels tells it.
    if (finding.rule === CUT) {
      const first = all.find(({ rule, severity }) => rule === CUT && severity === 'error');
      return first?.channel === finding.channel || finding.severity !== 'error' ? undefined : first;
    }
    if (finding.code < FIRST_RULE_CODE) return problemCause(finding, all);
    for (const rule of this.follows.get(finding.rule) ?? []) {
      const explains = (other: Finding): boolean =>
        other.severity === 'error' && other.rule !== finding.rule && (rule === '*' || other.rule === rule);
      const errors = all.filter(explains);
      const cause = errors.find(({ channel }) => channel === finding.channel) ?? errors[0];
      if (cause) return cause;
    }
    return undefined;
  }

  private complete(finding: Finding): Finding {
    const more = this.suppressed.get(finding.rule);
    const isLast = more !== undefined && this.list.findLast(({ rule }) => rule === finding.rule) === finding;
    const cause = this.breaks.get(finding.channel);
    const consequences = cause?.finding === finding ? cause.consequences : [];
    if (!isLast && consequences.length === 0) return finding;
    const told = isLast ? { ...finding, message: `${finding.message} (and ${more} more like it)` } : finding;
    return withRelated(told, consequences);
  }
}

/** What explains a decoder's problem: something earlier in the same section, which a destination gives up at. */
function problemCause(problem: Finding, all: readonly Finding[]): Finding | undefined {
  const causes = FOLLOWS_OF_PROBLEMS[problem.rule] ?? [];
  const cause = all.find(
    ({ rule, channel, severity }) => severity === 'error' && channel === problem.channel && causes.includes(rule),
  );
  const explains = cause && cause !== problem && cause.offset < problem.offset;
  return explains && (cause.rule !== problem.rule || cause.section === problem.section) ? cause : undefined;
}

/** The finding at the end of the chain of causes; undefined for one without a cause, and where causes run in a ring. */
function rootOf(finding: Finding, causes: ReadonlyMap<Finding, Finding | undefined>): Finding | undefined {
  let root: Finding | undefined;
  for (let cause = causes.get(finding), left = causes.size; cause; cause = causes.get(cause), left--) {
    if (left === 0) return undefined;
    root = cause;
  }
  return root;
}

/** The finding with its consequences named, as many as are worth it. */
function withRelated(finding: Finding, consequences: readonly Finding[]): Finding {
  if (consequences.length === 0) return finding;
  const named = consequences
    .slice(0, MAX_RELATED)
    .map(({ message, channel, offset }) => ({ message, channel, offset }));
  return { ...finding, related: [...finding.related, ...named] };
}

/** The problem of a channel that ends too early. */
const CUT = 'truncated';
/**
 * Problems that follow from others: the name of a block is read up to the wrong byte, or the version that the START of a section names holds for
 * all of its parts.
 */
const FOLLOWS_OF_PROBLEMS: Readonly<Record<string, readonly string[]>> = {
  'ram-flags': ['undeclared-block', 'page-size-contradiction'],
  'section-version': ['section-version'],
};
/** Codes below this are of decoders, from here on of rules. */
const FIRST_RULE_CODE = 'MIG2';

/** A rule's finding behind a break follows from it, and so does an end in the middle of something; a second break is a finding of its own. */
function isConsequence(finding: Finding, cause: Break): boolean {
  return (finding.code >= FIRST_RULE_CODE || finding.rule === CUT) && finding.offset >= cause.offset;
}
