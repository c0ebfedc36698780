/** What two migrations are of: machine, page size, uuid, capabilities, release. */
import type { Side } from './side.js';

export interface IdentityDifference {
  readonly field: string;
  readonly a?: string;
  readonly b?: string;
  /** It says how the guest was sent, not what was sent. */
  readonly transport: boolean;
}

/** Capabilities that a destination must have alike, and that change what is in the stream. */
const CONTENT = new Set(['x-ignore-shared', 'validate-uuid']);

export function compareIdentity(a: Side, b: Side): IdentityDifference[] {
  const [one, other] = [a.summary?.streams[0], b.summary?.streams[0]];
  if (!one || !other) return [];
  const found: IdentityDifference[] = [];
  const add = (field: string, x: string | undefined, y: string | undefined, transport = false): void => {
    if (x === y) return;
    found.push({ field, ...(x !== undefined && { a: x }), ...(y !== undefined && { b: y }), transport });
  };
  // A machine type or page size that one side does not say is no difference of layouts.
  if (one.configuration === undefined || other.configuration === undefined)
    add('machine type', one.configuration?.machine, other.configuration?.machine);
  add('uuid', one.configuration?.uuid, other.configuration?.uuid);
  const [capsA, capsB] = [capabilities(one.capabilities), capabilities(other.capabilities)];
  for (const name of new Set([...capsA, ...capsB])) {
    add(`capability ${name}`, capsA.has(name) ? 'on' : 'off', capsB.has(name) ? 'on' : 'off', !CONTENT.has(name));
  }
  add('QEMU', one.qemu.guess, other.qemu.guess, true);
  return found;
}

function capabilities({
  recorded,
  inferred,
}: {
  readonly recorded: readonly string[];
  readonly inferred: readonly string[];
}): Set<string> {
  return new Set([...recorded, ...inferred]);
}
