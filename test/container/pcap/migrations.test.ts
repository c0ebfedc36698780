import { describe, expect, it } from 'vitest';
import { countTls, findMigrations, migrationText } from '../../../src/container/pcap/migrations.js';
import { type BuiltPacket, Conversation, pcap } from '../../build/packets.js';
import { initialPacket } from '../../build/multifd.js';
import { indexOf } from './harness.js';

const MAIN = Buffer.concat([Buffer.from('QEVM'), Buffer.alloc(100)]);
const RECOVERY = Buffer.concat([Buffer.from('08000a0007', 'hex'), Buffer.from('\x06pc.ram'), Buffer.alloc(100)]);
const PREEMPT = Buffer.concat([Buffer.from('000000000209500806', 'hex'), Buffer.from('pc.ram'), Buffer.alloc(200)]);
const MULTIFD = initialPacket({ id: 0 });
const WEB = Buffer.from('GET / HTTP/1.1\r\nHost: example.org\r\n\r\n'.padEnd(80));
const TLS = Buffer.concat([Buffer.from('16030300f8', 'hex'), Buffer.alloc(100)]);
const PONG = Buffer.from('0002000400000001', 'hex');

const SOURCE = '10.0.0.1';
const TARGET = '10.0.0.2';
const clock = { time: 0 };

/** A whole connection, of which the source says this. */
function says(
  bytes: Uint8Array,
  port: number,
  to = 4444,
  ends: readonly [string, string] = [SOURCE, TARGET],
): Conversation {
  return new Conversation([port, to], clock, [port, to], ends).open().send(bytes, 60);
}

async function migrationsOf(...conversations: readonly (Conversation | readonly BuiltPacket[])[]) {
  const packets = conversations.flatMap((one) => (one instanceof Conversation ? one.packets : one));
  const { connections } = await indexOf(pcap(packets));
  const found = findMigrations(connections.all);
  const ports = found.map((migration) =>
    migration.connections.map(({ source, role }) => `${source.port} ${role ?? 'empty'}`),
  );
  return { found, ports, connections: connections.all };
}

describe('the connections of a migration', () => {
  it('are those to its listener', async () => {
    const { ports } = await migrationsOf(
      says(WEB, 999, 80),
      says(MAIN, 1001).reply(PONG),
      says(MULTIFD, 1002),
      says(PREEMPT, 1003),
      says(Buffer.alloc(0), 1004),
      says(WEB, 1005),
      says(MULTIFD, 1006, 5555),
    );
    expect(ports).toEqual([['1001 main', '1002 multifd', '1003 preempt', '1004 empty']]);
  });

  it('are found when one was seen before the main connection', async () => {
    const { ports } = await migrationsOf(says(MULTIFD, 1002), says(MAIN, 1001), says(MULTIFD, 1003));
    expect(ports).toEqual([['1001 main', '1002 multifd', '1003 multifd']]);
  });

  it('go on with a recovery, at the same listener or between the same hosts', async () => {
    const { ports } = await migrationsOf(
      says(MAIN, 1001),
      says(RECOVERY, 1002),
      says(RECOVERY, 1003, 5555),
      says(PREEMPT, 1004, 5555),
      says(RECOVERY, 1005, 4444, ['10.9.9.9', TARGET]),
    );
    expect(ports).toEqual([['1001 main', '1002 recovery-main', '1003 recovery-main', '1004 preempt']]);
  });

  it('are told apart where there are several migrations', async () => {
    const { ports } = await migrationsOf(
      says(MAIN, 1001),
      says(MULTIFD, 1002),
      says(MAIN, 2001, 5555),
      says(MULTIFD, 2002, 5555),
      says(MULTIFD, 1003),
      // The same listener, taken again.
      says(MAIN, 3001),
      says(MULTIFD, 3002),
    );
    expect(ports).toEqual([
      ['1001 main', '1002 multifd', '1003 multifd'],
      ['2001 main', '2002 multifd'],
      ['3001 main', '3002 multifd'],
    ]);
  });

  it('are found without their beginnings, when the first bytes are there', async () => {
    const without = (conversation: Conversation): BuiltPacket[] => conversation.packets.slice(3);
    const { ports } = await migrationsOf(without(says(MAIN, 1001).reply(PONG)), without(says(MULTIFD, 1002)));
    expect(ports).toEqual([['1001 main', '1002 multifd']]);
  });

  it('without a main one are those of one listener', async () => {
    const { ports } = await migrationsOf(
      says(MULTIFD, 1001),
      says(MULTIFD, 1002),
      says(RECOVERY, 1003, 5555),
      says(PREEMPT, 1004, 6666),
    );
    expect(ports).toEqual([['1001 multifd', '1002 multifd'], ['1003 recovery-main']]);
  });

  it('do not come from the side of the destination', async () => {
    const answers = new Conversation([1001, 80], clock).open().send(WEB).reply(MAIN);
    expect((await migrationsOf(answers)).ports).toEqual([]);
  });
});

describe('a list of migrations', () => {
  it('says who, when and how much', async () => {
    const { found } = await migrationsOf(says(MAIN, 1001), says(MULTIFD, 1002));
    expect(migrationText(found[0]!)).toMatch(
      /^10\.0\.0\.1:1001 to 10\.0\.0\.2:4444, 2 connections, 168 bytes, \d+\.\d{3} s into the file$/,
    );
  });

  it('counts what is encrypted', async () => {
    const { connections } = await migrationsOf(says(TLS, 1001), says(TLS, 1002), says(WEB, 1003));
    expect(countTls(connections)).toBe(2);
  });
});
