/** Lines about sections: what the stream has under the name, and what the other side has in its place. */
import { compareLayouts } from '../../diff/compare-layout.js';
import { embeddedSubsections } from '../../diff/opaque.js';
import { type DeviceSection, layoutOfSide } from '../../diff/side.js';
import { hex } from '../../finding.js';
import { isBytes, valueText } from './values.js';
import { sectionName } from '../../wire/section.js';
import {
  change,
  deviceOf,
  type Evidence,
  type Inquiry,
  machines,
  named,
  placeOf,
  seen,
  sectionOf,
  sectionsOf,
  shown,
  structsIn,
  type Told,
} from './told.js';

/** State that only KVM has; a destination under TCG does not know these sections. */
const KVM_ONLY = /^(kvmclock|kvm-tpr-opt|kvm_pit|s390-flic)$/;
/** Differences of one section that are told. */
const MAX_DIFFERENCES = 6;

export const unknownSection: Inquiry = ({ values }, a, b) => {
  const [idstr, instance] = [values['idstr']!, Number(values['instance'])];
  const said: Evidence[] = [];
  const own = sectionsOf(a).filter((section) => section.idstr === idstr);
  const one = own.find((section) => section.instance === instance);
  if (!one) {
    const other = own.length > 0 ? `, but instance ${own.map((section) => section.instance).join(', ')}` : '';
    said.push(seen(`${a.label} has no section ${idstr}, instance ${instance}${other}: the line is of another stream`));
  } else {
    said.push(
      shown(
        `${a.label} has it at ${hex(one.offset)}: ${one.bytes} bytes, version ${one.version}, section id ${one.id}`,
      ),
    );
    const twins = twinsOf(a, idstr, instance);
    if (twins.length > 0)
      said.push(
        seen(
          `${named(twins)} of ${a.label} ${twins.length === 1 ? 'has' : 'have'} the same bytes: one device may be registered twice`,
        ),
      );
    if (KVM_ONLY.test(deviceOf(idstr)))
      said.push(seen('only KVM has this state'), change('run the destination with KVM as the source was'));
  }
  if (b) said.push(...elsewhere(a, b, idstr, instance));
  else if (one)
    said.push(
      change(
        `give the destination the same ${deviceOf(idstr)} at the same address; a stream of the destination beside this one shows what it has instead`,
      ),
    );
  return said;
};

function twinsOf(a: Told, idstr: string, instance: number): string[] {
  const payload = sectionOf(a, idstr, instance)?.payload;
  if (!payload || payload.length === 0) return [];
  return a.side.sections
    .filter(
      (other) => deviceOf(other.idstr) === deviceOf(idstr) && !(other.idstr === idstr && other.instance === instance),
    )
    .filter((other) => other.payload && Buffer.compare(other.payload, payload) === 0)
    .map(sectionName);
}

function elsewhere(a: Told, b: Told, idstr: string, instance: number): Evidence[] {
  const all = sectionsOf(b);
  if (all.some((section) => section.idstr === idstr && section.instance === instance))
    return [
      seen(
        `${b.label} has such a section: the destination of the line is set up otherwise than the source of ${b.label}`,
      ),
    ];
  const alike = all.filter((section) => deviceOf(section.idstr) === deviceOf(idstr)).map(sectionName);
  const onlyThere = alike.filter((name) => !sectionsOf(a).some((section) => sectionName(section) === name));
  if (onlyThere.length > 0)
    return [
      shown(`${b.label} has ${named(onlyThere)} instead: the same kind of device under another name`),
      change('give it the same slot, bus and order on both sides (addr=, bus=, and the order on the command line)'),
    ];
  return [
    seen(alike.length > 0 ? `${b.label} has ${named(alike)} and no more` : `${b.label} has no ${deviceOf(idstr)}`),
    change(`add the ${deviceOf(idstr)} at the destination, or unplug it at the source before the migration`),
  ];
}

