/** What was extracted, as a person reads it. */
import { count, plural, size } from '../bytes/units.js';
import { visible } from '../bytes/visible.js';
import type { ExtractedBlock, ExtractedDevice, ExtractManifest } from '../extract/manifest.js';
import { PAGE_KINDS } from '../stream/page-batch.js';
import type { Style } from './style.js';
import { table } from './table.js';

export function extractText(manifest: ExtractManifest, directory: string, style: Style): string {
  const { blocks, sections, devices, attachments, trustworthy, reasons } = manifest;
  const lines = [`${visible(manifest.capture)}: ${plural(blocks.length, 'RAM block')} in ${visible(directory)}`];
  if (blocks.length > 0) lines.push(table(['file', 'size', 'pages'], blocks.map(blockRow)));
  if (manifest.memory) lines.push(...memoryLines(manifest.memory));
  if (sections) lines.push(`sections: ${plural(sections.length, 'file')}`);
  if (devices && devices.length > 0) lines.push('devices', table(['file', 'size', 'packets'], devices.map(deviceRow)));
  if (attachments) lines.push(`beside the stream: ${attachments.map(({ file }) => visible(file)).join(', ')}`);
  if (trustworthy) lines.push('what a destination would have');
  else lines.push(style('red', 'not to be trusted:'), ...reasons.map((reason) => `  ${visible(reason)}`));
  return lines.join('\n');
}

function blockRow({ name, file, usedLength, pages, neverSent, unplugged }: ExtractedBlock): string[] {
  const counts = PAGE_KINDS.filter((kind) => pages[kind] > 0).map((kind) => `${count(pages[kind])} ${kind}`);
  const missing = neverSent.ranges.reduce((sum, [, length]) => sum + length, 0);
  const why = missing > 0 && unplugged === missing ? ' (not plugged)' : '';
  if (neverSent.pages > 0) counts.push(`${count(neverSent.pages)} never sent${why}`);
  return [visible(file ?? `(${name})`), size(usedLength), counts.length === 0 ? 'none' : counts.join(', ')];
}

function deviceRow({ file, size: bytes, packets }: ExtractedDevice): (string | number)[] {
  return [visible(file), size(bytes), packets];
}

function memoryLines(memory: NonNullable<ExtractManifest['memory']>): string[] {
  const { file, size: bytes, segments, hidden, unknown, assumptions, cpus } = memory;
  const lines = [
    file === undefined
      ? 'no file by guest-physical address: where the blocks lie is not known'
      : `${file}: ${plural(segments.length, 'segment')}, ${size(bytes ?? 0)}${cpus === undefined ? '' : `, ${cpus === 0 ? 'no registers' : plural(cpus, 'processor')}`}`,
  ];
  for (const { block, reason } of unknown) lines.push(`  ${visible(block)} has no place: ${reason}`);
  for (const { block, reason } of hidden) lines.push(`  part of ${visible(block)} is hidden: ${reason}`);
  for (const assumption of assumptions) lines.push(`  assumed: ${assumption}`);
  return lines;
}
