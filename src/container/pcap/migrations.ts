/**
 * Puts the connections of a packet capture together into migrations, by their first bytes and by who connects to whom.
 *
 * A source opens its main connection first, and all others of the migration to the same listener of the destination. A recovery of postcopy
 * may have another listener: it is told by the addresses alone.
 *
 * Sources: `migration_ioc_process_incoming`, `postcopy_do_resume` (migration/migration.c).
 */
import type { ChannelRole, Sniffed } from '../sniff.js';
import { type Connection, type Endpoint, endpointText, isRole, sameAddress } from './connection.js';
import type { TcpStream } from './tcp-stream.js';

/** A connection, seen from the source of a migration. */
export interface MigrationConnection {
  readonly connection: Connection;
  /** The side of the connection that is the source. */
  readonly side: 0 | 1;
  readonly source: Endpoint;
  readonly destination: Endpoint;
  readonly forward: TcpStream;
  readonly back: TcpStream;
  /** Undefined for a connection on which the source said nothing. */
  readonly role: ChannelRole | undefined;
}

export interface Migration {
  /** The connection of the main channel first, where there is one; then in the order in which they were opened. */
  readonly connections: readonly MigrationConnection[];
}

interface Group {
  readonly connections: MigrationConnection[];
  readonly uuids: Set<string>;
}

/** The migrations of a capture, those with a main channel where there are any. */
export function findMigrations(connections: readonly Connection[]): Migration[] {
  const groups: Group[] = [];
  const waiting: MigrationConnection[] = [];
  for (const one of connections) {
    const seen = fromSource(one);
    if (!seen) continue;
    if (seen.role === 'main') {
      // Connections that were seen before their main connection are of the migration that now begins.
      const early = waiting.filter((other) => sameListener(other, seen));
      for (const other of early) waiting.splice(waiting.indexOf(other), 1);
      groups.push({ connections: [seen, ...early], uuids: new Set() });
      continue;
    }
    const group = groupOf(groups, seen);
    if (group) group.connections.push(seen);
    else waiting.push(seen);
  }
  if (groups.length > 0) return groups;
  return withoutMain(waiting);
}

/** Where no connection begins a migration: those of one listener are one. */
function withoutMain(waiting: readonly MigrationConnection[]): Migration[] {
  const groups: { connections: MigrationConnection[] }[] = [];
  for (const seen of waiting) {
    if (seen.role !== 'multifd' && seen.role !== 'recovery-main') continue;
    const group = groups.find(({ connections }) => sameListener(connections[0]!, seen));
    if (group) group.connections.push(seen);
    else groups.push({ connections: [seen] });
  }
  return groups;
}

/** The latest migration to the same listener; for a recovery also one between the same two hosts. */
function groupOf(groups: readonly Group[], seen: MigrationConnection): Group | undefined {
  const listener = groups.findLast(({ connections }) => connections.some((other) => sameListener(other, seen)));
  if (listener || seen.role !== 'recovery-main') return listener;
  return groups.findLast(({ connections }) => {
    const [main] = connections as [MigrationConnection];
    return (
      sameAddress(main.source.address, seen.source.address) &&
      sameAddress(main.destination.address, seen.destination.address)
    );
  });
}

function sameListener(a: MigrationConnection, b: MigrationConnection): boolean {
  return (
    a.destination.port === b.destination.port &&
    sameAddress(a.destination.address, b.destination.address) &&
    sameAddress(a.source.address, b.source.address)
  );
}

/** What a source says first. */
const FORWARD: ReadonlySet<ChannelRole | undefined> = new Set(['main', 'recovery-main', 'multifd', 'preempt', 'cpr']);

/** Undefined for a connection that cannot be one of a migration. */
function fromSource(connection: Connection): MigrationConnection | undefined {
  if (connection.other) return undefined;
  const roles = connection.first.map(roleOf) as [ChannelRole | undefined, ChannelRole | undefined];
  const guess = FORWARD.has(roles[0]) ? 0 : FORWARD.has(roles[1]) ? 1 : undefined;
  const side = connection.opener ?? guess;
  if (side === undefined) return undefined;
  const other = side === 0 ? 1 : 0;
  const forward = connection.streams[side];
  const role = roles[side];
  // A preempt channel may stay empty. Any other connection says what it is.
  if (forward.length > 0 ? !FORWARD.has(role) : connection.streams[other].length > 0) return undefined;
  return {
    connection,
    side,
    source: connection.ends[side],
    destination: connection.ends[other],
    forward,
    back: connection.streams[other],
    role,
  };
}

function roleOf(first: Connection['first'][0]): ChannelRole | undefined {
  return isRole(first) ? first.role : undefined;
}

/** How many connections begin with a TLS handshake. */
export function countTls(connections: readonly Connection[]): number {
  const isTls = (first: Sniffed | string | undefined): boolean =>
    typeof first === 'object' && 'other' in first && first.other.includes('TLS');
  return connections.filter(({ first }) => first.some(isTls)).length;
}

/** One line about a migration, for a list to choose from. */
export function migrationText({ connections }: Migration): string {
  const [{ source, destination, connection }] = connections as [MigrationConnection];
  const bytes = connections.reduce((sum, { forward, back }) => sum + forward.length + back.length, 0);
  const many = connections.length === 1 ? '1 connection' : `${connections.length} connections`;
  return `${endpointText(source)} to ${endpointText(destination)}, ${many}, ${bytes} bytes, ${connection.time.toFixed(3)} s into the file`;
}