/** A device that was read with another layout, or whose contents were refused. */
export const device: Inquiry = (line, a, b) => {
  const idstr = line.values['device']?.trim() || line.device || idstrOf(a, line.values['id']);
  if (idstr === undefined || idstr === '') return [];
  return aboutDevice(idstr, line.values['instance'] ? Number.parseInt(line.values['instance'], 16) : 0, a, b);
};

function idstrOf(a: Told, id: string | undefined): string | undefined {
  return !id ? undefined : sectionsOf(a).find((section) => section.id === Number(id))?.idstr;
}

function aboutDevice(idstr: string, instance: number, a: Told, b: Told | undefined): Evidence[] {
  const section = sectionsOf(a).find((one) => one.idstr === idstr && one.instance === instance);
  if (!section) return [seen(`${a.label} has no section ${idstr}: the line is of another stream`)];
  const said: Evidence[] = [
    seen(`${a.label} has ${idstr} at ${hex(section.offset)}, ${section.bytes} bytes, version ${section.version}`),
  ];
  const problems = a.findings.filter((finding) => finding.section === idstr && finding.severity !== 'info');
  if (problems.length > 0) said.push(shown(`and there is something wrong with it: ${problems[0]!.message}`));
  else if (sectionOf(a, idstr, instance)?.state)
    said.push(
      seen(
        'it is sound: the description of the stream accounts for every byte, and the footer follows. So it is the destination that reads it with another layout, or refuses what is in it',
      ),
    );
  if (!b)
    said.push(change('a stream that the destination wrote, or its -dump-vmstate, beside this one shows what differs'));
  else said.push(...layoutDifferences(sectionOf(a, idstr, instance), a, b));
  return said;
}

/** What the layouts of one section differ in, for the stream of A in the loader of B. */
export function layoutDifferences(section: DeviceSection | undefined, a: Told, b: Told): Evidence[] {
  if (!section) return [];
  const layout = layoutOfSide(a.side);
  const only = layout.sections.filter(
    ({ idstr, instance }) => idstr === section.idstr && instance === section.instance,
  );
  const { differences: all, matches } = compareLayouts({ ...layout, sections: only }, layoutOfSide(b.side));
  const name = sectionName(section);
  const own = all.filter(
    (difference) =>
      difference.section === name || matches.pairs.some(({ b: other }) => sectionName(other) === difference.section),
  );
  const bad = own.filter(({ aToB, kind }) => aToB.verdict !== 'loads' && kind !== 'section-missing');
  if (matches.onlyA.length > 0) return [seen(`${b.label} has no such section`)];
  if (bad.length === 0)
    return [
      seen(`${b.label} has the same layout: what is refused is a value, or what the destination has beside it`),
      ...machines(a, b),
    ];
  return [
    ...bad
      .slice(0, MAX_DIFFERENCES)
      .map(({ path, message, aToB }) =>
        shown(
          `${path === '' ? name : path}: ${message}; ${aToB.verdict === 'refused' ? 'refused' : 'perhaps refused'}: ${aToB.why}`,
        ),
      ),
    ...(bad.length > MAX_DIFFERENCES
      ? [seen(`and ${bad.length - MAX_DIFFERENCES} more; migscope diff has them all`)]
      : []),
    ...machines(a, b),
  ];
}

export const footerId: Inquiry = ({ values }, a) => {
  const idstr = values['device']!;
  const section = sectionsOf(a).find((one) => one.idstr === idstr);
  const first = a.findings.find(({ severity }) => severity === 'error');
  return [
    seen(
      section
        ? `${a.label} has ${idstr} at ${hex(section.offset)} with id ${hex(section.id)}`
        : `${a.label} has no section ${idstr}`,
    ),
    ...(first ? [shown(`the first that is not sound in ${a.label} is at ${hex(first.offset)}: ${first.message}`)] : []),
  ];
};

/** A field by its vmsd and name, on both sides. */
export const field: Inquiry = (line, a, b) => {
  const path = line.values['path'] ?? '';
  const [vmsd, name] =
    path === '' ? ['', line.values['field']!] : [path.slice(0, path.indexOf(':')), path.slice(path.indexOf(':') + 1)];
  const idstr = line.device;
  const said = [a, ...(b ? [b] : [])].flatMap((told) => valuesOf(told, idstr, vmsd, name));
  return [...said, ...(idstr === undefined ? [] : aboutDevice(idstr, 0, a, b))];
};

