/** Reads built packet captures, and what is in their streams. */
import { MemorySource } from '../../../src/bytes/source.js';
import { unwrap } from '../../../src/container/wrappers.js';
import type { SeveralInside } from '../../../src/container/wrapper.js';
import { FileWindow } from '../../../src/container/pcap/file-window.js';
import type { SeekableSource } from '../../../src/container/spool.js';
import { indexPackets, openPackets, type PacketIndex } from '../../../src/container/pcap/index-packets.js';
import type { PacketReader } from '../../../src/container/pcap/packet.js';
import type { SourceFault } from '../../../src/bytes/source.js';

export const sourceOf = (bytes: Uint8Array): SeekableSource =>
  new MemorySource(bytes, 'x.pcap') as unknown as SeekableSource;

export const windowOf = (bytes: Uint8Array): FileWindow => new FileWindow(sourceOf(bytes));

export interface SeenPacket {
  readonly number: number;
  readonly time: number;
  readonly linkType: number;
  readonly original: number;
  readonly data: string;
}

/** All packets of a file, and the reader when it is done. */
export function packetsOf(bytes: Uint8Array): { readonly packets: SeenPacket[]; readonly reader: PacketReader } {
  const reader = openPackets(windowOf(bytes))!;
  const packets: SeenPacket[] = [];
  while (reader.next()) {
    const { number, start, captured, original, linkType, time } = reader.packet;
    const data = Buffer.from(bytes.subarray(start, start + captured)).toString('hex');
    packets.push({ number, time, linkType, original, data });
  }
  return { packets, reader };
}

export async function indexOf(bytes: Uint8Array): Promise<PacketIndex> {
  return (await indexPackets(sourceOf(bytes)))!;
}

/** The channels of the migration in a packet capture. */
export async function openPcap(bytes: Uint8Array, part?: string): Promise<SeveralInside> {
  return (await unwrap(sourceOf(bytes), part === undefined ? {} : { part })) as SeveralInside;
}

/** What a channel holds, and what its source has to say of it. */
export async function contents(
  inside: SeveralInside,
  name: string,
): Promise<{ bytes: Buffer; faults: readonly SourceFault[] }> {
  const source = inside.channels.find((channel) => channel.name === name)!.open();
  const bytes = Buffer.alloc(source.size!);
  let got = 0;
  for (let count; (count = await source.read(bytes.subarray(got, got + 50_000))) > 0;) got += count;
  return { bytes: bytes.subarray(0, got), faults: source.faults ?? [] };
}
