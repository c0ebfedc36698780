/**
 * The catalogue of what can differ between two layouts, one entry a kind, with its stable code. `docs/layout-differences.md` is made from it.
 */

/** Whether a loader takes a stream: `depends` on something that neither side shows. */
export type LoadVerdict = 'refused' | 'state-lost' | 'depends' | 'loads';

/** From the worst to the harmless. */
export const VERDICTS: readonly LoadVerdict[] = ['refused', 'state-lost', 'depends', 'loads'];

/** What QEMU prints when it refuses. */
export interface QemuRefusal {
  readonly text: string;
  readonly function: string;
}

export interface Judgement {
  readonly verdict: LoadVerdict;
  /** Why; and for `depends`, on what. */
  readonly why: string;
  readonly qemu?: QemuRefusal;
}

export interface LayoutDifference {
  readonly code: string;
  readonly kind: LayoutDifferenceKind;
  /** `idstr` or `idstr#instance`, as the first side that has it says; a device class where both sides are dumps. Empty for the migration as a whole. */
  readonly section: string;
  /** The field or subsection within the section, names joined by `/`; empty for the section itself. */
  readonly path: string;
  readonly message: string;
  /** What the two sides have there. */
  readonly a?: string;
  readonly b?: string;
  /** The stream of A for the loader of B, and the other way. */
  readonly aToB: Judgement;
  readonly bToA: Judgement;
}

interface Entry {
  readonly code: string;
  readonly title: string;
  /** What it means, and what to do. */
  readonly help: string;
}