/** Places of one field that are told. */
const MAX_VALUES = 3;

function valuesOf(told: Told, idstr: string | undefined, vmsd: string, name: string): Evidence[] {
  const found: string[] = [];
  for (const section of told.side.sections) {
    if ((idstr !== undefined && section.idstr !== idstr) || !section.state || !section.payload) continue;
    for (const struct of structsIn(section.state)) {
      if (vmsd !== '' && struct.vmsdName !== vmsd) continue;
      const node = struct.fields.find((one) => one.name === name);
      if (!node) continue;
      const value = isBytes(node) ? `${node.size * node.count} bytes` : valueText(node, section.payload);
      found.push(
        `${section.idstr} of ${told.label}: ${name} is ${value}, at byte ${hex(node.start)} of its payload${placeOf(told, section.idstr, section.instance).replace(' at', ', the section is at')}`,
      );
    }
    if (found.length >= MAX_VALUES) break;
  }
  return found.slice(0, MAX_VALUES).map(seen);
}

export const subsection: Inquiry = ({ values }, a, b) => {
  const name = values['subsection'] || values['other'] || '';
  // Those of the configuration are judged by rules alone.
  if (name.startsWith('configuration/')) return [];
  const inA = havingSubsection(a, name);
  const said: Evidence[] =
    inA.length > 0
      ? [shown(`${a.label} sends ${name} in ${named(inA)}`)]
      : [seen(`${a.label} has no subsection ${name}: the line is of another stream`)];
  if (!b) return [...said, ...machines(a, undefined)];
  const inB = havingSubsection(b, name);
  return [
    ...said,
    seen(
      inB.length > 0
        ? `${b.label} sends it too, in ${named(inB)}: its release knows it`
        : `${b.label} does not send it: its release may not know it, or its guest does not need it`,
    ),
    ...machines(a, b),
  ];
};

function havingSubsection({ side }: Told, name: string): string[] {
  const dumped = side.dump?.devices.flatMap(({ name: device, description }) =>
    description && JSON.stringify(description).includes(JSON.stringify(name)) ? [device] : [],
  );
  if (dumped) return dumped;
  return side.sections.flatMap((section) => {
    const names = section.state
      ? [...structsIn(section.state)].map(({ vmsdName }) => vmsdName)
      : section.payload
        ? embeddedSubsections(section.payload)
        : [];
    return names.includes(name) ? [sectionName(section)] : [];
  });
}

export const version: Inquiry = ({ values }, a, b) => {
  const name = values['vmsd'] || values['device'] || '';
  if (name === '') return [];
  const [inA, inB] = [versionsOf(a, name), b && versionsOf(b, name)];
  const said: Evidence[] = [
    inA.length > 0
      ? shown(`${a.label} has ${named(inA)}`)
      : seen(`${a.label} has no ${name}: the line is of another stream`),
  ];
  if (inB) said.push(seen(inB.length > 0 ? `${b!.label} has ${named(inB)}` : `${b!.label} has no ${name}`));
  return [...said, ...machines(a, b)];
};

function versionsOf({ side }: Told, name: string): string[] {
  const declared = side.dump?.devices.flatMap(({ description, version: number, minimum }) =>
    description?.name === name ? [`${name} version ${number}, takes ${minimum} and later`] : [],
  );
  if (declared) return declared;
  const found = side.sections.flatMap((section) => {
    const own =
      section.idstr === name || deviceOf(section.idstr) === name
        ? [`${sectionName(section)} version ${section.version}`]
        : [];
    const inner = section.state
      ? [...structsIn(section.state)].filter(
          ({ vmsdName, version: number }) =>
            vmsdName === name && number !== undefined && section.state!.vmsdName !== name,
        )
      : [];
    return [
      ...own,
      ...inner.slice(0, 1).map(({ version: number }) => `${name} version ${number} in ${sectionName(section)}`),
    ];
  });
  return [...new Set(found)];
}
