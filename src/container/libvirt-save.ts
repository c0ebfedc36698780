/**
 * libvirt save images: what `virsh save`, `virsh managedsave` and snapshots with memory (`--memspec`) write in front of a stream.
 *
 *      0  16  magic: `LibvirtQemudSave`, or `LibvirtQemudPart` while it is being written
 *     16   4  version: 2
 *     20   4  bytes of XML, cookie and padding; the stream follows them
 *     24   4  1 when the guest was running
 *     28   4  format of the stream: 0 raw, 1 gzip, 2 bzip2, 3 xz, 4 lzop, 5 zstd, 6 sparse (mapped-ram)
 *     32   4  offset of the cookie from byte 92 on, 0 where there is none
 *     36  56  unused
 *     92      XML of the domain and a NUL; the cookie and a NUL; padding
 *
 * Integers are in the byte order of the host that wrote it: libvirt swaps them when the version is above 2. The offsets in a sparse image are
 * those of this file. Document: src/qemu/qemu_saveimage.h and qemu_saveimage.c of libvirt (`qemuSaveImageGetMetadata`,
 * `qemuSaveImageReadHeader`), 11.3; sparse since 11.2.
 */
import { printable } from '../bytes/cursor.js';
import { layout } from '../bytes/layout.js';
import { take } from '../bytes/peek.js';
import type { ByteSource, SourceFault } from '../bytes/source.js';
import { SourcePart } from '../bytes/source-part.js';
import { hex, InputError } from '../finding.js';
import type { Attachment, OneInside, Wrapper } from './wrapper.js';

const MAGIC = 'LibvirtQemud';
const FINISHED = 'Save';
const UNFINISHED = 'Part';
const MAGIC_SIZE = 16;
const MAX_VERSION = 2;
/** As `info` calls them. */
export const LIBVIRT_SAVE_FORMATS = ['raw', 'gzip', 'bzip2', 'xz', 'lzop', 'zstd', 'sparse'] as const;

const fields = [
  ['version', 'u32'],
  ['dataLength', 'u32'],
  ['wasRunning', 'u32'],
  ['format', 'u32'],
  ['cookieOffset', 'u32'],
] as const;
const HEADER = {
  little: layout('libvirt save header', fields, 'little'),
  big: layout('libvirt save header', fields, 'big'),
};
const HEADER_SIZE = 92;
/** Far more than any domain's XML; libvirt reads what the header says. */
const MAX_XML = 16 << 20;

/** The header of a save image and the documents behind it. */
export interface LibvirtSaveHeader {
  /** False for an image whose writing never ended. */
  readonly finished: boolean;
  readonly version: number;
  readonly byteOrder: 'little' | 'big';
  readonly wasRunning: boolean;
  readonly format: number;
  /** The word for `format`; undefined for one that libvirt up to 11.3 does not know. */
  readonly formatName?: (typeof LIBVIRT_SAVE_FORMATS)[number];
  /** Where the stream begins, packed or not. */
  readonly streamOffset: number;
  /** The XML of the domain, and of what libvirt remembers beside it. */
  readonly xml: string;
  readonly cookie?: string;
  /** Of the domain, by its XML. */
  readonly domain?: string;
  readonly uuid?: string;
}

export const libvirtSave: Wrapper = {
  recognises: (head) => isMagic(head.toString('latin1', 0, MAGIC_SIZE)),
  unwrap: open,
};

/**
 * Reads the header of a save image and the XML behind it. Reads the source forwards, to where the stream begins.
 *
 * @returns undefined for what is no save image
 * @throws InputError for a save image that libvirt could not read either
 */
export async function readLibvirtSave(source: ByteSource): Promise<LibvirtSaveHeader | undefined> {
  return (await readHeader(source, () => undefined))?.header;
}

interface Read {
  readonly header: LibvirtSaveHeader;
  readonly xml: Buffer;
  readonly cookie?: Buffer;
}

async function open(source: ByteSource): Promise<OneInside> {
  const faults: SourceFault[] = [];
  const { header, xml, cookie } = (await readHeader(source, (fault) => faults.push(fault)))!;
  const part = new SourcePart(source, header.streamOffset);
  for (const fault of faults) part.report(fault);
  const attachments: Attachment[] = [{ name: 'libvirt/domain.xml', bytes: xml }];
  if (cookie) attachments.push({ name: 'libvirt/cookie.xml', bytes: cookie });
  return { source: part, layers: [describe(header)], attachments };
}

