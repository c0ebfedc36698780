/** Runs the decoder that a channel's role asks for. */
import type { Cursor } from '../bytes/cursor.js';
import type { ChannelRole } from '../container/sniff.js';
import { DecodeError } from '../finding.js';
import { decodeCprChannel } from './cpr-channel.js';
import type { RamBlock, StreamSink } from './events.js';
import { Emitter } from './emitter.js';
import { decodeMultifdChannel, type MultifdContext } from './multifd-channel.js';
import { MainChannelDecoder, type MainChannelOptions } from './main-channel.js';
import { decodePreemptChannel } from './preempt-channel.js';
import { decodeReturnPath } from './return-path.js';

export interface DecodeChannelOptions extends Omit<MainChannelOptions, 'role'> {
  readonly role: ChannelRole;
  /** What findings call the channel. */
  readonly channel: string;
  /** What the main channel has declared, for the channels that depend on it. */
  readonly blocks?: readonly RamBlock[];
  readonly machine?: string;
  /** The same for multifd channels, which are read while the main channel is still saying it. */
  readonly multifd?: MultifdContext;
}

/**
 * Decodes a channel from the cursor to the end of its source and reports to the sinks, in their order.
 */
export async function decodeChannel(
  cursor: Cursor,
  sinks: readonly StreamSink[],
  options: DecodeChannelOptions,
): Promise<void> {
  const out = new Emitter(sinks, options.channel, cursor.source);
  const { role } = options;
  switch (role) {
    case 'main':
    case 'recovery-main':
      return new MainChannelDecoder(cursor, out, { ...options, role }).decode();
    case 'return-path':
      return decodeReturnPath(cursor, out);
    case 'preempt':
      return decodePreemptChannel(cursor, out, options);
    case 'cpr':
      return decodeCpr(cursor, out);
    case 'multifd':
      return decodeMultifdChannel(
        cursor,
        out,
        options.multifd ?? { pageSize: options.pageSize, findBlock: () => undefined },
      );
  }
}

async function decodeCpr(cursor: Cursor, out: Emitter): Promise<void> {
  const begin = cursor.offset;
  out.event({ kind: 'begin', offset: begin, channel: out.channel, role: 'cpr' });
  let complete = true;
  try {
    await decodeCprChannel(cursor, out);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    out.caught(error);
    complete = false;
  }
  const rest = cursor.offset;
  while (!(await cursor.atEnd())) cursor.position = cursor.limit;
  const length = cursor.offset - rest;
  if (complete && length > 0) {
    out.event({ kind: 'trailing', offset: rest, length, zeros: false });
    out.problem('trailing-bytes', `${length} bytes behind the end of the state`, { offset: rest, length });
  }
  const bytes = cursor.offset - begin;
  const explainedBytes = out.good - begin;
  out.event({ kind: 'end', offset: cursor.offset, bytes, explainedBytes, lastGoodOffset: out.good, complete });
}
