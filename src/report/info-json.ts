/** The document of `info --json`; its fields are a contract. */
import type { Finding } from '../finding.js';
import type { CaptureSummary, ChannelSummary } from '../model/capture-model.js';
import type { DeviceTransferSummary, GenerationSummary, MultifdChannelSummary } from '../model/multifd-model.js';
import type { PageCounts } from '../model/ram-model.js';
import type { SectionSummary, StreamSummary } from '../model/stream-model.js';
import type { CommandPayload } from '../wire/command.js';
import type { SectionKind } from '../wire/section.js';

export interface InfoDocument {
  readonly schema: 'migscope/info/1';
  readonly capture: string;
  readonly layers: readonly string[];
  readonly complete: boolean;
  readonly machine: string | null;
  readonly pageSize: number | null;
  readonly pageSizeEvidence?: string;
  readonly qemu: {
    readonly guess: string;
    readonly since?: string;
    readonly until?: string;
    readonly evidence: readonly string[];
  };
  readonly uuid?: string;
  readonly runstate?: string;
  readonly capabilities: { readonly recorded: readonly string[]; readonly inferred: readonly string[] };
  readonly channels: readonly ChannelSummary[];
  readonly ram: {
    readonly blocks: readonly {
      readonly name: string;
      readonly usedLength: number;
      readonly declared: boolean;
      readonly pages: PageCounts;
    }[];
    readonly passes: number;
    readonly postcopyPages: number;
    readonly exact: boolean;
  };
  readonly sections: readonly (Omit<SectionSummary, 'kinds'> & {
    readonly kinds: readonly SectionKind[];
    readonly counts: SectionSummary['kinds'];
  })[];
  readonly commands: readonly {
    readonly name: string;
    readonly code: number;
    readonly offset: number;
    readonly packaged: boolean;
    readonly payload: CommandPayload;
  }[];
  readonly furtherCommands: number;
  readonly checkpoints: number;
  readonly footers: boolean | null;
  readonly vmdesc: StreamSummary['vmdesc'] | null;
  readonly multifd: {
    readonly channels: number;
    readonly packets: number;
    readonly syncs: number;
    readonly deviceStatePackets: number;
  };
  /** What the packets of each sync generation carried. */
  readonly generations: readonly GenerationSummary[];
  /** Devices whose state came in multifd packets. */
  readonly devices: readonly DeviceTransferSummary[];
  readonly pageRequests: number;
  readonly urgentPages: number;
  readonly trailing: StreamSummary['trailing'] | null;
  readonly skipped: StreamSummary['skipped'];
  readonly problems: readonly Finding[];
}

/** How the input was named, and what it was wrapped in. */
export interface InfoInput {
  readonly capture: string;
  readonly layers: readonly string[];
}

/** Makes the document of one capture. */
export function infoDocument(input: InfoInput, summary: CaptureSummary): InfoDocument {
  const { streams, channels, ram, devices, generations } = summary;
  const [main] = streams as readonly [StreamSummary, ...StreamSummary[]];
  const { configuration, runstate } = main;
  const { pageSize } = summary;
  const packets = channels.flatMap(({ multifd }) => multifd ?? []);
  const total = (value: (channel: MultifdChannelSummary) => number): number =>
    packets.reduce((sum, channel) => sum + value(channel), 0);
  return {
    schema: 'migscope/info/1',
    capture: input.capture,
    layers: input.layers,
    complete: summary.complete,
    machine: configuration?.machine ?? null,
    pageSize: pageSize?.bytes ?? null,
    ...(pageSize && { pageSizeEvidence: pageSize.evidence }),
    qemu: main.qemu,
    ...(configuration?.uuid !== undefined && { uuid: configuration.uuid }),
    ...(runstate !== undefined && { runstate }),
    capabilities: main.capabilities,
    channels,
    ram,
    sections: streams.flatMap(({ sections }) =>
      sections.map(({ kinds, ...section }) => ({
        ...section,
        kinds: Object.keys(kinds) as SectionKind[],
        counts: kinds,
      })),
    ),
    commands: streams.flatMap(({ commands }) => commands),
    furtherCommands: streams.reduce((sum, { furtherCommands }) => sum + furtherCommands, 0),
    checkpoints: main.checkpoints,
    footers: main.footers ?? null,
    vmdesc: main.vmdesc ?? null,
    multifd: {
      channels: packets.length,
      packets: total((channel) => channel.packets),
      syncs: total((channel) => channel.syncs),
      deviceStatePackets: total((channel) => channel.deviceStatePackets),
    },
    generations,
    devices,
    pageRequests: summary.pageRequests,
    urgentPages: summary.urgentPages,
    trailing: main.trailing ?? null,
    skipped: streams.flatMap(({ skipped }) => skipped),
    problems: summary.problems,
  };
}
