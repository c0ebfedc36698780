/** The sections that a main channel has opened, by their ids. */
import { type SectionIdentity, type SectionKind, sectionName } from '../wire/section.js';

/** A section that the stream has opened. */
export interface OpenSection extends SectionIdentity {
  /** As `sectionName` has it. Put together once: a section can have millions of elements. */
  readonly name: string;
  readonly started: boolean;
  /** Made when a decoder first asks for it: only the iterable ones lean on what was before. */
  memory: Map<string, unknown> | undefined;
}

/** Ids that no guest comes near, since they count up from 0; and so as many sections, and characters of their names, as are kept. */
export const MAX_SECTION_ID = 1 << 15;
const MAX_NAMES = 1 << 20;

export class OpenSections {
  private readonly byId = new Map<number, OpenSection>();
  private names = 0;

  get size(): number {
    return this.byId.size;
  }

  get(id: number): OpenSection | undefined {
    return this.byId.get(id);
  }

  /** True for the ids that a START or FULL has named. */
  has(id: number): boolean {
    return this.byId.has(id);
  }

  /** True for the ids that a START has opened. */
  readonly isStarted = (id: number): boolean => this.byId.get(id)?.started === true;

  /** Takes what a START or FULL says; beyond the bounds it is not kept. */
  open(identity: SectionIdentity, kind: SectionKind): OpenSection {
    const known = this.byId.get(identity.id);
    // A handler that is iterable and has device state as well uses one id for both.
    const same = known?.idstr === identity.idstr && known.instance === identity.instance;
    // Not spread: of a stream of small sections the copying was three quarters of the time.
    const { id, idstr, instance, version } = identity;
    const section: OpenSection = {
      id,
      idstr,
      instance,
      version,
      name: sectionName(identity),
      started: kind === 'start' || (same && known.started),
      memory: same ? known.memory : undefined,
    };
    const names = this.names + identity.idstr.length;
    if ((known || this.byId.size < MAX_SECTION_ID) && names <= MAX_NAMES) {
      this.byId.set(identity.id, section);
      if (!known) this.names = names;
    }
    return section;
  }

  /** Takes a section that an earlier connection has started. */
  adopt(identity: SectionIdentity): OpenSection {
    const section = { ...identity, name: sectionName(identity), started: true, memory: undefined };
    this.byId.set(identity.id, section);
    return section;
  }
}
