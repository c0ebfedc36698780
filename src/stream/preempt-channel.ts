/**
 * Decodes a preempt channel: the pages that the destination asked for in postcopy, as bare RAM records.
 *
 * QEMU 7.1 and 7.2 (and later ones with their machine types) close it with EOS. Others just end it, also before the first page.
 * Writer: `ram_save_host_page_urgent` (migration/ram.c), `postcopy_preempt_shutdown_file` (migration/postcopy-ram.c), since 7.1.
 * Loader: `postcopy_preempt_thread`, `ram_load_postcopy`.
 */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError } from '../finding.js';
import type { Emitter } from './emitter.js';
import type { RamBlock } from './events.js';
import { findNamedPage } from './preempt-resync.js';
import { RamDecoder } from './ram.js';

/** What the main channel has told. */
export interface PreemptContext {
  /** The target page size in bytes. */
  readonly pageSize?: number;
  /** The RAM blocks by index; pages name them. */
  readonly blocks?: readonly RamBlock[];
  readonly machine?: string;
}

/** Reads the channel from the cursor to the end of its source; never throws for anything that the bytes say. */
export async function decodePreemptChannel(cursor: Cursor, out: Emitter, context: PreemptContext = {}): Promise<void> {
  const { pageSize, blocks = [], machine } = context;
  const begin = cursor.offset;
  out.good = begin;
  out.event({ kind: 'begin', offset: begin, channel: out.channel, role: 'preempt' });
  const ram = new RamDecoder(cursor, out, {
    statedPageSize: () => Promise.resolve(pageSize === undefined ? undefined : { pageSize, evidence: 'main channel' }),
    hasCapability: () => false,
    pageSizeSummary: undefined,
    machine,
    postcopy: true,
    unframed: true,
  });
  ram.list.adopt(blocks);
  let brokenAt: number | undefined;
  let skipped = 0;
  for (let found = true; found;) {
    found = false;
    try {
      await ram.payload();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const from = out.good;
      brokenAt ??= from;
      out.caught(error);
      if (error.kind === 'truncated') break;
      // The record that is wrong may look like one that is right.
      if (cursor.offset === from && cursor.has(1)) cursor.position++;
      found = await findNamedPage(cursor, ram.list.blocks, pageSize ?? 0);
      if (!found) break;
      const length = cursor.offset - from;
      out.event({ kind: 'skipped', offset: from, length });
      skipped += length;
      out.good = cursor.offset;
    }
  }
  const rest = out.good;
  await toEnd(cursor);
  const left = cursor.offset - rest;
  if (left > 0 && brokenAt === undefined) {
    out.event({ kind: 'trailing', offset: rest, length: left, zeros: false });
    out.problem('trailing-bytes', `${left} bytes behind the end of the channel`, { offset: rest, length: left });
  } else if (left > 0) out.event({ kind: 'skipped', offset: rest, length: left });
  const end = cursor.source.size ?? cursor.seen;
  out.event({
    kind: 'end',
    offset: end,
    bytes: end - begin,
    explainedBytes: rest - begin - skipped,
    lastGoodOffset: brokenAt ?? rest,
    complete: brokenAt === undefined,
  });
}

async function toEnd(cursor: Cursor): Promise<void> {
  const { size } = cursor.source;
  if (size !== undefined) await cursor.skip(size - cursor.offset, 'rest of the channel');
  while (!(await cursor.atEnd())) cursor.position = cursor.limit;
}
