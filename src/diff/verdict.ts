/**
 * Whether a loader takes what a writer sends, difference by difference.
 *
 * Rules: `vmstate_load_state`, `vmstate_subsection_load` (migration/vmstate.c), `qemu_loadvm_section_start_full` (migration/savevm.c).
 * Where a layout was only seen as written, the loader behind it may know more than was sent: then the verdict depends on that.
 */
import { isSentByAll } from '../rules/iterable.js';
import { badConfigText, type ConfigByte } from '../vmstate/pci/compare.js';
import type { Judgement, QemuRefusal } from './layout-difference.js';
import type { FieldValue } from '../vmstate/values.js';
import type { SectionIdentity } from '../wire/section.js';
import type { LayoutField, LayoutKind } from './layout.js';

const UNKNOWN_SECTION: QemuRefusal = {
  text: "Unknown savevm section or instance '%s' %d. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices",
  function: 'qemu_loadvm_section_start_full',
};
const UNSUPPORTED_VERSION: QemuRefusal = {
  text: "savevm: unsupported version %d for '%s' v%d",
  function: 'qemu_loadvm_section_start_full',
};
const TOO_NEW: QemuRefusal = {
  text: '%s: incoming version_id %d is too new for local version_id %d',
  function: 'vmstate_load_state',
};
const TOO_OLD: QemuRefusal = {
  text: '%s: incoming version_id %d is too old for local minimum version_id %d',
  function: 'vmstate_load_state',
};
/** What bytes too many or too few end in, when nothing that was misread is refused before. */
const FOOTER: QemuRefusal = { text: 'Missing section footer for %s', function: 'check_section_footer' };
const NO_SUBSECTION: QemuRefusal = {
  text: "VM subsection '%s' in '%s' does not exist",
  function: 'vmstate_subsection_load',
};
const NOT_EQUAL: QemuRefusal = { text: '%x != %x', function: 'get_int32_equal and its like' };
const WRONG_PAGE_BITS: QemuRefusal = {
  text: 'Received TARGET_PAGE_BITS is %d but local is %d',
  function: 'configuration_post_load',
};
const UNKNOWN_BLOCK: QemuRefusal = {
  text: 'Unknown ramblock "%s", cannot accept migration',
  function: 'parse_ramblocks',
};
const BLOCK_SIZE: QemuRefusal = {
  text: 'Size mismatch: %s: 0x%x != 0x%x: Invalid argument',
  function: 'qemu_ram_resize',
};
const WRONG_MACHINE: QemuRefusal = {
  text: "Machine type received is '%s' and local is '%s'",
  function: 'configuration_post_load',
};

/** The text with its conversions filled in, in order; those for which nothing is given, or that nobody knows, stay. */
function filled(
  { text, function: name }: QemuRefusal,
  ...values: readonly (string | number | undefined)[]
): QemuRefusal {
  let next = 0;
  return { text: text.replace(/%[sdx]/g, (conversion) => String(values[next++] ?? conversion)), function: name };
}

export const loads = (why: string): Judgement => ({ verdict: 'loads', why });
export const stateLost = (why: string): Judgement => ({ verdict: 'state-lost', why });
export const depends = (why: string, qemu?: QemuRefusal): Judgement => ({
  verdict: 'depends',
  why,
  ...(qemu && { qemu }),
});
const refused = (why: string, qemu: QemuRefusal): Judgement => ({ verdict: 'refused', why, qemu });

export function otherMachine(sent: string, local: string): Judgement {
  return refused('the loader compares the machine type with its own', filled(WRONG_MACHINE, sent, local));
}

export function otherPageSize(sent: number, local: number): Judgement {
  return refused('the pages have another size', filled(WRONG_PAGE_BITS, Math.log2(sent), Math.log2(local)));
}

/** A RAM block that only the writer has. */
export function blockUnknown(name: string): Judgement {
  return refused('the loader has no such block', filled(UNKNOWN_BLOCK, name));
}

