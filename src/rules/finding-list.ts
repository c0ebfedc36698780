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
  private readonly breaks = new Map<string, Break>();
  /** The last problem of each channel that a decoder reported: a break follows it at once. */
  private readonly lastProblem = new Map<string, Finding>();

  /** `tell` hears of each finding as it is made; what follows from it may be attached to it later. */
  constructor(private readonly tell: (finding: Finding) => void = () => undefined) {}

  add(finding: Finding): void {
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

  /** The decoder lost its place: what is found on this channel from here on follows from the problem just reported. */
  broken(channel: string, offset: number): void {
    const finding = this.lastProblem.get(channel);
    if (finding && !this.breaks.has(channel)) this.breaks.set(channel, { finding, offset, consequences: [] });
  }

  /** All of them: channel by channel in the order in which they were first heard of, then by offset. */
  findings(): readonly Finding[] {
    const channels = [...new Set(this.list.map(({ channel }) => channel))];
    const withCauses = this.list.map((finding) => this.complete(finding));
    return withCauses.sort((a, b) => channels.indexOf(a.channel) - channels.indexOf(b.channel) || a.offset - b.offset);
  }

  private complete(finding: Finding): Finding {
    const more = this.suppressed.get(finding.rule);
    const isLast = more !== undefined && this.list.findLast(({ rule }) => rule === finding.rule) === finding;
    const cause = this.breaks.get(finding.channel);
    const consequences = cause?.finding === finding ? cause.consequences : [];
    if (!isLast && consequences.length === 0) return finding;
    return {
      ...finding,
      ...(isLast && { message: `${finding.message} (and ${more} more like it)` }),
      related: [
        ...finding.related,
        ...consequences.map(({ message, channel, offset }) => ({ message, channel, offset })),
      ],
    };
  }
}

/** Codes below this are of decoders, from here on of rules. */
const FIRST_RULE_CODE = 'MIG2';

/** A rule's finding behind a break follows from it; a second break is a finding of its own. */
function isConsequence(finding: Finding, cause: Break): boolean {
  return finding.code >= FIRST_RULE_CODE && finding.offset >= cause.offset;
}
