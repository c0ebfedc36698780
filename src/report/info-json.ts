/** The document of `info --json`; its fields are a contract. */
import type { Finding } from '../finding.js';
import type { ChannelRole } from '../container/sniff.js';
import type { PageCounts } from '../model/ram-model.js';
import type { SectionSummary, StreamSummary } from '../model/stream-model.js';
import type { ReadResult } from '../read.js';
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
  readonly channels: readonly {
    readonly file: string;
    readonly role: ChannelRole;
    readonly bytes: number;
    readonly explainedBytes: number;
    readonly lastGoodOffset: number;
  }[];
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
  readonly trailing: StreamSummary['trailing'] | null;
  readonly skipped: StreamSummary['skipped'];
  readonly problems: readonly Finding[];
}

/** Makes the document of one capture. */
export function infoDocument(summary: StreamSummary & ReadResult): InfoDocument {
  const { configuration } = summary;
  return {
    schema: 'migscope/info/1',
    capture: summary.capture,
    layers: summary.layers,
    complete: summary.complete,
    machine: configuration?.machine ?? null,
    pageSize: summary.pageSize?.bytes ?? null,
    ...(summary.pageSize && { pageSizeEvidence: summary.pageSize.evidence }),
    qemu: summary.qemu,
    ...(configuration?.uuid !== undefined && { uuid: configuration.uuid }),
    ...(summary.runstate !== undefined && { runstate: summary.runstate }),
    capabilities: summary.capabilities,
    channels: [
      {
        file: summary.channel,
        role: summary.role,
        bytes: summary.bytes,
        explainedBytes: summary.explainedBytes,
        lastGoodOffset: summary.lastGoodOffset,
      },
    ],
    ram: summary.ram,
    sections: summary.sections.map(({ kinds, ...section }) => ({
      ...section,
      kinds: Object.keys(kinds) as SectionKind[],
      counts: kinds,
    })),
    commands: summary.commands,
    furtherCommands: summary.furtherCommands,
    checkpoints: summary.checkpoints,
    footers: summary.footers ?? null,
    vmdesc: summary.vmdesc ?? null,
    multifd: { channels: 0, packets: 0, syncs: 0, deviceStatePackets: 0 },
    trailing: summary.trailing ?? null,
    skipped: summary.skipped,
    problems: summary.problems,
  };
}
