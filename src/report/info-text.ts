/** The one screen of `info`. */
import { count, plural, size, wrap } from '../bytes/units.js';
import { visible } from '../bytes/visible.js';
import { hex } from '../finding.js';
import type { CommandSummary, SectionSummary, StreamSummary } from '../model/stream-model.js';
import type { CaptureSummary, ChannelSummary } from '../model/capture-model.js';
import type { DeviceTransferSummary } from '../model/multifd-model.js';
import type { InfoInput } from './info-json.js';
import { sectionName } from '../wire/section.js';
import { commandPayloadText } from './command-text.js';
import { findingText } from './finding-text.js';
import type { Style } from './style.js';
import { table } from './table.js';

const MAX_BLOCKS = 24;
const MAX_SECTIONS = 60;
const MAX_COMMANDS = 24;
const MAX_PROBLEMS = 10;

/** Renders a capture; `width` is that of the terminal. */
export function infoText(input: InfoInput, capture: CaptureSummary, style: Style, width = 100): string {
  const summary = joined(input, capture);
  const parts = [
    head(summary, style),
    facts(summary, width),
    channels(capture),
    ram(summary, capture),
    devices(capture),
    commands(summary, width),
    sections(summary, width),
    problems(summary, style),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

type Joined = StreamSummary & InfoInput;

/** The main channel, with the sums of all channels where there are more. */
function joined(input: InfoInput, capture: CaptureSummary): Joined {
  const { streams, channels, ram, problems, complete, pageSize } = capture;
  const [main] = streams as readonly [StreamSummary, ...StreamSummary[]];
  const total = (value: (channel: ChannelSummary) => number): number =>
    channels.reduce((sum, channel) => sum + value(channel), 0);
  return {
    ...main,
    ...input,
    ...(pageSize && { pageSize }),
    ram,
    problems,
    complete,
    bytes: total(({ bytes }) => bytes),
    explainedBytes: total(({ explainedBytes }) => explainedBytes),
    skipped: streams.flatMap(({ skipped }) => skipped),
    commands: streams.flatMap(({ commands }) => commands),
    sections: streams.flatMap(({ sections }) => sections),
  };
}

/** One line a channel, where there are several. */
function channels({ channels: all }: CaptureSummary): string {
  if (all.length < 2) return '';
  const rows = all.map((channel) => [
    visible(channel.file),
    channel.id === undefined ? channel.role : `${channel.role} ${channel.id}`,
    count(channel.bytes),
    channel.complete ? 'whole' : channel.bytes === channel.explainedBytes ? 'open' : 'broken',
    channelText(channel),
  ]);
  return `Channels: ${all.length}\n${table(['file', 'role', 'bytes', '', ''], rows)}`;
}

function channelText({ multifd, pages, messages }: ChannelSummary): string {
  if (pages !== undefined) return plural(pages, 'page');
  if (messages) {
    const parts = Object.entries(messages).map(([name, times]) => (times > 1 ? `${count(times)}×${name}` : name));
    return parts.join(', ');
  }
  if (!multifd) return '';
  const { packets, normalPages, zeroPages, syncs, methods, packedBytes, unpackedBytes, deviceStatePackets } = multifd;
  const parts = [
    plural(packets, 'packet'),
    `${count(normalPages)} normal and ${count(zeroPages)} zero pages`,
    plural(syncs, 'sync'),
  ];
  if (methods.length > 0 && packedBytes > 0 && methods.join() !== 'none') {
    parts.push(`${methods.join(' and ')} to ${((100 * packedBytes) / unpackedBytes).toFixed(1)}%`);
  }
  if (deviceStatePackets > 0) parts.push(plural(deviceStatePackets, 'device state packet'));
  return parts.join(', ');
}

/** Devices that sent their state in packets. */
function devices({ devices: all }: CaptureSummary): string {
  if (all.length === 0) return '';
  const rows = all.map((device) => [
    visible(device.instance === 0 ? device.idstr : `${device.idstr}#${device.instance}`),
    count(device.packets),
    size(device.bytes),
    device.complete ? 'whole' : deviceTrouble(device),
    Object.entries(device.perChannel)
      .map(([file, packets]) => `${visible(file)} ${packets}`)
      .join(', '),
  ]);
  return `Device state in packets: ${plural(all.length, 'device')}\n${table(['device', 'packets', 'data', '', 'by channel'], rows)}`;
}

function deviceTrouble({ configIndex, missing, duplicates, lastIndex }: DeviceTransferSummary): string {
  const parts = [];
  if (configIndex === undefined) parts.push('no configuration packet');
  else if (configIndex !== lastIndex) parts.push(`packets behind the configuration (${configIndex})`);
  if (missing.length > 0)
    parts.push(
      `missing ${missing
        .slice(0, 4)
        .map(([from, to]) => (from === to ? from : `${from} to ${to}`))
        .join(', ')}`,
    );
  if (duplicates > 0) parts.push(plural(duplicates, 'packet twice', 'packets twice'));
  return parts.join(', ');
}

function head(summary: Joined, style: Style): string {
  const has = (rule: string): boolean => summary.problems.some((problem) => problem.rule === rule);
  const state = summary.complete
    ? style('green', 'whole')
    : style('red', has('truncated') ? 'truncated' : has('section-extent') ? 'not proven whole' : 'broken');
  const all = summary.explainedBytes === summary.bytes;
  const explained = all
    ? 'every byte explained'
    : `${plural(summary.bytes - summary.explainedBytes, 'byte')} not explained`;
  const role = summary.role === 'main' ? '' : `, ${summary.role} channel`;
  const rounded = summary.bytes < 1024 ? '' : ` (${size(summary.bytes)})`;
  const bytes = `${plural(summary.bytes, 'byte')}${rounded}`;
  const lines = [`${style('bold', visible(summary.capture))}: ${state}, ${bytes}${role}, ${explained}`];
  if (!summary.complete) lines.push(`decoded without a gap up to ${hex(summary.lastGoodOffset)}`);
  for (const { offset, length } of summary.skipped) lines.push(`skipped ${plural(length, 'byte')} from ${hex(offset)}`);
  return lines.join('\n');
}

function facts(summary: Joined, width: number): string {
  const { configuration, capabilities, qemu, pageSize, vmdesc, trailing } = summary;
  const rows: [string, string][] = [];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') rows.push([name, value]);
  };
  add('layers', summary.layers.length > 1 ? summary.layers.join(' > ') : undefined);
  add('machine', configuration?.machine ?? 'not said (no configuration section)');
  add('QEMU', qemu.evidence.length === 0 ? qemu.guess : `${qemu.guess}, by ${qemu.evidence.join(' and ')}`);
  add('page size', pageSize && `${size(pageSize.bytes)}, by ${pageSize.evidence}`);
  add('uuid', configuration?.uuid);
  add('run state', summary.runstate);
  add('capabilities', capabilityText(capabilities));
  add('footers', summary.footers === false ? 'none' : undefined);
  add('checkpoints', summary.checkpoints > 0 ? count(summary.checkpoints) : undefined);
  add(
    'vmdesc',
    vmdesc ? `${plural(vmdesc.devices, 'device')}, ${size(vmdesc.bytes)} at ${hex(vmdesc.offset)}` : 'none',
  );
  add(
    'behind it',
    trailing &&
      `${plural(trailing.length, trailing.zeros ? 'zero byte' : 'byte that is', trailing.zeros ? 'zero bytes' : 'bytes that are')}${trailing.zeros ? ' of padding' : ' no part of the stream'}`,
  );
  const column = Math.max(...rows.map(([name]) => name.length)) + 2;
  return rows
    .map(([name, value]) => `  ${name.padEnd(column)}${wrap(value.split(' '), width, ' '.repeat(column + 2))}`)
    .join('\n');
}

function capabilityText({ recorded, inferred }: StreamSummary['capabilities']): string {
  const parts = [];
  if (recorded.length > 0) parts.push(`${recorded.join(', ')} (recorded)`);
  if (inferred.length > 0) parts.push(`${inferred.join(', ')} (inferred)`);
  return parts.join('; ') || 'none seen';
}

function ram(summary: Joined, { generations, pageRequests, urgentPages }: CaptureSummary): string {
  const { blocks, passes, postcopyPages, exact } = summary.ram;
  if (blocks.length === 0) return '';
  const total = blocks.reduce((sum, block) => sum + block.usedLength, 0);
  const notes = [plural(blocks.length, 'block'), plural(passes, 'pass', 'passes')];
  if (postcopyPages > 0) notes.push(`${plural(postcopyPages, 'page')} after the switch to postcopy`);
  if (generations.length > 0) notes.push(plural(generations.length, 'sync generation'));
  if (pageRequests > 0) notes.push(`${plural(pageRequests, 'page request')}`);
  if (urgentPages > 0) notes.push(`${plural(urgentPages, 'page')} on the preempt channel`);
  if (!exact) notes.push('pages sent twice are a lower bound');
  const kinds = ['normal', 'zero', 'xbzrle', 'compressed', 'duplicate'] as const;
  const shown = kinds.filter(
    (kind) => kind === 'normal' || kind === 'zero' || blocks.some((block) => block.pages[kind] > 0),
  );
  const rows = blocks
    .slice(0, MAX_BLOCKS)
    .map((block) => [
      block.name,
      block.declared ? size(block.usedLength) : '?',
      ...shown.map((kind) => count(block.pages[kind])),
    ]);
  const more = blocks.length > MAX_BLOCKS ? `\n  … and ${blocks.length - MAX_BLOCKS} more` : '';
  const head = ['block', 'size', ...shown.map((kind) => (kind === 'duplicate' ? 'sent again' : kind))];
  return `RAM: ${size(total)} in ${notes.join(', ')}\n${table(head, rows)}${more}`;
}

function commands(summary: StreamSummary, width: number): string {
  const all = summary.commands;
  if (all.length === 0) return '';
  const runs = runsOf(all).map(({ command, times }) => {
    const payload = commandPayloadText(command.payload);
    const text = payload === '' ? command.name : `${command.name}(${payload})`;
    return times > 1 ? `${times}×${command.name}` : text;
  });
  const more = runs.length > MAX_COMMANDS ? [`… and ${runs.length - MAX_COMMANDS} more`] : [];
  const total = all.length + summary.furtherCommands;
  return `Commands: ${total}\n  ${wrap(listed([...runs.slice(0, MAX_COMMANDS), ...more]), width, '  ')}`;
}

/** Commands of the same name in a row: discards come in thousands. */
function runsOf(commands: readonly CommandSummary[]): { command: CommandSummary; times: number }[] {
  const runs: { command: CommandSummary; times: number }[] = [];
  for (const command of commands) {
    const last = runs[runs.length - 1];
    if (last && last.command.name === command.name && command.name === 'POSTCOPY_RAM_DISCARD') last.times++;
    else runs.push({ command, times: 1 });
  }
  return runs;
}

function sections(summary: StreamSummary, width: number): string {
  const all = summary.sections;
  if (all.length === 0) return '';
  const texts = all.slice(0, MAX_SECTIONS).map(sectionText);
  if (all.length > MAX_SECTIONS) texts.push(`… and ${all.length - MAX_SECTIONS} more`);
  return `Sections: ${all.length}\n  ${wrap(listed(texts), width, '  ')}`;
}

/** Commas between the entries, which are kept in one piece each. */
function listed(texts: readonly string[]): string[] {
  return texts.map((text, i) => (i < texts.length - 1 ? `${text},` : text));
}

function sectionText(section: SectionSummary): string {
  const { start, part, end, full } = section.kinds;
  const kinds = [
    start && 'START',
    part && `${count(part)}×PART`,
    end && (end > 1 ? `${end}×END` : 'END'),
    full && (full > 1 ? `${full}×FULL` : 'FULL'),
  ];
  const iterable = start || part || end;
  return iterable
    ? `${sectionName(section)} (${kinds.filter((kind) => kind).join(' ')})`
    : `${sectionName(section)}${full && full > 1 ? ` (${full}×)` : ''}`;
}

function problems(summary: StreamSummary, style: Style): string {
  const all = summary.problems;
  if (all.length === 0) return '';
  const more = all.length > MAX_PROBLEMS ? [`… and ${plural(all.length - MAX_PROBLEMS, 'more problem')}`] : [];
  return [...all.slice(0, MAX_PROBLEMS).map((finding) => findingText(finding, style)), ...more].join('\n');
}
