/** A finding as a person reads it. */
import { hexBytes } from '../bytes/hex-view.js';
import { visible } from '../bytes/visible.js';
import type { Excerpt } from '../excerpts.js';
import { type Finding, hex } from '../finding.js';
import type { Style } from './style.js';

const COLOR = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

/** `channel@0xOFFSET: severity[CODE] message`, the bytes where they are at hand, then where, and what to do. */
export function findingText(finding: Finding, style: Style, excerpt?: Excerpt): string {
  const color = COLOR[finding.severity];
  const head = `${visible(finding.channel)}@${hex(finding.offset)}: ${style(color, `${finding.severity}[${finding.code}]`)} ${visible(finding.message)}`;
  const lines = [head];
  if (excerpt) lines.push(...excerptLines(finding, excerpt, (text) => style(color, text)));
  const where = [finding.section && `section ${finding.section}`, finding.path].filter((part) => part);
  if (where.length > 0) lines.push(`  in: ${visible(where.join(', '))}`);
  if (finding.expected !== undefined)
    lines.push(visible(`  expected: ${finding.expected}; found: ${finding.found ?? 'something else'}`));
  if (finding.qemu) lines.push(`  qemu: "${finding.qemu.text}" (${finding.qemu.function})`);
  for (const { message, channel, offset } of finding.related)
    lines.push(`  also: ${visible(channel)}@${hex(offset)}: ${visible(message)}`);
  lines.push(`  help: ${finding.help}`);
  return lines.join('\n');
}

/** A row of bytes and carets under those of the finding. */
function excerptLines({ offset, length }: Finding, { base, bytes }: Excerpt, mark: (text: string) => string): string[] {
  const label = `  ${base.toString(16).padStart(10, '0')}  `;
  const text = Buffer.from(bytes)
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '.');
  const first = offset - base;
  const count = Math.max(1, Math.min(length, bytes.length - first));
  const carets = '^'.repeat(count * 3 - 1);
  return [`${label}${hexBytes(bytes).padEnd(47)}  ${text}`, `${' '.repeat(label.length + first * 3)}${mark(carets)}`];
}
