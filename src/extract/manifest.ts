/**
 * What extraction writes, all of it below one directory:
 *
 * | file                                    | what                                                       |
 * | manifest.json                           | the files, and how far they can be trusted                 |
 * | ram/<block>                             | a RAM block; pages that are zero are holes                 |
 * | physical.bin, core.elf                  | all of it by guest-physical address                        |
 * | sections/<idstr>.<instance>.bin         | the payload of a FULL section                              |
 * | libvirt/domain.xml, libvirt/cookie.xml  | what a libvirt save image holds beside the stream          |
 * | devices/<idstr>.<instance>.bin          | the state of a VFIO device                                 |
 * | devices/<idstr>.<instance>.config.bin   | its PCI configuration, as in the vmstate of VFIOPCIDevice  |
 */
import type { ChannelRole } from '../container/sniff.js';
import type { Finding } from '../finding.js';
import type { PageKind } from '../stream/page-batch.js';
import type { StoredDevice } from './device-store.js';
import type { MemoryFile } from './memory-file.js';
import type { NeverSent } from './page-store.js';
import type { StoredSection } from './section-store.js';

/** Where the manifest is in the directory. */
export const MANIFEST = 'manifest.json';

/** `raw`: a file for each RAM block. The others add one with all blocks at their guest-physical addresses. */
export const EXTRACT_FORMATS = ['raw', 'physical', 'elf'] as const;
export type ExtractFormat = (typeof EXTRACT_FORMATS)[number];

/** manifest.json; docs/schema/extract.schema.json is its schema. Paths are below the directory, with `/` between their parts. */
export interface ExtractManifest {
  readonly schema: 'migscope/extract/1';
  readonly capture: string;
  readonly format: ExtractFormat;
  /** The files hold what a destination would have. */
  readonly trustworthy: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  readonly channels: readonly ExtractedChannel[];
  readonly blocks: readonly ExtractedBlock[];
  /** With the formats `physical` and `elf`: the file, what lies where in it, and which blocks have no place. */
  readonly memory?: MemoryFile & { readonly size?: number };
  /** With `sections`. */
  readonly sections?: readonly ExtractedSection[];
  readonly devices?: readonly ExtractedDevice[];
  /** With `sections`: what the stream's wrapper holds beside it. */
  readonly attachments?: readonly ExtractedFile[];
  readonly problems: readonly Finding[];
}

export interface ExtractedChannel {
  readonly name: string;
  readonly role: ChannelRole;
  /** What it was taken out of, outermost first. */
  readonly layers: readonly string[];
  readonly bytes: number;
  readonly complete: boolean;
}

/** A file and what is in it. */
export interface ExtractedFile {
  readonly file: string;
  readonly size: number;
  /** Of the whole file, unless `sha256` was false. */
  readonly sha256?: string;
}

export interface ExtractedBlock extends Partial<ExtractedFile> {
  readonly name: string;
  readonly usedLength: number;
  /** Page records by kind; a page that was sent twice counts twice. */
  readonly pages: Readonly<Record<PageKind, number>>;
  /** Pages that no record was there for; they are zero in the file. */
  readonly neverSent: NeverSent;
  /** Bytes of those that virtio-mem has not plugged, as far as they are in the ranges: zero in the guest, too. */
  readonly unplugged?: number;
}

export type ExtractedSection = ExtractedFile & StoredSection;

export interface ExtractedDevice extends ExtractedFile, Omit<StoredDevice, 'file' | 'config'> {
  readonly config?: ExtractedFile;
}
