/** Lines about how the two sides are set up, and files that are something else. */
import { structsIn } from './told.js';
import {
  change,
  type Evidence,
  type Inquiry,
  machineOf,
  mainOf,
  machines,
  named,
  seen,
  shown,
  type Told,
} from './told.js';
import { valueText } from './values.js';
import { propertyField } from './virtio.js';

export const machineType: Inquiry = ({ values }, a, b) => {
  const own = machineOf(a);
  if (own === undefined) return [seen(`${a.label} does not say of which machine type it is`)];
  const said = `${a.label} is of machine type ${own}`;
  return [own === values['theirs'] ? shown(said) : seen(`${said}: the line is of another stream`), ...machines(a, b)];
};

export const capability: Inquiry = ({ values }, a) => {
  const { recorded, inferred } = mainOf(a)?.capabilities ?? { recorded: [], inferred: [] };
  const name = values['capability']!;
  const on = recorded.includes(name);
  const rest = [...new Set([...recorded, ...inferred])];
  return [
    on === (values['theirs'] === 'on')
      ? shown(`${a.label} was sent with ${name} ${on ? 'on' : 'off'}`)
      : seen(`${a.label} was sent with ${name} ${on ? 'on' : 'off'}: the line is of another stream`),
    seen(
      `it demands of a destination: ${rest.length > 0 ? rest.join(', ') : 'no capability'}${inferred.length > 0 ? ` (recorded are only ${recorded.join(', ') || 'none'}; the others show in what was sent)` : ''}`,
    ),
    change(
      `at the destination, before migrate-incoming: ${rest.map((one) => `${one} on`).join(', ') || `${name} off`}`,
    ),
  ];
};

export const uuid: Inquiry = ({ values }, a) => {
  const own = mainOf(a)?.configuration?.uuid;
  if (own === undefined) return [seen(`${a.label} has no uuid: validate-uuid was off`)];
  return own === values['theirs']!.toLowerCase()
    ? [shown(`${a.label} is of guest ${own}`), change(`start the destination with -uuid ${own}`)]
    : [seen(`${a.label} is of guest ${own}: the line is of another stream`)];
};

export const property: Inquiry = ({ values, device }, a, b) => {
  const name = propertyField(values['property']!);
  const was = BigInt(`0x${values['was']}`);
  return [a, ...(b ? [b] : [])].flatMap((told) =>
    fieldsNamed(told, name, device).map(([section, text, value]) =>
      told === a && value === was
        ? shown(`${section} of ${told.label} has ${name} ${text}`)
        : seen(`${section} of ${told.label} has ${name} ${text}`),
    ),
  );
};

function fieldsNamed(
  { side }: Told,
  name: string,
  device: string | undefined,
): (readonly [section: string, text: string, value: bigint])[] {
  return side.sections.flatMap(({ idstr, state, payload }) => {
    if (!state || !payload || !/virtio-mem|nvdimm|dimm/.test(idstr) || (device !== undefined && device !== idstr))
      return [];
    for (const struct of structsIn(state)) {
      const node = struct.fields.find((one) => one.name === name && one.count === 1 && one.size <= 8 && !one.structs);
      if (node) {
        const value = Buffer.from(payload.subarray(node.start, node.start + node.size)).toString('hex');
        return [[idstr, valueText(node, payload), BigInt(`0x${value}`)] as const];
      }
    }
    return [];
  });
}

export const bitmaps: Inquiry = (_, a, b) =>
  [a, ...(b ? [b] : [])].flatMap((told): Evidence[] => {
    const records = told.side.records.find(({ section }) => section === 'dirty-bitmap')?.records ?? [];
    const starts = records.filter(({ name }) => name === 'START').map(({ fields }) => fields);
    if (starts.length === 0) return [seen(`${told.label} has no dirty bitmaps`)];
    return [
      shown(
        `${told.label} has ${named(starts.map(({ node, bitmap, granularity }) => `bitmap ${String(bitmap)} of node ${String(node)}, granularity ${String(granularity)}`))}`,
      ),
      ...(told === a
        ? [
            change(
              'give the destination nodes of these names, or a block-bitmap-mapping with these aliases; a bitmap of that name that is there already must have that granularity',
            ),
          ]
        : []),
    ];
  });

/** Layers that are no wrapping. */
const PLAIN = /^(file|pipe|files|directory)$|leading zero/;

export const kindOfFile: Inquiry = (_, a) => {
  const main = mainOf(a);
  const wrapped = a.layers.filter((layer) => !PLAIN.test(layer));
  if (wrapped.length > 0)
    return [
      shown(`${a.label} is wrapped: ${wrapped.join(', ')}; QEMU takes the stream inside alone`),
      change('restore it with what wrote it (virsh restore, loadvm), or unpack it first'),
    ];
  if (!main) return [];
  if (main.role !== 'main') return [shown(`${a.label} is a ${main.role} channel, not the main one`)];
  return [
    seen(
      `${a.label} is a main channel, ${main.configuration ? 'with' : 'without'} a configuration section and ${main.vmdesc ? 'with' : 'without'} a vmdesc`,
    ),
    ...(main.configuration
      ? []
      : [
          change(
            'set send-configuration=off at the destination (-global migration.send-configuration=off), as it was at the source',
          ),
        ]),
  ];
};

export const noStream: Inquiry = (_, a) => [
  seen(`the source refused before it sent anything: ${a.label} is of another attempt, or was refused later`),
];