/** A RAM block that only the loader has. */
export const blockNotSent = (): Judgement => stateLost('the block keeps what the destination starts with');

/** Blocks of ROM are made as long as they are sent (`qemu_ram_resize`); the others have their length from the configuration of the guest. */
export function otherBlockSize(name: string, sent: number, local: number): Judgement {
  return name.startsWith('/rom@')
    ? loads('the loader takes the length of such a block from the stream')
    : refused('the block has another length', filled(BLOCK_SIZE, name, sent.toString(16), local.toString(16)));
}

type SectionPlace = Pick<SectionIdentity, 'idstr' | 'instance'>;

/** The writer sends a section that the loader's side does not have. */
export function sectionUnknown({ idstr, instance }: SectionPlace, loader: LayoutKind): Judgement {
  // What a dump has is a class, not a section.
  if (loader === 'declared') return depends('a guest with such a device is refused, others load', UNKNOWN_SECTION);
  const qemu = filled(UNKNOWN_SECTION, idstr, instance);
  if (!isSentByAll(idstr)) return depends('refused where the loader does not know it', qemu);
  return refused('the loader has no such section', qemu);
}

/** The loader's side has a section that the writer does not send. */
export function sectionNotSent(writer: LayoutKind): Judgement {
  if (writer === 'declared') return loads('the writer has no such device');
  return stateLost('the device keeps its reset state');
}

export function sectionMoved({ idstr, instance }: SectionPlace): Judgement {
  return refused('the loader knows no section of this name', filled(UNKNOWN_SECTION, idstr, instance));
}

export interface LoaderVersions {
  readonly version: number;
  readonly minimum?: number;
  /** The name of the section where there is one, and that of the vmsd. */
  readonly idstr?: string;
  readonly vmsd?: string;
}

/** A version on the wire: `level` has one in its header. */
export function versionOnWire(
  level: 'section' | 'subsection',
  sent: number,
  { version, minimum, idstr, vmsd }: LoaderVersions,
): Judgement {
  if (sent > version) {
    const why = `version ${sent} is newer than ${version}`;
    return level === 'section'
      ? refused(why, filled(UNSUPPORTED_VERSION, sent, idstr, version))
      : depends(`refused when it is sent: ${why}`, filled(TOO_NEW, vmsd, sent, version));
  }
  if (minimum === undefined) {
    return sent === version
      ? loads('the same version')
      : depends(`the loader must still take version ${sent}`, filled(TOO_OLD, vmsd, sent));
  }
  if (sent >= minimum) return loads(`version ${sent} is not below ${minimum}, the oldest that it takes`);
  const why = `version ${sent} is below ${minimum}, the oldest that the loader takes`;
  const qemu = filled(TOO_OLD, vmsd, sent, minimum);
  return level === 'section' ? refused(why, qemu) : depends(`refused when it is sent: ${why}`, qemu);
}

export interface FieldSides {
  readonly writer: LayoutKind;
  readonly loader: LayoutKind;
  /** The version of the vmsd as it is sent, where the loader takes its fields by it. */
  readonly version?: number;
  /** The loader has fields that the writer lacks, and does not always expect them. */
  readonly optional?: boolean;
}

/** The writer sends a field that the loader's side lacks. */
export function fieldUnknown(field: LayoutField, { loader, optional }: FieldSides): Judgement {
  if (field.conditional) return depends('refused when the field is sent', FOOTER);
  if (optional)
    return depends('refused, unless a field that the loader does not always expect takes these bytes', FOOTER);
  if (loader === 'written') return depends('refused, unless the loader expects the field in this state', FOOTER);
  return refused('the loader takes the field for what follows it', FOOTER);
}

