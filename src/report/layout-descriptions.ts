/** What is to be said of each kind of layout difference; `docs/layout-differences.md` is made from it. */
import { LAYOUT_DIFFERENCES, type LayoutDifferenceKind, layoutDifferenceUrl } from '../diff/layout-difference.js';
import type { RuleDescription } from './rule-descriptions.js';

/** Everything that `diff` can say of a layout, by code. The severity of a difference comes from its verdict. */
export function layoutDescriptions(): readonly RuleDescription[] {
  return (Object.keys(LAYOUT_DIFFERENCES) as LayoutDifferenceKind[]).map((kind) => {
    const { code, title, help } = LAYOUT_DIFFERENCES[kind];
    return {
      code,
      name: kind,
      severity: 'warning',
      what: `${title[0]!.toLowerCase()}${title.slice(1)}`,
      why: '',
      fix: help,
      cites: [],
      invariants: [],
      url: layoutDifferenceUrl(kind),
    };
  });
}

export function layoutDifferencesPage(): string {
  const lines = [
    '# Layout differences',
    '',
    'What `migscope diff` finds between the layouts of two streams or builds ([diff.md](diff.md)). Codes are never reused. How bad a difference is depends on what is',
    'on both sides: each comes with a verdict for either direction.',
  ];
  for (const { code, name, what, fix } of layoutDescriptions())
    lines.push('', `## ${code} ${name}`, '', `${what[0]!.toUpperCase()}${what.slice(1)}.`, '', `What to do: ${fix}.`);
  return `${lines.join('\n')}\n`;
}
