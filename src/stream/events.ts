/**
 * What a decoder reports, in stream order: plain data for everything that is rare, batches for pages.
 *
 * Offsets are absolute in the channel; where a `length` stands beside one, the structure is `[offset, offset + length)`.
 * 64-bit values that are not sizes or addresses are bigints.
 */
import type { ChannelRole } from '../container/sniff.js';
import type { Finding } from '../finding.js';
import type { CommandPayload } from '../wire/command.js';
import type { Configuration } from '../wire/configuration.js';
import type { SectionIdentity, SectionKind } from '../wire/section.js';
import type { StructNode } from '../vmstate/decode.js';
import type { DeviceDescription, VmstateDescription } from '../vmstate/vmdesc.js';
import type { PageBatch } from './page-batch.js';

/** Plain values of a decoded record: what JSON can say, and bigints and bytes. */
export type RecordValue = number | bigint | boolean | string | Uint8Array | readonly RecordValue[] | RecordFields;
export interface RecordFields {
  readonly [name: string]: RecordValue;
}

/** A RAM block as the stream declares or uses it. */
export interface RamBlock {
  readonly index: number;
  readonly name: string;
  /** Bytes in use; 0 for a block that pages name but no list declares. */
  readonly usedLength: number;
  readonly declared: boolean;
  /** Page size of the block's backing, where postcopy makes the source say it. */
  readonly pageSize?: number;
  /** Guest-physical address of the region, with x-ignore-shared. */
  readonly address?: number;
  readonly mappedRam?: MappedRamArea;
}

/** Where a block lies in a mapped-ram file. Offsets are those of this channel, not of the file around it. */
export interface MappedRamArea {
  readonly version: number;
  readonly pageSize: number;
  /** Where the file begins from which its writer counted the offsets: 0, or below it for a stream that was cut out of one. */
  readonly fileStart: number;
  readonly bitmapOffset: number;
  readonly bitmapSize: number;
  readonly pagesOffset: number;
  /** Bits that are set: pages that are stored. */
  readonly normalPages: number;
  readonly zeroPages: number;
  /** Bits set behind the last page. */
  readonly strayBits: number;
}

/** Some bytes of a block. */
export interface MemoryWord {
  readonly block: string;
  /** In the block. */
  readonly offset: number;
  readonly length: number;
}

