/** Runs the decoder that a channel's role asks for. */
import type { Cursor } from '../bytes/cursor.js';
import type { ChannelRole } from '../container/sniff.js';
import { InputError } from '../finding.js';
import type { StreamSink } from './events.js';
import { Emitter } from './emitter.js';
import { MainChannelDecoder, type MainChannelOptions } from './main-channel.js';

export interface DecodeChannelOptions extends Omit<MainChannelOptions, 'role'> {
  readonly role: ChannelRole;
  /** What findings call the channel. */
  readonly channel: string;
}

/**
 * Decodes a channel from the cursor to the end of its source and reports to the sinks, in their order.
 *
 * @throws InputError for roles that cannot be read alone
 */
export async function decodeChannel(
  cursor: Cursor,
  sinks: readonly StreamSink[],
  options: DecodeChannelOptions,
): Promise<void> {
  const out = new Emitter(sinks, options.channel);
  const { role } = options;
  if (role === 'main' || role === 'recovery-main') {
    await new MainChannelDecoder(cursor, out, { ...options, role }).decode();
    return;
  }
  throw new InputError(
    `${options.channel} is a ${role} channel, not a main channel`,
    'give the main channel of the migration: the file that starts with QEVM',
  );
}
