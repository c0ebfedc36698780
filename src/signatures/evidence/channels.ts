/** Lines about the channels of a migration and its commands. */
import { connectionOf } from '../../container/arrivals.js';
import { hex } from '../../finding.js';
import type { Evidence, Inquiry, Told } from './told.js';
import { change, mainOf, seen, shown } from './told.js';

/** Commands that are told. */
const MAX_COMMANDS = 12;

export const roles: Inquiry = (_, a) => {
  const channels = a.side.summary?.channels ?? [];
  if (channels.length < 2)
    return [
      seen(
        `${a.label} has one channel only, ${channels[0]?.role ?? 'none'}: a capture of all connections would tell more`,
      ),
    ];
  const said = channels.map(({ file, role, id }) => `${file} is ${role}${id === undefined ? '' : ` ${id}`}`);
  return [
    seen(`by what is in them, the channels are: ${said.join('; ')}`),
    ...acceptance(a),
    change(
      'let connections arrive in the order in which they are made (no proxy that reorders them), or use releases that look at the first bytes (8.0 and later, without TLS)',
    ),
  ];
};

/** The order in which the connections were accepted: a recorder names the files of a directory by it. */
function acceptance({ side, layers, label }: Told): Evidence[] {
  const accepted = (side.summary?.channels ?? [])
    .flatMap(({ file, role }) => {
      const connection = connectionOf(file);
      return connection === undefined ? [] : [{ file, role, connection }];
    })
    .sort((one, other) => one.connection - other.connection);
  const first = accepted.find(({ connection }) => connection === 0);
  const main = accepted.find(({ role }) => role === 'main');
  if (!first || !main || !layers.includes('directory'))
    return [seen(`${label} does not tell in which order the connections were accepted`)];
  return main === first
    ? [seen('the main channel was accepted first where this was recorded')]
    : [
        shown(
          `${first.file}, the connection that was accepted first, is ${first.role}: a destination that goes by the order takes it for the main channel, and ${main.file} for another`,
        ),
      ];
}

export const packets: Inquiry = (_, a) => {
  const channels = (a.side.summary?.channels ?? []).filter(({ multifd }) => multifd);
  if (channels.length === 0)
    return [seen(`${a.label} has no multifd channel: a capture with all connections would tell more`)];
  return channels.map(({ file, id, multifd }) => {
    const { packets: count, syncs } = multifd!;
    return seen(`${file}${id === undefined ? '' : ` (multifd ${id})`}: ${count} packets, ${syncs} of them syncs`);
  });
};

export const syncs: Inquiry = (line, a, b) => {
  const counts = (a.side.summary?.channels ?? []).flatMap(({ multifd }) => (multifd ? [multifd.syncs] : []));
  const said = packets(line, a, b);
  return counts.some((count) => count !== counts[0])
    ? [...said, shown('the channels do not have the same number of sync points')]
    : said;
};

export const commands: Inquiry = ({ values }, a) => {
  const all = mainOf(a)?.commands ?? [];
  if (all.length === 0) return [seen(`${a.label} has no commands`)];
  const list = all.slice(0, MAX_COMMANDS).map(({ name, offset }) => `${name} at ${hex(offset)}`);
  const rest = all.length - list.length;
  const said: Evidence[] = [
    seen(`the commands of ${a.label} are ${list.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`),
  ];
  const wanted = values['command']?.replace(/^CMD_/, '');
  if (wanted === undefined) return said;
  const one = all.findIndex(({ name }) => name === wanted);
  const advise = all.findIndex(({ name }) => name === 'POSTCOPY_ADVISE');
  if (one < 0) return [...said, seen(`there is no ${wanted}: the line is of another stream`)];
  if (advise < 0 || advise > one) return [...said, shown(`${wanted} comes without POSTCOPY_ADVISE before it`)];
  return [
    ...said,
    seen(`POSTCOPY_ADVISE stands before ${wanted}: a destination of the first connection takes it`),
    change(
      'set postcopy-ram on both sides before the migration starts, and give each migration a destination of its own',
    ),
  ];
};