export type StreamEvent =
  | { readonly kind: 'begin'; readonly offset: number; readonly channel: string; readonly role: ChannelRole }
  | { readonly kind: 'header'; readonly offset: number; readonly length: number; readonly version: number }
  | ({ readonly kind: 'configuration'; readonly offset: number; readonly length: number } & Configuration)
  | ({
      readonly kind: 'section-start';
      readonly offset: number;
      readonly section: SectionKind;
      readonly packaged: boolean;
    } & SectionIdentity)
  | {
      readonly kind: 'ram-blocks';
      readonly offset: number;
      readonly length: number;
      readonly total: number;
      readonly blocks: readonly RamBlock[];
    }
  /**
   * PART sections of RAM that follow each other, each with its footer: instead of the start, the mark and the end of each, where every listener has
   * `countsParts`.
   */
  | ({
      readonly kind: 'ram-parts';
      readonly offset: number;
      readonly count: number;
      /** Of all payloads. */
      readonly payloadLength: number;
    } & SectionIdentity)
  | { readonly kind: 'page-size'; readonly offset: number; readonly pageSize: number; readonly evidence: string }
  /** A RAM record that carries no page: MULTIFD_FLUSH, HOOK, EOS. */
  | {
      readonly kind: 'ram-mark';
      readonly offset: number;
      readonly flags: number;
      readonly name: string;
      /** What stands in the bits of the address, which a mark does not have. */
      readonly address?: number;
    }
  /** A record of any other section whose layout is built in. */
  | {
      readonly kind: 'record';
      readonly offset: number;
      readonly length: number;
      readonly section: string;
      readonly name: string;
      readonly fields: RecordFields;
    }
  /** What was asked for by `wantedWords`; `bytes` where the page is stored, or is zero. Follows `ram-blocks`. */
  | {
      readonly kind: 'mapped-words';
      readonly offset: number;
      readonly words: readonly (MemoryWord & { readonly bytes?: Uint8Array })[];
    }
  /** A piece of the data of a record, in order and before it. The view is valid until the sink returns. */
  | {
      readonly kind: 'section-data';
      readonly offset: number;
      readonly section: string;
      readonly instance: number;
      readonly name: string;
      readonly data: Uint8Array;
    }
  | {
      readonly kind: 'section-end';
      readonly offset: number;
      readonly section: SectionKind;
      readonly id: number;
      readonly idstr: string;
      readonly instance: number;
      readonly version: number;
      readonly payloadOffset: number;
      readonly payloadLength: number;
      readonly footer: boolean;
    }
  /** A FULL section whose layout comes from the vmdesc; follows its section-end, at once or when the vmdesc is known. */
  | ({
      readonly kind: 'device-state';
      readonly offset: number;
      readonly payload: Uint8Array;
      /** What the vmdesc says of the section. */
      readonly description?: DeviceDescription;
      /** Where somebody asked for it. */
      readonly state?: StructNode;
      readonly note?: string;
    } & SectionIdentity)
  /**
   * A FULL section of a source that can seek, found at its end and reported behind the configuration: before everything else of the stream. It comes again as
   * `device-state`.
   */
  | ({
      readonly kind: 'device-ahead';
      readonly offset: number;
      readonly payload: Uint8Array;
      readonly description: DeviceDescription;
    } & SectionIdentity)
  | {
      readonly kind: 'command';
      readonly offset: number;
      readonly length: number;
      readonly code: number;
      readonly name: string;
      readonly payload: CommandPayload;
      readonly packaged: boolean;
      readonly raw?: Uint8Array;
    }
  | { readonly kind: 'packaged-start'; readonly offset: number; readonly length: number }
  | { readonly kind: 'packaged-end'; readonly offset: number; readonly unread: number }
  | { readonly kind: 'eof'; readonly offset: number; readonly packaged: boolean }
  | {
      readonly kind: 'vmdesc';
      readonly offset: number;
      readonly length: number;
      readonly description?: VmstateDescription;
    }
  | {
      readonly kind: 'colo';
      readonly offset: number;
      readonly length: number;
      readonly message: number;
      readonly name: string;
      readonly value?: number;
    }
  /** The first packet of a multifd channel. */
  | {
      readonly kind: 'multifd-init';
      readonly offset: number;
      readonly length: number;
      readonly id: number;
      readonly uuid: string;
      /** Bytes that have no meaning are not zero. */
      readonly unused?: true;
    }
  /** A RAM packet: its pages come as batches right before it. A packet with `sync` ends generation `generation` of its channel. */
  | {
      readonly kind: 'packet';
      readonly offset: number;
      /** Bytes of the header. */
      readonly length: number;
      readonly payloadLength: number;
      /** Bytes of the payload when it is not compressed. */
      readonly unpackedLength: number;
      readonly flags: number;
      readonly method: string;
      readonly pagesAlloc: number;
      /** What the header says of the payload: of no meaning where there are no normal pages. */
      readonly nextPacketSize: number;
      readonly packetNum: bigint;
      readonly block: string;
      readonly normalPages: number;
      readonly zeroPages: number;
      readonly sync: boolean;
      readonly generation: number;
      /** The empty packet that repeats the number of a SYNC packet with pages (QEMU up to 8.2). */
      readonly twin: boolean;
      /** Bytes of the header that have no meaning are not zero. */
      readonly unused?: true;
      /** So are the name of the block in a packet without pages or the entries behind the used ones: left over from a packet before. */
      readonly leftover?: true;
    }
  /** A packet of device state. The view of the data is valid until the sink returns. */
  | {
      readonly kind: 'device-packet';
      readonly offset: number;
      readonly length: number;
      readonly payloadLength: number;
      readonly idstr: string;
      readonly instance: number;
      readonly index: number;
      /** All flags; `config` is the only one with a meaning. */
      readonly flags: number;
      readonly config: boolean;
      readonly data: Uint8Array;
    }
  /** A message of the return path, or of COLO on it. */
  | {
      readonly kind: 'message';
      readonly offset: number;
      readonly length: number;
      readonly type: number;
      readonly name: string;
      readonly fields: RecordFields;
    }
  /** Bytes behind the end of the stream: zeros are padding of a device or file, anything else is not part of the stream. */
  | {
      readonly kind: 'trailing';
      readonly offset: number;
      readonly length: number;
      readonly zeros: boolean;
      /** They begin with a section or a command, as if the stream had ended too early. */
      readonly elements?: true;
    }
  | { readonly kind: 'skipped'; readonly offset: number; readonly length: number }
  | { readonly kind: 'problem'; readonly offset: number; readonly finding: Finding }
  | ChannelEnd;

/** The last event of a channel. */
export interface ChannelEnd {
  readonly kind: 'end';
  readonly offset: number;
  /** Bytes of the channel, as far as they were there to read. */
  readonly bytes: number;
  /** Bytes that a decoder consumed and knows the meaning of. */
  readonly explainedBytes: number;
  /** Everything before this offset has been decoded, up to the first problem that stopped a decoder. */
  readonly lastGoodOffset: number;
  /** The stream reached its own end, and nothing was cut, skipped or left over. */
  readonly complete: boolean;
}

export type EventOf<K extends StreamEvent['kind']> = Extract<StreamEvent, { kind: K }>;

/** Listens to a decoder. Every part is optional; what nobody asks for is not prepared. */
export interface StreamSink {
  /** Reports device state decoded through the vmdesc; payloads are kept (bounded) until it is known. */
  readonly wantsDeviceState?: boolean;
  /** The same, but the payload with its description is enough. */
  readonly wantsDevicePayload?: boolean;
  /** Device state only as the vmdesc describes it: what it leaves opaque stays bytes. */
  readonly rawDevices?: boolean;
  /** Wants to know the section of this device before everything that stands in front of it, where the source can seek. */
  wantsAhead?(device: DeviceDescription): boolean;
  /** Reports the pages of mapped-ram files one by one instead of counted from the bitmap. */
  readonly wantsMappedPages?: boolean;
  /** Wants to know what stands at these places of a mapped-ram file; asked behind its `ram-blocks`, where the source can seek. */
  wantedWords?(): readonly MemoryWord[];
  /** Reports the data of records that are too long to be kept, in pieces; else they are stepped over. */
  readonly wantsSectionData?: boolean;
  /**
   * Does not look into the `window` of the batches that come next: where no sink does, pages that take long to read are stepped over. Asked before every
   * multifd packet.
   */
  readonly ignoresContents?: boolean;
  /** Takes `ram-parts`: sections of a few pages come in millions, and three events for each take longer than their pages. */
  readonly countsParts?: boolean;
  event?(event: StreamEvent): void;
  /** The batch and its window are reused: they are valid until this returns. */
  pages?(batch: PageBatch): void;
  /** Back-pressure: awaited between batches and sections. */
  drain?(): Promise<void> | undefined;
}