/** The loader's side has a field that the writer does not send. */
export function fieldNotSent(field: LayoutField, { writer, loader, version }: FieldSides): Judgement {
  if (loader === 'written') return depends('refused, unless the loader does without the field in this state', FOOTER);
  if (field.conditional) return depends('refused when the loader expects the field', FOOTER);
  if (version !== undefined && field.since !== undefined && field.since > version)
    return loads(`the field came with version ${field.since}, and version ${version} is sent`);
  // An array without elements is not described where it is written, and a dump does not say which fields are arrays.
  if (writer === 'written' && field.count === undefined)
    return depends('refused, unless the field is an array without elements', FOOTER);
  return refused('the loader takes what follows for the field', FOOTER);
}

export function sizeChanged(): Judgement {
  return refused('the loader reads another number of bytes', FOOTER);
}

/** A subsection that only the writer's side has; `vmsd` is what it belongs to. */
export function subsectionUnknown(
  { subsection, vmsd }: { readonly subsection: string; readonly vmsd: string },
  writer: LayoutKind,
  loader: LayoutKind,
): Judgement {
  const qemu = filled(NO_SUBSECTION, subsection, vmsd);
  if (loader === 'written') return depends('refused where the loader does not know it', qemu);
  if (writer === 'declared') return depends('refused when it is sent', qemu);
  return refused('the loader does not know the subsection', qemu);
}

/** A subsection of a name that the loader has, but for another (`vmstate_get_subsection` finds the first). */
export function subsectionTwice(): Judgement {
  return depends('refused when it is sent: the loader takes it for another of the same name', FOOTER);
}

export const subsectionNotSent = (): Judgement => loads('the loader does without it');

export function notEqual(sent: FieldValue, local: FieldValue): Judgement {
  const digits = (value: FieldValue): string | undefined =>
    typeof value === 'number' || typeof value === 'bigint' ? value.toString(16) : undefined;
  return refused('the loader compares it with its own', filled(NOT_EQUAL, digits(local), digits(sent)));
}

/** Names the section in the text that ends a misread one; a dump does not know the names of sections. */
export function inSection(judgement: Judgement, idstr: string): Judgement {
  return judgement.qemu === FOOTER ? { ...judgement, qemu: filled(FOOTER, idstr) } : judgement;
}

/** `more`: bytes that the loader has more than the writer, below 0 for less. */
export function opaqueShifted(more: number): Judgement {
  const why =
    more > 0
      ? `the loader takes ${more} bytes of what follows for the field: no stream and no snapshot of the shorter layout loads`
      : `the loader takes ${-more} bytes of the field for what follows it: no stream and no snapshot of the longer layout loads`;
  return refused(why, FOOTER);
}

export function opaqueUnclear(): Judgement {
  return depends('loads where its contents say how long it is', FOOTER);
}

export function opaqueUnread(): Judgement {
  return depends('whether it loads shows in the bytes, which were not read', FOOTER);
}

/** The loader compares a config space with that of its own device; `byte` is the one that it names. */
export function configRefused(byte: ConfigByte | undefined): Judgement {
  return refused('the loader compares it with its own device', {
    text: badConfigText(byte),
    function: 'get_pci_config_device',
  });
}

export const configMayDiffer = (): Judgement =>
  depends('refused where the device of the loader does not let the guest write these bits');

export const configTakenOver = (): Judgement => loads('the loader takes over what the stream has');

const FEATURES: QemuRefusal = {
  text: 'Features 0x%lx unsupported. Allowed features: 0x%lx',
  function: 'virtio_load',
};

export const featuresOffered = (): Judgement => loads('all of them are in use on the side of the loader');

export function featuresRefused(names: readonly string[]): Judgement {
  return refused(
    `the device of the loader does not offer ${names.join(', ')}: it would say so in its stream`,
    FEATURES,
  );
}

export function featuresMayLack(names: readonly string[]): Judgement {
  return depends(`refused where the device of the loader does not offer ${names.join(', ')}`, FEATURES);
}

export const queuesNotServed = (): Judgement =>
  depends('the loader takes queues that its device does not have, and nobody serves them');

export const queuesReset = (): Judgement => loads('the queues that are not sent keep their reset state');

export const ringSizesSent = (): Judgement => loads('the size of a ring comes with the stream');
