/** What a destination with one kind of device dumps. */
import type { Target } from '../../../src/rules/facts.js';
import type { DumpedVmsd } from '../../../src/vmstate/dump.js';

const subsection = { name: 'serial/thr', version: 1, minimum: 1 };

export interface Dumped {
  /** Versions of the device; those of its vmsd do not count. */
  readonly version?: number;
  readonly minimum?: number;
  /** The name of the vmsd. */
  readonly name?: string;
  readonly subsections?: readonly Pick<DumpedVmsd, 'name' | 'version' | 'minimum'>[];
}

/** A destination with a serial port such as the streams of `test/rules/streams.ts` have, or with what is given in place of it. */
export function serialTarget({
  version = 3,
  minimum = 2,
  name = 'serial',
  subsections = [subsection],
}: Dumped = {}): Target {
  const empty = { fields: [], subsections: [] };
  const description = {
    name,
    version: 3,
    minimum: 2,
    fields: [],
    subsections: subsections.map((one) => ({ ...one, ...empty })),
  };
  return { vmstate: { devices: [{ name: 'isa-serial', version, minimum, description }] } };
}
