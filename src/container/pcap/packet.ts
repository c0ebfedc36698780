/** Packets, whatever the file that holds them: what pcap and pcapng readers hand on. */

/** The packet that was read last. One object is used for all of them. */
export interface Packet {
  /** Counted from 1, as other tools count. */
  number: number;
  /** The byte of the file at which its link layer begins. */
  start: number;
  /** Bytes that are in the file, and bytes that were on the wire. */
  captured: number;
  original: number;
  /** `LINKTYPE_…` of its interface. */
  linkType: number;
  /** Seconds since the first packet. */
  time: number;
}

/** Something that is wrong with the file itself. */
export interface PacketFileFault {
  readonly kind: 'truncated' | 'damaged';
  readonly message: string;
  readonly offset: number;
}

export interface PacketReader {
  readonly format: 'pcap' | 'pcapng';
  readonly packet: Packet;
  /** Set when the file could not be read to its end. */
  readonly fault?: PacketFileFault | undefined;
  /** The byte of the file at which reading stands. */
  readonly offset: number;
  /** Steps to the next packet; false at the end, and where the file cannot be read further. */
  next(): boolean;
}

/** Far more than any link carries (the large packets of Linux reach 512 KiB). */
export const MAX_PACKET = 16 << 20;

export function noPacket(): Packet {
  return { number: 0, start: 0, captured: 0, original: 0, linkType: 0, time: 0 };
}
