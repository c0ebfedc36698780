/**
 * Judges a capture as a destination would: reads it with all its channels, adds it up, and lets the rules watch.
 */
import type { Finding } from './finding.js';
import { CaptureModel, type CaptureSummary } from './model/capture-model.js';
import { type CaptureFiles, readInput, type ReadInputResult, type ReadCaptureOptions } from './read-capture.js';
import { lostConnections, takenUp } from './model/lost-connections.js';
import { RULES } from './rules/catalogue.js';
import { RuleEngine } from './rules/engine.js';
import { type ChannelFacts, Facts, type Target } from './rules/facts.js';
import { FindingList } from './rules/finding-list.js';
import type { Rule } from './rules/rule.js';
import { type TargetCapture, TargetCollector } from './rules/target-capture.js';
import type { StreamSink } from './stream/events.js';

export interface JudgeOptions {
  /** The rules that watch: all of the catalogue unless given. A program can add its own to `RULES`. */
  readonly rules?: readonly Rule[];
  /** The destination that the capture is judged for; any that takes the machine type unless given. */
  readonly target?: Target;
  /** Hears of each finding as it is made; later ones may be attached to it. */
  readonly onFinding?: (finding: Finding) => void;
}

export interface Verdict {
  /** The capture reached its own end with nothing cut, skipped or left over. */
  readonly complete: boolean;
  readonly findings: readonly Finding[];
  readonly summary: CaptureSummary;
}

/** The validator at work on one capture: gives the sinks of each channel, and the verdict when all have been read. */
export class Judge {
  private readonly model = new CaptureModel();
  private readonly facts: Facts;
  private readonly list: FindingList;
  private readonly engine: RuleEngine;

  /** `several`: all channels of the migration are there, not only one of them. */
  constructor(several: boolean, { rules = RULES, target = {}, onFinding }: JudgeOptions = {}) {
    this.list = new FindingList(onFinding);
    this.facts = new Facts(several, target);
    this.engine = new RuleEngine(rules, this.facts, this.list);
  }

  /** The sinks of one channel, in the order in which channels are read. */
  channel(name: string): readonly StreamSink[] {
    return [this.model.channel(name), this.engine.channel()];
  }

  /** To be called behind the last event; `problems` are those of the capture as a whole. */
  verdict(problems: readonly Finding[] = []): Verdict {
    for (const problem of problems) this.list.add(problem);
    const summary = this.model.summary(problems);
    this.engine.finish(summary);
    const lost = lostConnections(this.facts.channels);
    const findings = this.list.findings(
      (finding) => notJudged(lost.has(finding.channel) ? takenUp(finding) : finding),
      this.mainFirst(),
    );
    return { complete: summary.complete, findings, summary };
  }

  /** The channels as they began, the main one before all: what breaks a migration off shows there first, whichever channel was read first. */
  private mainFirst(): readonly string[] {
    const isMain = ({ role }: ChannelFacts): boolean => role === 'main';
    const { channels } = this.facts;
    return [...channels.filter(isMain), ...channels.filter((channel) => !isMain(channel))].map(({ name }) => name);
  }
}

/** A loader knows where the state of a device ends: that migscope has to guess it is no fault of the stream, but state of devices then goes unjudged. */
function notJudged(finding: Finding): Finding {
  if (finding.rule !== 'section-extent') return finding;
  return { ...finding, severity: 'info', message: `the state of devices is not judged: ${finding.message}` };
}

export interface ValidateOptions extends JudgeOptions, ReadCaptureOptions {
  /** Further files of the same migration, for captures that are no directory. */
  readonly files?: CaptureFiles;
  /** Listens to every channel beside the rules. */
  readonly listener?: StreamSink;
}

/**
 * Reads what a stream tells of the destination that saved it, to judge captures against its devices.
 *
 * @throws InputError when it cannot be opened or is no migration stream
 */
export async function readTargetCapture(path: string, options: ReadCaptureOptions = {}): Promise<TargetCapture> {
  const collector = new TargetCollector();
  const model = new CaptureModel();
  const { problems } = await readInput(path, {}, ({ name }) => [model.channel(name), collector.channel()], options);
  return collector.result(model.summary(problems).complete);
}

/**
 * Validates a capture: a file, `-` for standard input, or a directory with a file for each channel.
 *
 * @throws InputError when it cannot be opened or is no migration stream
 */
export async function validate(path: string, options: ValidateOptions = {}): Promise<Verdict & ReadInputResult> {
  const { files = {}, rules, target, onFinding, listener, ...read } = options;
  let judge: Judge | undefined;
  const input = await readInput(
    path,
    files,
    ({ name, several }) => {
      judge ??= new Judge(several, {
        ...(rules && { rules }),
        ...(target && { target }),
        ...(onFinding && { onFinding }),
      });
      const sinks = judge.channel(name);
      return listener ? [...sinks, listener] : sinks;
    },
    read,
  );
  judge ??= new Judge(true);
  return { ...judge.verdict(input.problems), ...input };
}
