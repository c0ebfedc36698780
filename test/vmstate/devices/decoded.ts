/** Decoding for tests of layouts: values by path. */
import { type StateStruct, stateTree } from '../../../src/report/state-tree.js';
import type { LayoutFailure } from '../../../src/vmstate/cutter.js';
import { decodeDevice } from '../../../src/vmstate/device.js';
import { MMIO_PATH } from '../../build/virtio.js';

export interface Decoded {
  readonly state: StateStruct | undefined;
  readonly failures: readonly LayoutFailure[];
  /** Values by path: names joined by `/`, elements of arrays with their number. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** Decodes a section that no vmdesc describes. */
export function decodeSection(idstr: string, payload: Uint8Array, sectionVersion = 1, machine?: string): Decoded {
  const context = { idstr, sectionVersion, ...(machine !== undefined && { machine }) };
  const { state, failures = [] } = decodeDevice(undefined, payload, context);
  const tree = state && stateTree(state, payload, { idstr, instance: 0 });
  return { state: tree, failures, values: tree ? Object.fromEntries(valuesOf(tree, '')) : {} };
}

/** Decodes a device on virtio-mmio; paths are those within its `virtio`. */
export function decodeVirtio(vmsd: string, payload: Uint8Array, version = 1, machine?: string): Decoded {
  const decoded = decodeSection(`${MMIO_PATH}/${vmsd}`, payload, version, machine);
  const values = Object.entries(decoded.values).map(([path, value]) => [path.replace(/^virtio\//, ''), value]);
  return { ...decoded, values: Object.fromEntries(values) as Record<string, unknown> };
}

function* valuesOf(tree: StateStruct, prefix: string): Generator<[string, unknown]> {
  for (const { name, array, values } of tree.fields) {
    for (const [i, value] of values.entries()) {
      const path = `${prefix}${name}${array ? `[${i}]` : ''}`;
      if (typeof value === 'object' && 'vmsd' in value) yield* valuesOf(value, `${path}/`);
      else yield [path, value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value];
    }
  }
  for (const subsection of tree.subsections) yield* valuesOf(subsection, `${prefix}${subsection.vmsd}/`);
}
