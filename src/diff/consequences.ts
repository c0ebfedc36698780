/** What follows from a difference that is told of itself, and would only repeat it. */
import type { LayoutDifference, LayoutDifferenceKind } from './layout-difference.js';

const RESIZED = new Set<LayoutDifferenceKind>(['field-resized', 'array-length', 'opaque-resized', 'field-missing']);

/** With the vectors of MSI-X grow their table, and for virtio what is sent of each queue. */
const OF_VECTORS = /(^|\/)(msix|config_vector|queues)([[/]|$)/;
/** With the queues grow all arrays that have an element for each, and shrinks what stands for those that are not there. */
const OF_QUEUES = /(^|\/)queues(\.unused)?([[/]|$)/;

/** The differences of one section without those that follow from others of them. */
export function withoutConsequences(found: readonly LayoutDifference[]): LayoutDifference[] {
  const causes = [
    ...(found.some(isOfVectors) ? [OF_VECTORS] : []),
    ...(found.some(({ kind }) => kind === 'virtio-queues') ? [OF_QUEUES] : []),
  ];
  return found.filter(({ kind, path }) => !(RESIZED.has(kind) && causes.some((cause) => cause.test(path))));
}

function isOfVectors({ kind, path, message }: LayoutDifference): boolean {
  return kind === 'pci-capabilities'
    ? message.includes('MSI-X')
    : kind === 'pci-register' && path.endsWith('/MSI-X/control');
}
