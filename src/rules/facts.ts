/**
 * What a capture has said so far that rules depend on: who wrote it, how far it has come, what it declared.
 *
 * The validator feeds every event of every channel to `Facts` before the rules see it, so that no rule has to follow the phases itself.
 */
import type { ChannelRole } from '../container/sniff.js';
import type { EventOf, RamBlock, StreamEvent } from '../stream/events.js';
import {
  MIG_CMD_OPEN_RETURN_PATH,
  MIG_CMD_POSTCOPY_ADVISE,
  MIG_CMD_POSTCOPY_LISTEN,
  MIG_CMD_POSTCOPY_RAM_DISCARD,
  MIG_CMD_POSTCOPY_RUN,
  MIG_CMD_SWITCHOVER_START,
} from '../wire/command.js';
import type { SectionIdentity } from '../wire/section.js';
import { compareVersions, machineVersion } from '../wire/versions.js';
import type { VmstateDump } from '../vmstate/dump.js';
import type { TargetCapture } from './target-capture.js';
import { isVfio } from '../wire/vfio.js';
import { isIterable } from './iterable.js';

/** FULL sections that are kept; a stream with more of them is no guest's. */
const MAX_FULLS = 1 << 16;

/** A channel of the capture, as far as it is known when it begins. */
export interface ChannelFacts {
  readonly name: string;
  readonly role: ChannelRole;
  /** Id of a multifd channel, once its first packet has been read. */
  multifdId: number | undefined;
}

/** A FULL section as it was read. */
export interface FullSection extends SectionIdentity {
  readonly channel: string;
  readonly offset: number;
  readonly payloadOffset: number;
  readonly payloadLength: number;
}

/** `PostcopyState` (migration/postcopy-ram.h) of a destination, with the numbers that its messages print. */
export const POSTCOPY_NONE = 0;
export const POSTCOPY_ADVISE = 1;
export const POSTCOPY_DISCARD = 2;
export const POSTCOPY_LISTENING = 3;
export const POSTCOPY_RUNNING = 4;

/** What a sync point of multifd is on the main channel: MULTIFD_FLUSH, or every EOS of RAM (machine types up to 8.0). */
export type FlushMode = 'flush' | 'eos';

/** What is known of the destination that the capture is judged against; nothing unless the user says it. */
export interface Target {
  /** QEMU release, as `9.2`. */
  readonly version?: string;
  /** What `-dump-vmstate` says of it. */
  readonly vmstate?: VmstateDump;
  /** What a stream says that was saved on it, with the devices that it is to load the capture into. */
  readonly capture?: TargetCapture;
}

export class Facts {
  /** All channels of the capture, in the order in which they began. */
  readonly channels: ChannelFacts[] = [];
  machine: string | undefined;
  /** Version that the machine type names, as `9.2`. */
  machineVersion: string | undefined;
  /** Capabilities in the configuration section. */
  capabilities: readonly string[] = [];
  uuid: string | undefined;
  pageSize: number | undefined;
  /** The blocks that the main channel lists, by name. */
  readonly blocks = new Map<string, RamBlock>();
  /** The state that the postcopy commands so far leave a destination in. */
  postcopyState = POSTCOPY_NONE;
  /** Inside the package of the switch to postcopy. */
  packaged = false;
  flushMode: FlushMode | undefined;
  /** Sync points on the main channel so far: packets of a generation below this are applied, those of this one may not be. */
  syncPoints = 0;
  /** EOF of the main channel has been read. */
  ended = false;
  /** Set for recovery connections too: the pages that follow are postcopy's. */
  postcopy = false;
  /** RAM's first START, PART and END. */
  ramStarted = false;
  ramPart = false;
  ramEnded = false;
  /** OPEN_RETURN_PATH has been read. */
  returnPath = false;
  /** POSTCOPY_ADVISE has been read, and with page sizes: RAM may go over to postcopy. */
  postcopyAdvised = false;
  postcopyRam = false;
  /** Offsets of SWITCHOVER_START on the main channel, before any checkpoint of COLO. */
  readonly switchovers: number[] = [];
  /** Checkpoints of COLO have begun. */
  colo = false;
  /** The FULL sections of the first stream, in its order, without those of COLO's checkpoints. */
  readonly fulls: FullSection[] = [];
  /** The ends of sections are guesses: their list is not to be relied on. */
  guessed = false;
  private readonly orders = new Map<string, Map<string, number>>();
  vmdesc: (Pick<EventOf<'vmdesc'>, 'offset' | 'length' | 'description'> & { readonly channel: string }) | undefined;

  constructor(
    /** False for a single file: the other channels of a multifd migration are then not there to be judged. */
    readonly several: boolean,
    readonly target: Target = {},
  ) {}

  /** True when the machine type names this version or a later one. False where it names none. */
  machineSince(version: string): boolean {
    return this.order(this.machineVersion, version) >= 0;
  }

  /** True when the machine type names this version or an earlier one. False where it names none. */
  machineUntil(version: string): boolean {
    return this.order(this.machineVersion, version) <= 0;
  }

