/** A command as a person reads it. */
import { plural, size } from '../bytes/units.js';
import { hex } from '../finding.js';
import type { CommandPayload } from '../wire/command.js';

/** What a command carries, in words; empty for those that carry nothing. */
export function commandPayloadText(payload: CommandPayload): string {
  const { value, pageSizeSummary, targetPageSize, block, ranges, packagedLength } = payload;
  if (value !== undefined) return hex(value);
  if (targetPageSize !== undefined)
    return `target page size ${hex(targetPageSize)}, page sizes ${hex(pageSizeSummary!)}`;
  if (packagedLength !== undefined) return size(packagedLength);
  if (block === undefined) return '';
  if (!ranges) return block;
  const bytes = ranges.reduce((sum, [, length]) => sum + Number(length), 0);
  return `${block}, ${plural(ranges.length, 'range')}, ${size(bytes)}`;
}
