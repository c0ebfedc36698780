/** What a `-dump-vmstate` of the destination says of the sections of a stream. */
import type { DumpedVmsd, VmstateDump } from '../vmstate/dump.js';

export interface Versions {
  readonly version: number;
  readonly minimum: number;
}

/**
 * The versions that are loaded, by the name of the vmsd, which the idstr of a section ends with. Several classes can share one vmsd: the widest
 * range counts.
 */
export function dumpedVersions(dump: VmstateDump): ReadonlyMap<string, Versions> {
  const versions = new Map<string, Versions>();
  for (const { version, minimum, description } of dump.devices) {
    if (!description) continue;
    const known = versions.get(description.name);
    versions.set(description.name, {
      version: Math.max(version, known?.version ?? 0),
      minimum: Math.min(minimum, known?.minimum ?? Infinity),
    });
  }
  return versions;
}

/** The layouts that the destination has for a vmsd of this name. */
export function dumpedLayouts(dump: VmstateDump, name: string): readonly DumpedVmsd[] {
  return dump.devices.flatMap(({ description }) => (description?.name === name ? [description] : []));
}
