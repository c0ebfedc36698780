/** Tables by cli-table3. */
import Table from 'cli-table3';

/** Rows beyond this are counted, not drawn: drawing slows down with every row. */
const MAX_ROWS = 1000;

const LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
};
const INNER = { left: '', 'left-mid': '', mid: '', 'mid-mid': '', right: '', 'right-mid': '', middle: ' ' };

/** A table without a frame; numbers go to the right. Each line starts with `indent`. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[], indent = '  '): string {
  const colAligns = head.map((_, column) =>
    rows.every((row) => isNumber(row[column])) ? ('right' as const) : ('left' as const),
  );
  const drawn = new Table({
    head: [...head],
    colAligns,
    chars: { ...LINES, ...INNER },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 1 },
  });
  drawn.push(...rows.slice(0, MAX_ROWS).map((row) => row.map(String)));
  const lines = drawn.toString().split('\n');
  if (rows.length > MAX_ROWS) lines.push(`… and ${rows.length - MAX_ROWS} more`);
  return lines.map((line) => `${indent}${line}`.trimEnd()).join('\n');
}

function isNumber(cell: string | number | undefined): boolean {
  return typeof cell === 'number' || (cell !== undefined && /^[\d.,]+( [KMGTP]?i?B)?$/.test(cell));
}
