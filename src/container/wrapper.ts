/** What a stream can come wrapped in: how it is recognised, and what comes out of it. */
import type { ByteSource, SourceFault } from '../bytes/source.js';
import type { Arrival } from './arrivals.js';

/** One format that streams come wrapped in. `WRAPPERS` (wrappers.ts) is the list of all. */
export interface Wrapper {
  /** Recognises the format by up to `SNIFF_SIZE` first bytes. */
  readonly recognises: (head: Buffer) => boolean;
  /** It holds several things that the user can name one of. */
  readonly takesPart?: true;
  /**
   * Opens what is inside. Nothing has been read from the source; closing what comes out closes it.
   *
   * @throws InputError when this one holds nothing that can be read
   */
  readonly unwrap: (source: ByteSource, how: UnwrapOptions) => Unwrapped | Promise<Unwrapped>;
}

export interface UnwrapOptions {
  /** What the user named behind the file, as `FILE#part`. */
  readonly part?: string;
}

export type Unwrapped = OneInside | SeveralInside;

/** A wrapper around one stream, or around another wrapper. */
export interface OneInside {
  readonly source: ByteSource;
  /** What it was taken out of, outermost first, in the words of `info`. */
  readonly layers: readonly string[];
  /** What else the wrapper holds. */
  readonly attachments?: readonly Attachment[];
}

/** A document beside the stream: the XML of a libvirt save image. */
export interface Attachment {
  /** A relative path to write it to. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A wrapper around the channels of a migration, such as a packet capture. */
export interface SeveralInside {
  readonly layers: readonly string[];
  readonly channels: readonly ChannelInside[];
  /** The order in which their bytes arrived, by the names of the channels. */
  readonly arrivals?: () => AsyncIterable<Arrival>;
  /** What is wrong with the wrapper itself. */
  readonly notes?: readonly NoteInside[];
  close(): void;
}

/** Something that does not keep the channels from being read. */
export interface NoteInside extends Pick<SourceFault, 'rule' | 'message' | 'offset'> {
  /** The channel that it is about; else it is about the file. */
  readonly channel?: string;
}

export interface ChannelInside {
  readonly name: string;
  readonly bytes: number;
  /** Opens it from its first byte, any number of times. */
  readonly open: () => ByteSource;
}