  /** True when every destination that can load the stream has this version or a later one: it has to know the machine type. */
  destinationSince(version: string): boolean {
    const { version: target } = this.target;
    return this.order(target ?? this.machineVersion, version) >= 0;
  }

  /** True when the destination is known to be older than this version. */
  destinationBefore(version: string): boolean {
    const { version: target } = this.target;
    return this.order(target, version) < 0;
  }

  /** NaN, which is neither above nor below, for a version that is not known. Rules ask for each packet. */
  private order(known: string | undefined, version: string): number {
    if (known === undefined) return NaN;
    let orders = this.orders.get(known);
    if (!orders) this.orders.set(known, (orders = new Map()));
    let order = orders.get(version);
    if (order === undefined) orders.set(version, (order = compareVersions(known, version)));
    return order;
  }

  /** The page size, from whatever has said it. */
  get anyPageSize(): number | undefined {
    return this.pageSize ?? this.vmdesc?.description?.pageSize;
  }

  /** Multifd channels are there, or the main channel shows that the migration had some. */
  get multifd(): boolean {
    return this.channels.some(({ role }) => role === 'multifd');
  }

  /** A channel begins. */
  begin(name: string, role: ChannelRole): ChannelFacts {
    const channel: ChannelFacts = { name, role, multifdId: undefined };
    this.channels.push(channel);
    if (role === 'recovery-main') {
      this.postcopy = true;
      this.postcopyState = POSTCOPY_RUNNING;
      this.ended = false;
    }
    return channel;
  }

  /** Takes in an event of a channel. */
  event(channel: ChannelFacts, event: StreamEvent): void {
    switch (event.kind) {
      case 'configuration':
        this.machine = event.machine;
        this.machineVersion = machineVersion(event.machine);
        this.capabilities = event.capabilities ?? [];
        this.uuid = event.uuid;
        if (event.pageBits !== undefined) this.pageSize = 2 ** event.pageBits;
        break;
      case 'page-size':
        this.pageSize = event.pageSize;
        break;
      case 'ram-blocks':
        for (const block of event.blocks) this.blocks.set(block.name, block);
        break;
      case 'ram-mark':
        // The first mark tells: since 8.1 the block list is followed by a flush.
        this.flushMode ??= event.name === 'MULTIFD_FLUSH' ? 'flush' : event.name === 'EOS' ? 'eos' : undefined;
        if (event.name === (this.flushMode === 'flush' ? 'MULTIFD_FLUSH' : 'EOS')) this.syncPoints++;
        break;
      case 'ram-parts':
        this.ramPart = true;
        this.flushMode ??= 'eos';
        if (this.flushMode === 'eos') this.syncPoints += event.count;
        break;
      case 'section-start':
        if (event.idstr !== 'ram') break;
        if (event.section === 'start' || event.section === 'full') this.ramStarted = true;
        else if (event.section === 'part') this.ramPart = true;
        break;
      case 'section-end':
        if (event.section === 'end' && event.idstr === 'ram') this.ramEnded = true;
        else if (event.section === 'full') this.full(channel, event);
        break;
      case 'command':
        this.command(event);
        this.pageSize ??= event.payload.targetPageSize;
        break;
      case 'colo':
        this.colo = true;
        break;
      case 'vmdesc':
        this.vmdesc ??= { ...event, channel: channel.name };
        break;
      case 'problem':
        if (event.finding.rule === 'section-extent') this.guessed = true;
        break;
      case 'packaged-start':
        this.packaged = true;
        break;
      case 'packaged-end':
        this.packaged = false;
        break;
      case 'eof':
        if (!event.packaged) this.ended = true;
        break;
      case 'multifd-init':
        channel.multifdId = event.id;
        break;
      default:
    }
  }

  private full(channel: ChannelFacts, event: EventOf<'section-end'>): void {
    if (this.colo || this.fulls.length >= MAX_FULLS || (isIterable(event.idstr) && !isVfio(event.idstr))) return;
    const { id, idstr, instance, version, offset, payloadOffset, payloadLength } = event;
    this.fulls.push({ id, idstr, instance, version, channel: channel.name, offset, payloadOffset, payloadLength });
  }

  private command({ code, offset, payload }: EventOf<'command'>): void {
    if (code === MIG_CMD_OPEN_RETURN_PATH) this.returnPath = true;
    if (code === MIG_CMD_SWITCHOVER_START && !this.colo) this.switchovers.push(offset);
    if (payload.targetPageSize !== undefined) this.postcopyRam = true;
    // A destination takes up the new state before it looks at the old one.
    if (code === MIG_CMD_POSTCOPY_ADVISE) {
      this.postcopyState = POSTCOPY_ADVISE;
      this.postcopyAdvised = true;
    } else if (code === MIG_CMD_POSTCOPY_RAM_DISCARD) this.postcopyState = POSTCOPY_DISCARD;
    else if (code === MIG_CMD_POSTCOPY_RUN) this.postcopyState = POSTCOPY_RUNNING;
    else if (code === MIG_CMD_POSTCOPY_LISTEN) {
      this.postcopyState = POSTCOPY_LISTENING;
      this.postcopy = true;
    }
  }
}
