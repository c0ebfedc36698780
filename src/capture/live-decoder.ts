/**
 * Decodes the channels of a migration while they are being recorded: tells in which phase the migration is, and lets others listen.
 */
import { join } from 'node:path';
import { openSource } from '../container/open.js';
import type { ChannelRole } from '../container/sniff.js';
import { InputError } from '../finding.js';
import { Conductor } from '../stream/conductor.js';
import { decodeChannel } from '../stream/decode-channel.js';
import type { StreamEvent, StreamSink } from '../stream/events.js';
import { SharedRam } from '../stream/shared-ram.js';
import { GrowingFile } from './growing-file.js';

/** What is known of the migration as a whole. */
export interface LiveState {
  /** In a few words. */
  readonly phase: string;
  /** A main channel, or the connection that took it up, has been decoded to its own end. */
  readonly complete: boolean;
  /** The guest may run at the destination: a connection that breaks now will be taken up by another. */
  readonly postcopy: boolean;
}

export interface LiveListener {
  state(state: LiveState): void;
  /** The sinks of a channel, when its first bytes have told what it is. */
  sinks(name: string, role: ChannelRole): readonly StreamSink[];
}

const NO_CHANNEL = {
  kind: 'end',
  offset: 0,
  bytes: 0,
  explainedBytes: 0,
  lastGoodOffset: 0,
  complete: false,
} as const satisfies StreamEvent;

export class LiveDecoder {
  private readonly files = new Map<string, GrowingFile>();
  private readonly ram = new SharedRam();
  private readonly conductor = new Conductor();
  /** Joined before there is a main channel, since multifd channels may be read earlier, and depend on it. */
  private readonly mainTurn = this.conductor.main();
  private readonly work: Promise<void>[] = [];
  /** Channels whose first bytes have not been seen. */
  private unknown = 0;
  private finishing = false;
  private hasMain = false;
  /** The main channel that began last. */
  private newest: string | undefined;
  private current: LiveState = { phase: 'waiting for the source', complete: false, postcopy: false };

  constructor(
    private readonly directory: string,
    private readonly listener: LiveListener,
  ) {}

  /** This many bytes of a file have been written; the first call begins to read it. */
  grown(name: string, bytes: number): void {
    let file = this.files.get(name);
    if (!file) {
      file = new GrowingFile(join(this.directory, name), name);
      this.files.set(name, file);
      this.work.push(this.decode(file));
    }
    file.grown(bytes);
  }

  ended(name: string): void {
    this.files.get(name)?.end();
  }

  /** Resolves when all that was written has been decoded. */
  async finish(): Promise<void> {
    this.finishing = true;
    for (const file of this.files.values()) file.end();
    this.waitForNoMain();
    await Promise.all(this.work);
  }

  /** Multifd channels do not wait for a main channel that will not come. */
  private waitForNoMain(): void {
    if (this.finishing && this.unknown === 0 && !this.hasMain) this.mainTurn.event?.(NO_CHANNEL);
  }

  private async decode(file: GrowingFile): Promise<void> {
    try {
      this.unknown++;
      const { role, cursor } = await openSource(file).finally(() => this.unknown--);
      const { ram } = this;
      // A second one belongs to another migration, and is none of the first one's channels' business.
      const isFirst = role === 'main' && !this.hasMain;
      this.hasMain ||= isFirst;
      this.waitForNoMain();
      const isMain = role === 'main' || role === 'recovery-main';
      const sinks = [
        ...this.listener.sinks(file.name, role),
        ...(isMain ? [{ event: (event: StreamEvent) => this.watch(file.name, event) }] : []),
        ...(isFirst ? [ram, this.mainTurn] : []),
        ...(role === 'multifd' ? [this.conductor.multifd()] : []),
      ];
      await decodeChannel(cursor, sinks, {
        role,
        channel: file.name,
        multifd: ram,
        blocks: ram.blocks,
        ...(ram.machine !== undefined && { machine: ram.machine }),
        ...(ram.pageSize !== undefined && { pageSize: ram.pageSize }),
      });
    } catch (error) {
      // What is no channel is recorded as it is.
      if (!(error instanceof InputError)) throw error;
    } finally {
      file.close();
      this.waitForNoMain();
    }
  }

  private watch(name: string, event: StreamEvent): void {
    if (event.kind === 'begin') this.newest = name;
    // A connection that was lost has no say any more.
    if (name !== this.newest) return;
    const { current } = this;
    const next = { ...current, ...stateAfter(event, current) };
    if (next.phase === current.phase && next.complete === current.complete && next.postcopy === current.postcopy)
      return;
    this.current = next;
    this.listener.state(next);
  }
}

function stateAfter(event: StreamEvent, { postcopy }: LiveState): Partial<LiveState> {
  switch (event.kind) {
    case 'begin':
      return { complete: false, phase: event.role === 'main' ? 'setup' : 'recovery' };
    case 'section-start':
      if (event.section === 'part') return { phase: postcopy ? 'postcopy' : 'RAM' };
      if (event.section === 'end') return { phase: 'last pass' };
      return event.section === 'full' ? { phase: 'device state' } : {};
    case 'packaged-start':
      return { postcopy: true, phase: 'switch to postcopy' };
    case 'end':
      return event.complete ? { complete: true, phase: 'complete' } : { phase: 'broken' };
    default:
      return {};
  }
}
