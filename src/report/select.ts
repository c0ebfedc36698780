/** Globs over sections and field paths, for `--select`. */
import { globMatcher } from '../bytes/glob.js';
import { type SectionIdentity, sectionName } from '../wire/section.js';

/** Decides what of a stream is shown. */
export interface Selection {
  /** The whole section is wanted. */
  section(section: Pick<SectionIdentity, 'idstr' | 'instance'>): boolean;
  /** A field is wanted, by its path within the section: names joined by `/`. */
  field(section: Pick<SectionIdentity, 'idstr' | 'instance'>, path: string): boolean;
}

/**
 * A selection by globs: `*` stands for any characters, `?` for one. A glob names a section (`timer`, `serial#1`, `*virtio-net`) or
 * fields of one (`cpu/env.regs`, `*` + `/cpu_ticks*`). Everything is wanted where there are no globs.
 */
export function selection(globs: readonly string[]): Selection | undefined {
  if (globs.length === 0) return undefined;
  const matches = globMatcher(globs);
  return {
    section: (section) => matches(section.idstr) || matches(sectionName(section)),
    field: (section, path) => matches(`${section.idstr}/${path}`) || matches(`${sectionName(section)}/${path}`),
  };
}
