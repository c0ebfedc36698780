/** Ranges of pages, for what a stream names by ranges: those of a few bytes can hold more pages than there is memory. */

/** The first page, and the page behind the last. */
export type PageRange = readonly [from: number, to: number];

/** The ranges in order, without overlap. */
export function merged(ranges: readonly PageRange[]): readonly PageRange[] {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0]);
  const all: [number, number][] = [];
  for (const [from, to] of sorted) {
    const last = all.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}

/** True when one of the ranges, which are in order and without overlap, holds the page. */
export function contains(ranges: readonly PageRange[], page: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ranges[middle]![1] <= page) low = middle + 1;
    else high = middle;
  }
  return low < ranges.length && ranges[low]![0] <= page;
}

/** The lowest page that is in one of `ranges` and in one of `runs`, which are in order, and how many there are. */
export function overlap(
  ranges: readonly PageRange[],
  runs: Iterable<PageRange>,
): readonly [lowest: number, count: number] {
  const sorted = merged(ranges);
  let at = 0;
  let lowest = -1;
  let count = 0;
  for (const [from, to] of runs) {
    while (at < sorted.length && sorted[at]![1] <= from) at++;
    for (let i = at; i < sorted.length && sorted[i]![0] < to; i++) {
      const start = Math.max(from, sorted[i]![0]);
      const end = Math.min(to, sorted[i]![1]);
      if (end <= start) continue;
      if (lowest < 0) lowest = start;
      count += end - start;
    }
  }
  return [lowest, count];
}
