/** Recognises lines of QEMU's log and says what they mean. Pure: no capture is looked at. */
import { CHANNEL_SIGNATURES } from './log/channels.js';
import { DEVICE_SIGNATURES } from './log/devices.js';
import { RAM_SIGNATURES } from './log/ram.js';
import { SECTION_SIGNATURES } from './log/sections.js';
import { SETUP_SIGNATURES } from './log/setup.js';
import { VFIO_SIGNATURES } from './log/vfio.js';
import type { Explanation, LogContext, Signature } from './signature.js';

/** All signatures, the more particular ones first. */
export const SIGNATURES: readonly Signature[] = [
  ...DEVICE_SIGNATURES,
  ...VFIO_SIGNATURES,
  ...RAM_SIGNATURES,
  ...CHANNEL_SIGNATURES,
  ...SETUP_SIGNATURES,
  ...SECTION_SIGNATURES,
];

/** Longer text is no line of a log. */
const MAX_TEXT = 1 << 16;
const DEVICE = /device '(?<device>[^'\n]{1,255})'/;

/**
 * What a line that QEMU printed means. Given several lines, the most particular one is explained, and the device comes from those that name it.
 *
 * @returns undefined for what is no message of a migration that failed
 */
export function explainLine(text: string): Explanation | undefined {
  if (text.length > MAX_TEXT) return undefined;
  const device = DEVICE.exec(text)?.groups?.['device'];
  const log: LogContext = device === undefined ? {} : { device };
  for (const { pattern, details, ...signature } of SIGNATURES) {
    const match = pattern.exec(text);
    if (!match) continue;
    const groups = Object.fromEntries(Object.entries(match.groups ?? {}).map(([name, value]) => [name, value ?? '']));
    return { ...signature, ...log, line: match[0].trim(), values: groups, details: details?.(groups, log) ?? [] };
  }
  return undefined;
}
