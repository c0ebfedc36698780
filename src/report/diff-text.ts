/** A comparison as a person reads it: what would break a load first, then what merely differs. */
import { hexBytes } from '../bytes/hex-view.js';
import { visible } from '../bytes/visible.js';
import type { DiffResult, DiffSide } from '../compare.js';
import { type Judgement, type LayoutDifference, VERDICTS, type LoadVerdict } from '../diff/layout-difference.js';
import { isSameBlock, type PageRanges, type RamBlockDifference } from '../diff/ram.js';
import type { ValueDifference } from '../diff/values.js';
import { isIntegerType } from '../vmstate/values.js';
import { hex } from '../finding.js';
import { diffSummary } from './diff-json.js';
import { type Direction, verdictOf } from './diff-sarif.js';
import { findingText } from './finding-text.js';
import { scalar } from './state-text.js';
import type { Style } from './style.js';
import { table } from './table.js';
import { count, plural, size } from './units.js';

/** Lines of one section, and ranges of one block. */
const MAX_LINES = 40;
const MAX_RANGES = 20;
const MAX_PROBLEMS = 5;
const MAX_PROTOCOL = 60;
const SHOWN_BYTES = 16;

/** `direction` leaves out what the other way would say. */
export function diffText(result: DiffResult, style: Style, direction: Direction = 'both'): string {
  const parts = [
    [side('A', result.a, style), side('B', result.b, style)].join('\n'),
    summary(result, style, direction),
    identity(result, style),
    layout(result, style, direction),
    values(result, style),
    ram(result, style),
    protocol(result, style),
    leftOut(result, style),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const KINDS = { capture: 'capture', vmdesc: 'vmdesc', 'vmstate-dump': 'dump of vmstate' } as const;

function side(name: string, of: DiffSide, style: Style): string {
  const parts = [KINDS[of.kind], of.machine, of.qemu === undefined ? undefined : `QEMU ${of.qemu}`];
  const facts = parts.filter((part) => part !== undefined).map(visible);
  const head = `${style('bold', name)}  ${visible(of.capture)}: ${facts.join(', ')}`;
  if (of.complete) return head;
  const far = of.lastGoodOffset === undefined ? '' : `, decoded without a gap up to ${hex(of.lastGoodOffset)}`;
  const total = of.bytes === undefined ? '' : ` of ${hex(of.bytes)}`;
  const problems = of.problems.filter(({ severity }) => severity !== 'info');
  const shown = problems.slice(0, MAX_PROBLEMS).map((finding) => findingText(finding, style).split('\n', 1)[0]!);
  const more =
    problems.length > shown.length ? [`… and ${plural(problems.length - shown.length, 'more problem')}`] : [];
  return [
    `${head}, ${style('red', 'not whole')}${far}${far && total}`,
    ...[...shown, ...more].map((line) => `   ${line}`),
  ].join('\n');
}

const COLORS = { refused: 'red', 'state-lost': 'yellow', depends: 'yellow', loads: 'green' } as const;
const WORDS = { refused: 'refused', 'state-lost': 'state lost', depends: 'depends', loads: 'loads' } as const;

function summary(result: DiffResult, style: Style, direction: Direction): string {
  if (result.identical) return style('green', 'identical') + leftOutCount(result);
  const { aToB, bToA, values: valueCount, pagesDiffer, ignored } = diffSummary(result);
  const lines = [
    ...(direction === 'b-to-a' ? [] : [`A's stream into B's QEMU: ${fate(result.a, aToB, style)}`]),
    ...(direction === 'a-to-b' ? [] : [`B's stream into A's QEMU: ${fate(result.b, bToA, style)}`]),
  ];
  const captured = result.a.kind === 'capture' && result.b.kind === 'capture';
  if (captured) {
    const sections = new Set(result.values.map(({ section }) => section)).size;
    const parts = [
      valueCount === 0 ? 'no value' : `${plural(valueCount, 'value')} in ${plural(sections, 'section')}`,
      ...(result.ram ? [pagesDiffer === 0 ? 'no page of RAM' : `${plural(pagesDiffer, 'page')} of RAM`] : []),
    ];
    lines.push(`differing: ${parts.join(', ')}${ignored > 0 ? `; ${count(ignored)} left out` : ''}`);
  }
  return lines.join('\n');
}

function leftOutCount(result: DiffResult): string {
  const { ignored } = diffSummary(result);
  return ignored === 0
    ? ''
    : `, but for ${plural(ignored, 'difference')} that ${ignored === 1 ? 'is' : 'are'} left out`;
}

/** A stream that is not whole fails at its end, whatever is in it. */
function fate({ kind, complete }: DiffSide, counts: Readonly<Record<LoadVerdict, number>>, style: Style): string {
  const found = direction(counts, style);
  return complete || kind !== 'capture' ? found : `${style('red', 'not whole')}; what is there: ${found}`;
}

/** The worst verdict, and how many differences have which. */
function direction(counts: Readonly<Record<LoadVerdict, number>>, style: Style): string {
  const worst = VERDICTS.find((verdict) => counts[verdict] > 0) ?? 'loads';
  const parts = VERDICTS.filter((verdict) => counts[verdict] > 0 && verdict !== 'loads').map(
    (verdict) => `${count(counts[verdict])} ${WORDS[verdict]}`,
  );
  return style(COLORS[worst], WORDS[worst]) + (parts.length > 0 ? ` (${parts.join(', ')})` : '');
}

function identity({ identity: all }: DiffResult, style: Style): string {
  if (all.length === 0) return '';
  const lines = all.map(({ field, a, b }) => `  ${visible(field)}: ${change(a ?? 'none', b ?? 'none')}`);
  return [style('bold', 'Identity'), ...lines].join('\n');
}

const change = (a: string, b: string): string => `${visible(a)} → ${visible(b)}`;

function layout({ layout: all }: DiffResult, style: Style, direction: Direction): string {
  if (all.length === 0) return '';
  const rank = (difference: LayoutDifference): number => VERDICTS.indexOf(verdictOf(difference, direction));
  // Whether both are of one machine at all comes before what differs in its parts.
  const order = ([section, differences]: readonly [string, readonly LayoutDifference[]]): number =>
    section === '' ? -2 : section === 'ram' ? -1 : differences.reduce((worst, one) => Math.min(worst, rank(one)), 9);
  const groups = [...grouped(all)].sort((x, y) => order(x) - order(y));
  const lines = groups.flatMap(([, differences]) => {
    const quoted = new Set<string>();
    const sorted = [...differences].sort((x, y) => rank(x) - rank(y));
    return capped(sorted.map((difference) => layoutLines(difference, style, direction, quoted)));
  });
  return [style('bold', `Layout: ${plural(all.length, 'difference')}`), ...lines].join('\n');
}

/** The difference on one line; and what QEMU prints on another, once for each section. */
function layoutLines(difference: LayoutDifference, style: Style, direction: Direction, quoted: Set<string>): string[] {
  const { message, aToB, bToA, code } = difference;
  const same = aToB.verdict === bToA.verdict && (aToB.why === bToA.why || aToB.verdict === 'loads');
  const ways: (readonly [string, Judgement])[] =
    same && direction === 'both'
      ? [[' both ways', aToB]]
      : [
          ...(direction === 'b-to-a' ? [] : [[' from A to B', aToB] as const]),
          ...(direction === 'a-to-b' ? [] : [[' from B to A', bToA] as const]),
        ];
  const verdicts = ways.map(([way, { verdict, why }]) => {
    const word = `${style(COLORS[verdict], WORDS[verdict])}${direction === 'both' ? way : ''}`;
    return verdict === 'loads' ? word : `${word}: ${why}`;
  });
  const texts = ways.flatMap(([, { verdict, qemu }]) => (qemu && verdict === 'refused' ? [qemu.text] : []));
  const fresh = [...new Set(texts)].filter((text) => !quoted.has(text));
  for (const text of fresh) quoted.add(text);
  return [
    `  ${pathOf(difference)}: ${visible(message)}; ${verdicts.join('; ')} [${code}]`,
    ...fresh.map((text) => `      QEMU: "${visible(text)}"`),
  ];
}

function pathOf({ section, path }: { readonly section: string; readonly path: string }): string {
  return visible([section, path].filter((part) => part !== '').join('/')) || 'migration';
}

function grouped<T extends { readonly section: string }>(all: readonly T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const group = groups.get(one.section);
    if (group) group.push(one);
    else groups.set(one.section, [one]);
  }
  return groups;
}

function capped(entries: readonly (readonly string[])[]): string[] {
  const shown = entries.slice(0, MAX_LINES).flat();
  return entries.length > MAX_LINES ? [...shown, `  … and ${count(entries.length - MAX_LINES)} more`] : shown;
}

function values({ values: all }: DiffResult, style: Style): string {
  if (all.length === 0) return '';
  const groups = grouped(all);
  const title = `Values: ${count(all.length)} in ${plural(groups.size, 'section')}`;
  const lines = [...groups.values()].flatMap((group) => capped(group.map((value) => [`  ${valueLine(value)}`])));
  return [style('bold', title), ...lines].join('\n');
}

function valueLine(difference: ValueDifference): string {
  const { a, b, type, ranges, differing, sizes, names } = difference;
  const path = pathOf(difference);
  const unit = a instanceof Uint8Array || b instanceof Uint8Array || !isCounted(type) ? 'byte' : 'element';
  const parts: string[] = [];
  if (sizes) parts.push(`${plural(sizes[0], unit)} → ${count(sizes[1])}`);
  if (ranges && differing !== undefined) {
    const [[start]] = ranges as readonly [readonly [number, number]];
    parts.push(`${plural(differing, unit)} ${differing === 1 ? 'differs' : 'differ'}, from ${hex(start)}`);
  }
  const flags = names && flagChange(...names);
  if (flags !== undefined) parts.push(`${shown(a, type)} → ${shown(b, type)}`, flags);
  else if (a !== undefined || b !== undefined) {
    parts.push(`${shown(a, type, names?.[0])} → ${shown(b, type, names?.[1])}`);
  }
  return `${path}: ${parts.join(': ') || 'differs'}`;
}

/** Flags that both have are not repeated; undefined where they have none in common. */
function flagChange(a: readonly string[], b: readonly string[]): string | undefined {
  if (!a.some((name) => b.includes(name))) return undefined;
  const [lost, gained] = [a.filter((name) => !b.includes(name)), b.filter((name) => !a.includes(name))];
  const parts = [
    ...(lost.length > 0 ? [`without ${lost.map(visible).join(' ')}`] : []),
    ...(gained.length > 0 ? [`with ${gained.map(visible).join(' ')}`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : undefined;
}

function shown(value: ValueDifference['a'], type: string, names: readonly string[] = []): string {
  if (value === undefined) return 'none';
  const text = value instanceof Uint8Array ? hexBytes(value, SHOWN_BYTES) : scalar(value, { type }, SHOWN_BYTES);
  return [text, ...names.map(visible)].join(' ');
}

/** Types that stand in arrays; everything else is bytes. */
function isCounted(type: string): boolean {
  return isIntegerType(type) || /^(bool|float64|CPU_Double_U|struct|vstruct|tmp|qtailq|qlist|gtree|record)$/.test(type);
}

function ram({ ram: found }: DiffResult, style: Style): string {
  if (!found) return '';
  const different = found.blocks.filter((block) => !isSameBlock(block));
  if (different.length === 0) return '';
  const equal = found.blocks.length - different.length;
  const rows = different.map((block) => [
    visible(block.nameB === undefined ? block.name : `${block.name} → ${block.nameB}`),
    lengths(block),
    count(block.pagesCompared),
    count(block.pagesDiffer),
    ...SPECIAL.map(([, of]) => count(of(block).pages)),
  ]);
  const used = SPECIAL.map(([, of]) => different.some((block) => of(block).pages > 0));
  const keep = <T>(cells: readonly T[]): T[] => cells.filter((_, i) => i < 4 || used[i - 4]);
  const head = ['block', 'size', 'pages', 'differ', ...SPECIAL.map(([name]) => name)];
  const ranges = different.flatMap((block) => blockRanges(block));
  const title = `RAM: ${plural(different.length, 'block differs', 'blocks differ')}, ${count(equal)} equal`;
  return [style('bold', title), table(keep(head), rows.map(keep)), ...ranges, ...excerptLines(found)].join('\n');
}

const SPECIAL: readonly (readonly [string, (block: RamBlockDifference) => PageRanges])[] = [
  ['zero in one, never sent in the other', (block) => block.zeroAgainstNeverSent],
  ['never sent in A', (block) => block.neverSentA],
  ['never sent in B', (block) => block.neverSentB],
  ['not known', (block) => block.unknown],
];

function lengths({ lengthA, lengthB }: RamBlockDifference): string {
  if (lengthA === lengthB) return size(lengthA ?? 0);
  if (lengthA === undefined) return `only in B, ${size(lengthB ?? 0)}`;
  return lengthB === undefined ? `only in A, ${size(lengthA)}` : `${size(lengthA)} → ${size(lengthB)}`;
}

function blockRanges(block: RamBlockDifference): string[] {
  const all: (readonly [string, PageRanges])[] = [
    ['differ', { pages: block.pagesDiffer, ranges: block.ranges }],
    ...SPECIAL.map(([name, of]) => [name, of(block)] as const),
  ];
  return all.flatMap(([name, { ranges }]) => {
    const lines = ranges
      .slice(0, MAX_RANGES)
      .map(([start, length]) => `  ${visible(block.name)} ${hex(start)} +${hex(length)}: ${name}`);
    return ranges.length > MAX_RANGES
      ? [...lines, `  … and ${plural(ranges.length - MAX_RANGES, 'more range')}`]
      : lines;
  });
}

function excerptLines({ excerpts = [] }: NonNullable<DiffResult['ram']>): string[] {
  return excerpts.flatMap(({ block, address, differing, a, b }) => {
    const line = address - (address % SHOWN_BYTES);
    return [
      `  ${visible(block)} ${hex(address)}: ${plural(differing, 'byte')} of the page ${differing === 1 ? 'differs' : 'differ'}`,
      `    A ${line.toString(16).padStart(10, '0')}  ${hexBytes(a, SHOWN_BYTES)}`,
      `    B ${line.toString(16).padStart(10, '0')}  ${hexBytes(b, SHOWN_BYTES)}`,
    ];
  });
}

function protocol({ protocol: all }: DiffResult, style: Style): string {
  if (!all) return '';
  if (all.length === 0) return style('bold', 'Protocol: the same');
  const rows = all.slice(0, MAX_PROTOCOL).map(({ field, a, b }) => [visible(field), visible(a), visible(b)]);
  const more = all.length > MAX_PROTOCOL ? [`  … and ${count(all.length - MAX_PROTOCOL)} more`] : [];
  return [style('bold', 'Protocol'), table(['', 'A', 'B'], rows), ...more].join('\n');
}

function leftOut({ ignored, notes }: DiffResult, style: Style): string {
  const reasons = new Map<string, { times: number; rules: string[] }>();
  for (const { rule, why, count: times } of ignored) {
    const known = reasons.get(why);
    if (known) {
      known.times += times;
      known.rules.push(rule);
    } else reasons.set(why, { times, rules: [rule] });
  }
  const lines = [...reasons].map(
    ([why, { times, rules }]) => `  ${count(times)}× ${visible(why)}: ${rules.map(visible).join(', ')}`,
  );
  return [
    ...(lines.length > 0 ? [style('bold', 'Left out (--strict shows it)'), ...lines] : []),
    ...notes.map((note) => `note: ${visible(note)}`),
  ].join('\n');
}