export const LAYOUT_DIFFERENCES = {
  'machine-type': {
    code: 'MIG501',
    title: 'Different machine types',
    help: 'a destination takes the machine type of the stream only; compare streams or dumps of one machine type to see what QEMU changed',
  },
  'page-size': {
    code: 'MIG502',
    title: 'Different target page sizes',
    help: 'the page size is that of the target; streams of different sizes do not belong to one guest',
  },
  'section-missing': {
    code: 'MIG503',
    title: 'A section that one side lacks',
    help: 'a destination that has no such device refuses the stream; a device that the stream does not mention keeps its reset state. Give both sides the same devices',
  },
  'section-moved': {
    code: 'MIG504',
    title: 'The same device at another place',
    help: 'the place of a device is part of the name of its section: give it the same slot, bus and id on both sides',
  },
  'class-renamed': {
    code: 'MIG505',
    title: 'A device class of another name',
    help: 'names of device classes are not on the wire: both have the same vmsd. Nothing to do',
  },
  'section-version': {
    code: 'MIG506',
    title: 'Another version of a section',
    help: 'a loader takes its own version and older ones down to its minimum. A newer QEMU writes the older version where the machine type asks for it',
  },
  'minimum-version': {
    code: 'MIG507',
    title: 'Another minimum version',
    help: 'the loader gave up reading old versions; a stream below its minimum is refused',
  },
  'vmsd-renamed': {
    code: 'MIG508',
    title: 'A vmsd of another name',
    help: 'the name of a section or subsection is on the wire, that of a struct in it is not',
  },
  'description-missing': {
    code: 'MIG509',
    title: 'Described on one side only',
    help: 'one side has a struct where the other has plain bytes or nothing: compare their sizes on the wire',
  },
  'field-missing': {
    code: 'MIG510',
    title: 'A field that one side lacks',
    help: 'fields carry no tags: a loader without it takes the next bytes for the next field. New fields need a version, a condition that the machine type controls, or a subsection',
  },
  'field-renamed': {
    code: 'MIG511',
    title: 'A field of another name, the same on the wire',
    help: 'names of fields are not on the wire. Nothing to do, unless the bytes mean something else now',
  },
  'field-retyped': {
    code: 'MIG512',
    title: 'A field of another type, as long on the wire',
    help: 'the bytes are the same; check that they mean the same',
  },
  'field-resized': {
    code: 'MIG513',
    title: 'A field of another size',
    help: 'everything behind it moves: the loader reads the wrong bytes. Changing a size needs a new version, or a new field',
  },
  'array-length': {
    code: 'MIG514',
    title: 'An array of another length',
    help: 'everything behind it moves, unless a field before it says the length',
  },
  'field-unused': {
    code: 'MIG515',
    title: 'Bytes that one side does not use any more',
    help: 'the wire is the same. What the older side kept there is lost, and it gets zeros from the newer one',
  },
  'fields-regrouped': {
    code: 'MIG516',
    title: 'The same bytes, cut into fields in another way',
    help: 'fields that moved into a struct, or out of one, are the same on the wire. Nothing to do',
  },
  'field-moved': {
    code: 'MIG517',
    title: 'A field at another place',
    help: 'the loader takes the bytes of one field for those of another, and says nothing where the sizes add up',
  },
  'field-condition': {
    code: 'MIG518',
    title: 'A field that is always sent by one side only',
    help: 'find out when the condition holds: where it does not, the other side reads bytes that are not there',
  },
  'field-version': {
    code: 'MIG519',
    title: 'A field that came with another version',
    help: 'matters for streams of the versions in between only',
  },
  'subsection-missing': {
    code: 'MIG520',
    title: 'A subsection that one side lacks',
    help: 'subsections are sent where they are needed; a loader that does not know one refuses the stream. A property of the machine type has to keep it away from older versions',
  },
  'subsection-version': {
    code: 'MIG521',
    title: 'Another version of a subsection',
    help: 'the version of a subsection is on the wire, and a newer one is refused',
  },
  'struct-version': {
    code: 'MIG522',
    title: 'Another version of a struct',
    help: 'versions of structs are not on the wire. What counts is whether the fields are the same',
  },
  'opaque-resized': {
    code: 'MIG523',
    title: 'An opaque field of another size',
    help: 'the vmdesc shows these bytes as one. They are read without lengths: bytes that were added in the middle shift all that follows, and the error that QEMU prints names something else',
  },
  'must-be-equal': {
    code: 'MIG524',
    title: 'A value that both sides must have alike',
    help: 'the loader compares it with its own: give the device the same properties on both sides',
  },
  'pci-capabilities': {
    code: 'MIG525',
    title: 'Another list of PCI capabilities',
    help: 'the loader compares capabilities byte by byte with those of its own device: use the same machine type on both sides, and the properties that add or take away capabilities (vectors, MSI, PCI Express, ATS, AER) alike',
  },
  'pci-register': {
    code: 'MIG526',
    title: 'A PCI register that the loader compares',
    help: 'bits that the guest cannot write have to be those of the own device of the loader: give it the same model, machine type and properties (queues, vectors, ROM file)',
  },
  'virtio-features': {
    code: 'MIG527',
    title: 'Other features of a virtio device in use',
    help: 'a loader refuses features that its device does not offer, and what it offers is not in a stream: give it the machine type, properties and back-end of the source, or start the guest without the features',
  },
  'virtio-queues': {
    code: 'MIG528',
    title: 'Another number of virtio queues',
    help: 'give the device the same number of queues on both sides (num-queues, queues, mq)',
  },
  'virtio-ring-sizes': {
    code: 'MIG529',
    title: 'Other sizes of virtio rings',
    help: 'a loader takes the sizes from the stream. Nothing to do',
  },
  'ram-block-missing': {
    code: 'MIG530',
    title: 'A RAM block that one side lacks',
    help: 'blocks belong to the RAM of the machine, to devices with memory of their own, and to ROM: a destination that has no such block refuses the stream. Give both sides the same devices and memory backends',
  },
  'ram-block-size': {
    code: 'MIG531',
    title: 'A RAM block of another length',
    help: 'give both sides the same memory: -m, the size of video memory, and the firmware; only ROM that QEMU makes takes its length from the stream',
  },
} as const satisfies Record<string, Entry>;

export type LayoutDifferenceKind = keyof typeof LAYOUT_DIFFERENCES;

/** The page that explains a kind. */
export function layoutDifferenceUrl(kind: LayoutDifferenceKind): string {
  return `docs/layout-differences.md#${LAYOUT_DIFFERENCES[kind].code.toLowerCase()}-${kind}`;
}

export type DifferenceParts = Omit<LayoutDifference, 'code' | 'kind'>;

/** A difference with its code. */
export function layoutDifference(kind: LayoutDifferenceKind, parts: DifferenceParts): LayoutDifference {
  return { code: LAYOUT_DIFFERENCES[kind].code, kind, ...parts };
}
