/** Lines about the memory of the guest: the blocks of the stream, page sizes, and where a stream ends. */
import { hex } from '../../finding.js';
import type { RamBlockSummary } from '../../model/ram-model.js';
import { change, type Evidence, type Inquiry, mainOf, named, seen, sectionsOf, shown, type Told } from './told.js';

const FIRMWARE = /\.rom$|bios|flash|rom@/i;

function blocksOf({ side }: Told): readonly RamBlockSummary[] {
  return side.summary?.ram.blocks.filter(({ declared }) => declared) ?? [];
}

const bytes = ({ name, usedLength }: RamBlockSummary): string => `${name} (${hex(usedLength)} bytes)`;

export const unknownBlock: Inquiry = ({ values }, a, b) => {
  const name = values['block']!;
  const own = blocksOf(a).find((block) => block.name === name);
  const said: Evidence[] = [
    own
      ? shown(`${a.label} declares ${bytes(own)}`)
      : seen(`${a.label} has no block ${name}: the line is of another stream`),
  ];
  if (b) {
    const others = blocksOf(b).filter((block) => !blocksOf(a).some((one) => one.name === block.name));
    const kind = name.slice(name.lastIndexOf('/') + 1);
    const alike = others.filter((block) => block.name.endsWith(kind) || (own && block.usedLength === own.usedLength));
    if (blocksOf(b).some((block) => block.name === name))
      said.push(seen(`${b.label} has it: the destination of the line is set up otherwise`));
    else if (alike.length > 0)
      said.push(
        shown(
          `${b.label} has ${named(alike.map(bytes))} instead: the same device in another slot, or the same memory under another id`,
        ),
      );
    else
      said.push(
        seen(
          others.length > 0
            ? `only ${b.label} has ${named(others.map(bytes))}`
            : `${b.label} has no block that ${a.label} lacks`,
        ),
      );
  } else said.push(seen(`the blocks of ${a.label} are ${named(blocksOf(a).map(bytes))}`));
  const slot = name.lastIndexOf('/') > 0 && !name.startsWith('/') ? name.slice(0, name.lastIndexOf('/')) : undefined;
  const rom = FIRMWARE.test(name);
  said.push(
    change(
      slot === undefined
        ? 'give the destination a memory backend, or memory, of this name and size'
        : `put the device at ${slot} on both sides${rom ? ', with an option ROM (romfile=, rombar=) on both or on none' : ''}`,
    ),
  );
  return said;
};

export const blockLength: Inquiry = ({ values }, a, b) => {
  const [name, theirs, ours] = [values['block']!, values['theirs']!, values['ours']!];
  const said: Evidence[] = [a, ...(b ? [b] : [])].map((told) => {
    const block = blocksOf(told).find((one) => one.name === name);
    if (!block) return seen(`${told.label} has no block ${name}`);
    return told === a && block.usedLength === Number.parseInt(theirs, 16)
      ? shown(`${told.label} declares ${bytes(block)}`)
      : seen(`${told.label} declares ${bytes(block)}`);
  });
  said.push(
    FIRMWARE.test(name)
      ? change(
          `it is firmware, not the memory of the guest: install the package of the source, or give the file with romfile= (or -bios), padded to 0x${theirs} bytes`,
        )
      : change(`give the destination 0x${theirs} bytes (-m, size= of the memory backend); it has 0x${ours}`),
  );
  return said;
};

export const pageSize: Inquiry = (_, a, b) =>
  [a, ...(b ? [b] : [])].flatMap((told) => {
    const size = told.side.summary?.pageSize;
    const advise = mainOf(told)?.commands.find(({ name }) => name === 'POSTCOPY_ADVISE');
    const backed = blocksOf(told).filter((block) => block.pageSize !== undefined);
    return [
      ...(size ? [seen(`${told.label} has target pages of ${size.bytes} bytes, by ${size.evidence}`)] : []),
      ...(advise?.payload.pageSizeSummary === undefined
        ? []
        : [
            seen(
              `POSTCOPY_ADVISE of ${told.label} announces blocks in pages of ${hex(advise.payload.pageSizeSummary)} bytes, added up, and target pages of ${advise.payload.targetPageSize} bytes`,
            ),
          ]),
      ...(backed.length > 0
        ? [
            seen(
              `backing of ${told.label}: ${named(backed.map((block) => `${block.name} in pages of ${block.pageSize} bytes`))}`,
            ),
          ]
        : []),
    ];
  });

export const addresses: Inquiry = ({ values }, a, b) =>
  [a, ...(b ? [b] : [])].map((told) => {
    const block = blocksOf(told).find((one) => one.name === values['block']);
    if (!block) return seen(`${told.label} has no block ${values['block']}`);
    if (block.address === undefined)
      return seen(`${told.label} does not say where ${block.name} is: it was sent without x-ignore-shared`);
    const said = `${told.label} has ${block.name} at ${hex(block.address)} of the guest`;
    return told === a && block.address === Number.parseInt(values['theirs']!, 16) ? shown(said) : seen(said);
  });

/** Whether a stream is whole, and what it was in the middle of where it is not. */
export const whole: Inquiry = (_, a, b) => {
  const { side } = a;
  const main = mainOf(a);
  if (side.complete || !main)
    return [
      seen(`${a.label} is whole, to its last byte: the fault is at the destination, or on the way to it`),
      change(
        'look at the log of the destination before this line: a back-end that failed (disk, vTPM, vhost-user), or a connection that broke',
      ),
    ];
  const errors = a.findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const lost = errors.find(({ rule }) => rule === 'truncated') ?? first;
  const said: Evidence[] = [
    shown(
      `${a.label} is not whole: it is good up to ${hex(main.lastGoodOffset)} of ${hex(main.bytes)}${lost ? `, and ${lost.message}` : ''}`,
    ),
  ];
  if (b) {
    const have = new Set(sectionsOf(a).map(({ idstr, instance }) => `${instance}:${idstr}`));
    const gone = sectionsOf(b)
      .filter(({ idstr, instance }) => !have.has(`${instance}:${idstr}`))
      .map(({ idstr }) => idstr);
    if (gone.length > 0) said.push(seen(`${b.label} goes on with ${named(gone)}`));
  }
  said.push(change('take the stream again; the log of the source says why it stopped'));
  return said;
};
