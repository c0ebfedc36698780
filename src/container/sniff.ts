/**
 * Tells by its first bytes what a channel or file is.
 *
 * Sources: `migration_ioc_process_incoming` (migration/migration.c) for the channels; the formats' own documents for the rest.
 */

/** What a channel carries. */
export const CHANNEL_ROLES = ['main', 'recovery-main', 'multifd', 'preempt', 'return-path', 'cpr'] as const;
export type ChannelRole = (typeof CHANNEL_ROLES)[number];

/** The first four bytes of the channels that begin with a magic number, big-endian. */
export const CHANNEL_MAGIC = { main: 0x5145564d, multifd: 0x11223344, cpr: 0x51435052 } as const;

export type Sniffed =
  | { readonly role: ChannelRole }
  /** Something that is no channel, in words that complete "this is …". */
  | { readonly other: string; readonly hint: string };

/** Bytes that `sniff` wants to see, where there are as many. */
export const SNIFF_SIZE = 64;

const MAGICS: readonly (readonly [magic: string, result: Sniffed])[] = [
  ...(['main', 'multifd', 'cpr'] as const).map((role) => [CHANNEL_MAGIC[role].toString(16), { role }] as const),
  ['1f8b', { other: 'a gzip file', hint: 'unpack it into a pipe: gzip -dc FILE | migscope info -' }],
  ['28b52ffd', { other: 'a zstd file', hint: 'unpack it into a pipe: zstd -dc FILE | migscope info -' }],
  ['fd377a585a00', { other: 'an xz file', hint: 'unpack it into a pipe: xz -dc FILE | migscope info -' }],
  ['425a68', { other: 'a bzip2 file', hint: 'unpack it into a pipe: bzip2 -dc FILE | migscope info -' }],
  ['04224d18', { other: 'an lz4 file', hint: 'unpack it into a pipe: lz4 -dc FILE | migscope info -' }],
  ['894c5a4f', { other: 'an lzop file', hint: 'unpack it into a pipe: lzop -dc FILE | migscope info -' }],
  [
    '4c6962766972745165',
    { other: 'a libvirt save image', hint: 'the stream starts behind its header: give that offset with --offset' },
  ],
  ['514649fb', { other: 'a qcow2 image', hint: 'the stream of a snapshot lies in its clusters; copy it out first' }],
  ['d4c3b2a1', { other: 'a packet capture', hint: 'extract the TCP connection first' }],
  ['0a0d0d0a', { other: 'a packet capture', hint: 'extract the TCP connection first' }],
  [
    '160301',
    { other: 'a TLS connection', hint: 'what is encrypted on the wire can only be recorded by one of its ends' },
  ],
  [
    '160303',
    { other: 'a TLS connection', hint: 'what is encrypted on the wire can only be recorded by one of its ends' },
  ],
  ['7f454c46', { other: 'an ELF file', hint: 'a memory dump is no migration stream' }],
  ['7b', { other: 'JSON text', hint: 'a vmdesc alone is no migration stream; give it with --vmdesc' }],
];

/** Recognises a channel or file by up to `SNIFF_SIZE` first bytes; undefined when they say nothing. */
export function sniff(bytes: Uint8Array): Sniffed | undefined {
  const hexText = Buffer.from(bytes.subarray(0, SNIFF_SIZE)).toString('hex');
  const known = MAGICS.find(([magic]) => hexText.startsWith(magic));
  if (known) return known[1];
  // RECV_BITMAP or POSTCOPY_RESUME: how a connection begins that takes up a broken postcopy.
  if (/^08000a00|^0800090000/.test(hexText)) return { role: 'recovery-main' };
  return undefined;
}
