/** Connections of a postcopy migration that were lost, and taken up by a later one. */
import type { ChannelRole } from '../container/sniff.js';
import type { Finding } from '../finding.js';

interface Connection {
  readonly name: string;
  readonly role: ChannelRole;
}

/**
 * The channels that may end anywhere: main channels that a recovery connection follows, and preempt channels before the last such
 * connection. The channels are in the order of their connections.
 */
export function lostConnections(channels: readonly Connection[]): ReadonlySet<string> {
  const mains = channels.filter(({ role }) => role === 'main' || role === 'recovery-main');
  const lost = new Set(mains.filter((_, i) => mains[i + 1]?.role === 'recovery-main').map(({ name }) => name));
  const last = channels.findLastIndex(({ role }) => role === 'recovery-main');
  if (lost.size > 0) channels.slice(0, last).forEach(({ name, role }) => role === 'preempt' && lost.add(name));
  return lost;
}

/** The end of a connection that a later one took up is no fault of the capture; everything else that was found on it stays. */
export function takenUp(finding: Finding): Finding {
  if (finding.rule !== 'truncated') return finding;
  return {
    ...finding,
    severity: 'info',
    message: `the connection was lost here, and another one took the migration up (${finding.message})`,
  };
}
