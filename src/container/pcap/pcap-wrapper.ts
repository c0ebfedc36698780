/** A packet capture as a wrapper: what comes out of it are the channels of one migration. */
import type { ByteSource } from '../../bytes/source.js';
import { InputError } from '../../finding.js';
import { type Arrival, channelFile } from '../arrivals.js';
import { isSeekable, type SeekableSource, spool } from '../spool.js';
import type { ChannelInside, NoteInside, SeveralInside, UnwrapOptions } from '../wrapper.js';
import { endpointText } from './connection.js';
import { indexPackets, type PacketIndex } from './index-packets.js';
import { countTls, findMigrations, type Migration, type MigrationConnection, migrationText } from './migrations.js';
import { StreamSource } from './stream-source.js';
import type { TcpStream } from './tcp-stream.js';

/** @throws InputError when there is no migration in it, or it is not clear which one is meant */
export async function openPcap(source: ByteSource, { part }: UnwrapOptions): Promise<SeveralInside> {
  const file = isSeekable(source) ? source : await spool(source, 'a packet capture that has to be read twice');
  try {
    return await openMigration(file, part);
  } catch (error) {
    file.close();
    throw error;
  }
}

async function openMigration(file: SeekableSource, part: string | undefined): Promise<SeveralInside> {
  const { name } = file;
  const index = await indexPackets(file);
  if (!index) throw new InputError(`${name} begins as a packet capture does, and is none`);
  const migrations = findMigrations(index.connections.all);
  const number = choose(name, migrations, index, part);
  const migration = migrations[number]!;
  const streams = streamsOf(migration);
  const others = index.connections.seen - migration.connections.length;
  return {
    layers: [layerText(index, migration, migrations.length > 1 ? number + 1 : undefined, others)],
    channels: streams.map((one) => inside(one, file)),
    arrivals: () => arrivals(index, streams),
    notes: [...(file.faults ?? []), ...notes(index, streams)],
    close: () => file.close(),
  };
}

/** @throws InputError when there is no migration, or it is not clear which one is meant */
function choose(name: string, migrations: readonly Migration[], index: PacketIndex, part: string | undefined): number {
  if (migrations.length === 0) throw new InputError(...nothing(name, index));
  const list = migrations.map((migration, i) => `\n    ${name}#${i + 1}  ${migrationText(migration)}`).join('');
  if (part === undefined) {
    if (migrations.length === 1) return 0;
    throw new InputError(`${name} has ${migrations.length} migrations`, `name one of them:${list}`);
  }
  const number = /^\d{1,9}$/.test(part) ? Number(part) : 0;
  if (number >= 1 && number <= migrations.length) return number - 1;
  throw new InputError(`${name} has no migration ${part}`, `there ${migrations.length === 1 ? 'is' : 'are'}:${list}`);
}

/** Why there is no migration in a packet capture. */
function nothing(name: string, { connections, packets, segments, unknownLinks }: PacketIndex): [string, string] {
  if (unknownLinks.size > 0 && segments === 0) {
    const types = [...unknownLinks.keys()].join(', ');
    return [
      `${name} is a packet capture of link type ${types}, which is not known`,
      'capture on an Ethernet or loopback interface, or on "any"',
    ];
  }
  if (segments === 0) return [`${name} is a packet capture without TCP: ${packets} packets`, HINT];
  const tls = countTls(connections.all);
  const found = `${name} is a packet capture without a migration: ${connections.seen} TCP connections`;
  if (tls === 0) return [`${found}, of which none begins as a channel does`, HINT];
  return [
    `${found}, of which ${tls} ${tls === 1 ? 'is' : 'are'} encrypted with TLS`,
    'what is encrypted on the wire can only be recorded by one of its ends: migrate without TLS, or use migscope capture',
  ];
}

const HINT = 'the capture has to begin before the migration: tcpdump -i any -s 0 -w FILE.pcap port PORT';

interface NamedStream {
  readonly file: string;
  readonly stream: TcpStream;
  /** As `PacketIndex.timeline` numbers it. */
  readonly id: number;
}

/** The streams of a migration, named as a recorder names them. What a destination did not say is no stream. */
function streamsOf({ connections }: Migration): NamedStream[] {
  const [first] = connections as [MigrationConnection];
  const skip = first.role === 'main' ? 0 : 1;
  return connections.flatMap(({ connection, side, forward, back }, i) => {
    const there = { file: channelFile(i + skip, false), stream: forward, id: 2 * connection.id + side };
    const backwards = { file: channelFile(i + skip, true), stream: back, id: 2 * connection.id + 1 - side };
    return back.length > 0 ? [there, backwards] : [there];
  });
}

/** A stream with more missing than this ends where the first of it is missing: the rest would be noise. */
const MOST_MISSING = 0.1;

function readableSize({ length, missing, holes }: TcpStream): number {
  return missing > length * MOST_MISSING ? holes[0]!.offset : length;
}

function inside({ file: name, stream }: NamedStream, file: SeekableSource): ChannelInside {
  const bytes = readableSize(stream);
  return { name, bytes, open: () => new StreamSource(file, stream, name, bytes) };
}

/** The timeline of the chosen streams, by the names of their channels. */
async function* arrivals({ timeline }: PacketIndex, streams: readonly NamedStream[]): AsyncGenerator<Arrival> {
  const files = new Map(streams.map(({ id, file }) => [id, file]));
  const reader = timeline.reader();
  for (let i = 0; i < timeline.length; i++) {
    const file = files.get(reader.get(i, 0));
    if (file === undefined) continue;
    yield { file, offset: reader.get(i, 1), length: reader.get(i, 2), time: reader.get(i, 3) };
  }
}

function layerText(index: PacketIndex, migration: Migration, number: number | undefined, others: number): string {
  const [{ source, destination }] = migration.connections as [MigrationConnection];
  const which = number === undefined ? '' : `migration ${number}, `;
  const rest = others === 0 ? '' : `, ${others} other connections`;
  return `${index.format} (${which}${endpointText(source)} to ${endpointText(destination)}, ${index.packets} packets${rest})`;
}

function notes({ fault, fragments }: PacketIndex, streams: readonly NamedStream[]): NoteInside[] {
  const all: NoteInside[] = [];
  if (fault) {
    all.push({
      rule: fault.kind === 'truncated' ? 'pcap-cut' : 'pcap-damaged',
      message: fault.message,
      offset: fault.offset,
    });
  }
  if (fragments > 0 && streams.some(({ stream }) => stream.holeCount > 0)) {
    all.push({
      rule: 'pcap-fragments',
      message: `${fragments} fragments of IP datagrams were not put together`,
      offset: 0,
    });
  }
  for (const { file, stream } of streams) {
    const unseen = stream.acknowledged - stream.length;
    // A FIN takes a number of its own.
    if (unseen > 1) {
      const message = `the other end acknowledged ${unseen} bytes behind the end of what was captured of ${file}`;
      all.push({ rule: 'pcap-hole', message, channel: file, offset: stream.length });
    }
  }
  return all;
}
