/** How two migrations went: commands, channels, passes, traffic. */
import type { CaptureSummary } from '../model/capture-model.js';
import { sectionName } from '../wire/section.js';

export interface ProtocolDifference {
  readonly field: string;
  readonly a: string;
  readonly b: string;
}

/** What differs, in the order in which it happens. */
export function compareProtocol(a: CaptureSummary, b: CaptureSummary): ProtocolDifference[] {
  const [factsA, factsB] = [facts(a), facts(b)];
  return [...new Set([...factsA.keys(), ...factsB.keys()])].flatMap((field) => {
    const [x, y] = [factsA.get(field) ?? '', factsB.get(field) ?? ''];
    return x === y ? [] : [{ field, a: x, b: y }];
  });
}

function facts(summary: CaptureSummary): Map<string, string> {
  const found = new Map<string, string>();
  const { streams, channels, ram, generations, pageRequests, urgentPages } = summary;
  const roles = new Map<string, number>();
  for (const { role } of channels) roles.set(role, (roles.get(role) ?? 0) + 1);
  found.set('channels', [...roles].map(([role, times]) => `${times} ${role}`).join(', '));
  found.set('bytes', `${channels.reduce((sum, { bytes }) => sum + bytes, 0)}`);
  const commands = new Map<string, number>();
  for (const command of streams.flatMap((stream) => stream.commands))
    commands.set(command.name, (commands.get(command.name) ?? 0) + 1);
  for (const [name, times] of commands) found.set(`command ${name}`, `${times}`);
  found.set('passes over RAM', `${ram.passes}`);
  found.set('sync points', `${generations.length}`);
  found.set('pages after the switch to postcopy', `${ram.postcopyPages}`);
  found.set('page requests', `${pageRequests}`);
  found.set('pages on the preempt channel', `${urgentPages}`);
  for (const kind of ['normal', 'zero', 'xbzrle', 'compressed', 'duplicate'] as const) {
    const pages = ram.blocks.reduce((sum, block) => sum + block.pages[kind], 0);
    found.set(kind === 'duplicate' ? 'pages sent again' : `${kind} pages`, `${pages}`);
  }
  generations.forEach((generation, i) => {
    found.set(`normal pages up to sync ${i + 1}`, `${generation.normalPages}`);
    found.set(`zero pages up to sync ${i + 1}`, `${generation.zeroPages}`);
  });
  (streams[0]?.sections ?? []).forEach((section, i) =>
    found.set(`section ${i + 1}`, `${sectionName(section)}, id ${section.id}`),
  );
  return found;
}
