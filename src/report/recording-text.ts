/** What a recorder tells while it records, and when it is done. */
import { count, plural, size } from '../bytes/units.js';
import type { LiveState } from '../capture/live-decoder.js';
import type { RecordedConnection, RecordedDirection, RecordingFacts } from '../capture/recording.js';
import { visible } from '../bytes/visible.js';
import type { Style } from './style.js';
import { table } from './table.js';

/** One line about a connection as it is now. */
export function connectionText({ forward, back, from, role, multifd, closed }: RecordedConnection): string {
  const what = role === undefined ? `connection from ${from}` : roleText(role, multifd);
  if (closed === undefined) return `${forward.file}: ${what}`;
  const parts = [passed(forward), ...(back ? [`${passed(back)} back`] : [])];
  return `${forward.file}: closed, ${parts.join(', ')}`;
}

function roleText(role: string, multifd: RecordedConnection['multifd']): string {
  return multifd ? `${role} ${multifd.id}` : role;
}

function passed({ bytes, end }: RecordedDirection): string {
  return end === undefined || end === 'closed' ? size(bytes) : `${size(bytes)} (${visible(end)})`;
}

/** The line that is written over again while it records. */
export function progressText(
  connections: readonly RecordedConnection[],
  state: LiveState | undefined,
  rate: number,
): string {
  const open = connections.filter(({ closed }) => closed === undefined);
  const bytes = connections.reduce((sum, { forward, back }) => sum + forward.bytes + (back?.bytes ?? 0), 0);
  const channels = open
    .slice(0, 3)
    .map(({ forward, role, multifd }) => `${role ? roleText(role, multifd) : forward.file} ${size(forward.bytes)}`);
  const more = open.length > 3 ? [`${open.length - 3} more`] : [];
  const phase = state?.phase ?? (connections.length === 0 ? 'waiting for the source' : 'recording');
  return [phase, size(bytes), `${size(rate)}/s`, ...channels, ...more].join(', ');
}

/** What was recorded: one line a file. */
export function recordingText(facts: RecordingFacts, directory: string, style: Style): string {
  const { connections, complete, cut } = facts;
  const rows = connections.flatMap(({ forward, back, role, multifd }) => [
    [
      forward.file,
      role ? roleText(role, multifd) : forward.bytes === 0 ? 'empty' : 'unknown',
      count(forward.bytes),
      ended(forward),
    ],
    ...(back ? [[back.file, role ? 'answers' : '', count(back.bytes), ended(back)]] : []),
  ]);
  const total = connections.reduce((sum, { forward, back }) => sum + forward.bytes + (back?.bytes ?? 0), 0);
  const head = `${visible(directory)}: ${plural(connections.length, 'connection')}, ${count(total)} bytes (${size(total)})`;
  const verdict = cut
    ? style('red', `the recording is cut: ${visible(cut.file)} at byte ${count(cut.offset)}, ${visible(cut.reason)}`)
    : complete
      ? ''
      : connections.length === 0
        ? 'nothing was recorded'
        : style('red', 'connections were closed before their ends');
  return [
    head,
    ...(rows.length > 0 ? [table(['file', 'role', 'bytes', ''], rows)] : []),
    ...(verdict ? [verdict] : []),
  ].join('\n');
}

function ended({ end }: RecordedDirection): string {
  return end === undefined || end === 'closed' ? '' : visible(end);
}
