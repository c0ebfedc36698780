/** A finding as a person reads it. */
import { visible } from '../bytes/visible.js';
import { type Finding, hex } from '../finding.js';
import type { Style } from './style.js';

const COLOR = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

/** `channel@0xOFFSET: severity[CODE] message`, then where, and what to do. */
export function findingText(finding: Finding, style: Style): string {
  const head = `${visible(finding.channel)}@${hex(finding.offset)}: ${style(COLOR[finding.severity], `${finding.severity}[${finding.code}]`)} ${visible(finding.message)}`;
  const lines = [head];
  const where = [finding.section && `section ${finding.section}`, finding.path].filter((part) => part);
  if (where.length > 0) lines.push(`  in: ${visible(where.join(', '))}`);
  if (finding.expected !== undefined)
    lines.push(visible(`  expected: ${finding.expected}; found: ${finding.found ?? 'something else'}`));
  if (finding.qemu) lines.push(`  qemu: "${finding.qemu.text}" (${finding.qemu.function})`);
  lines.push(`  help: ${finding.help}`);
  return lines.join('\n');
}