async function readHeader(source: ByteSource, report: (fault: SourceFault) => void): Promise<Read | undefined> {
  const { name } = source;
  const start = await take(source, HEADER_SIZE);
  const magic = start.toString('latin1', 0, MAGIC_SIZE);
  if (!isMagic(magic)) return undefined;
  if (start.length < HEADER_SIZE) throw new InputError(`${name} is a libvirt save image that was cut in its header`);
  const finished = magic.endsWith(FINISHED);
  if (!finished) {
    const message = 'libvirt save image: its writing never ended (LibvirtQemudPart)';
    report({ rule: 'libvirt-unfinished', message, offset: 0 });
  }
  const numbers = start.subarray(MAGIC_SIZE, MAGIC_SIZE + HEADER.little.size);
  const byteOrder = numbers.readUInt32LE(0) <= numbers.readUInt32BE(0) ? 'little' : 'big';
  const { version, dataLength, wasRunning, cookieOffset, ...rest } = HEADER[byteOrder].parse(numbers, MAGIC_SIZE);
  // Images of before there were formats.
  const format = version < MAX_VERSION ? 0 : rest.format;
  if (version > MAX_VERSION)
    throw new InputError(`${name} is a libvirt save image of version ${version}; known are those up to ${MAX_VERSION}`);
  if (dataLength === 0) throw new InputError(`${name} is a libvirt save image without XML: its length is 0`);
  const kept = await take(source, Math.min(dataLength, MAX_XML));
  await readOver(source, dataLength - kept.length);
  const fault = (message: string, offset: number, found: string): void =>
    report({ rule: 'libvirt-header', message: `libvirt save image: ${message}, at ${hex(offset)}`, offset: 0, found });
  const formatName = LIBVIRT_SAVE_FORMATS[format];
  if (formatName === undefined) fault(`format ${format} is none that libvirt has`, 28, `${format}`);
  if (kept.length < Math.min(dataLength, MAX_XML))
    throw new InputError(`${name} is a libvirt save image that was cut in its XML`);
  const hasCookie = cookieOffset > 0 && cookieOffset < dataLength;
  if (cookieOffset >= dataLength)
    fault(`the cookie begins behind the end of the XML`, 32, `${hex(cookieOffset)} of ${hex(dataLength)}`);
  const xml = upToNul(kept.subarray(0, hasCookie ? cookieOffset : kept.length));
  const cookie = hasCookie ? upToNul(kept.subarray(cookieOffset)) : undefined;
  const text = printable(xml.subarray(0, 1 << 16));
  const domain = element(text, 'name');
  const uuid = element(text, 'uuid');
  return {
    header: {
      finished,
      version,
      byteOrder,
      wasRunning: wasRunning !== 0,
      format,
      ...(formatName && { formatName }),
      streamOffset: HEADER_SIZE + dataLength,
      xml: xml.toString('utf8'),
      ...(cookie && { cookie: cookie.toString('utf8') }),
      ...(domain !== undefined && { domain }),
      ...(uuid !== undefined && { uuid }),
    },
    xml,
    ...(cookie && { cookie }),
  };
}

const isMagic = (text: string): boolean => text === MAGIC + FINISHED || text === MAGIC + UNFINISHED;

function describe({ finished, formatName, format, domain, uuid, wasRunning }: LibvirtSaveHeader): string {
  return [
    `libvirt save image (${formatName ?? `format ${format}`})`,
    ...(finished ? [] : ['unfinished']),
    ...(domain === undefined ? [] : [`domain ${domain}`]),
    ...(uuid === undefined ? [] : [`uuid ${uuid}`]),
    wasRunning ? 'running' : 'paused',
  ].join(', ');
}

function upToNul(bytes: Buffer): Buffer {
  const end = bytes.indexOf(0);
  return end < 0 ? bytes : bytes.subarray(0, end);
}

/** The text of the first element of this name: in the XML of a domain, name and uuid stand before everything that could hold others. */
function element(xml: string, name: string): string | undefined {
  const [, text] = new RegExp(`<${name}>([^<]{1,300})</${name}>`).exec(xml) ?? [];
  return text?.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');
}

async function readOver(source: ByteSource, size: number): Promise<void> {
  for (let left = source.seek ? 0 : size; left > 0;) {
    const { length } = await take(source, Math.min(left, 1 << 20));
    if (length === 0) return;
    left -= length;
  }
}
