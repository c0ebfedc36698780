/**
 * The contents of RAM as QEMU's scripts/analyze-migration.py prints them with `-m`: one member for each page, in the order in which the pages
 * first appear, with what they hold in the end.
 *
 * What a page holds in the end is known only at the end of the stream, and it is far too much to keep. So the stream is read twice:
 * once to lay all pages out in temporary files, and once for their order.
 */
import { mkdtempSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlockFiles } from '../extract/block-files.js';
import { OutputDirectory } from '../bytes/output-directory.js';
import { PageBits } from '../model/page-bits.js';
import { PageStore } from '../extract/page-store.js';
import type { Finding } from '../finding.js';
import { PageMapBudget } from '../model/page-map.js';
import { readStream, type ReadOptions } from '../read.js';
import type { StreamSink } from '../stream/events.js';
import { PAGE_ZERO, type PageBatch } from '../stream/page-batch.js';
import { address } from './analyze-sections.js';
import { hexBytes } from '../bytes/hex-view.js';
import type { PythonJsonWriter } from './python-json.js';

/** The final contents of all pages of a stream, in temporary files. */
export class MemoryContents {
  private readonly directory = mkdtempSync(join(tmpdir(), 'migscope-'));
  private readonly files = new BlockFiles(new OutputDirectory(this.directory), ({ index }) => String(index));
  private readonly zero = new PageFlags();
  private readonly page = Buffer.alloc(1 << 16);

  constructor(
    private readonly input: string,
    private readonly options: ReadOptions,
  ) {}

  /** Reads the stream and lays its pages out; returns what could not be. To be called first. */
  async load(): Promise<readonly Finding[]> {
    const store = new PageStore(this.files);
    await readStream(
      this.input,
      [store, { wantsMappedPages: true, pages: (batch) => this.noteZeros(batch) }],
      this.options,
    );
    return store.problems;
  }

  /** Reads the stream again and writes each page where it first appears. */
  async write(json: PythonJsonWriter): Promise<void> {
    const seen = new PageFlags();
    const sink: StreamSink = {
      wantsMappedPages: true,
      pages: (batch) => {
        for (let i = 0; i < batch.length; i++) {
          const page = seen.at(batch, i);
          if (page.bits.has(page.number)) continue;
          page.bits.set(page.number);
          this.writePage(json, batch, i);
        }
      },
    };
    await readStream(this.input, [sink], this.options);
  }

  /** Removes the temporary files. */
  close(): void {
    this.files.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A page whose last record says "zero" is told from one that was sent as a page of zeros. */
  private noteZeros(batch: PageBatch): void {
    for (let i = 0; i < batch.length; i++) {
      const page = this.zero.at(batch, i);
      const zero = batch.kind[i] === PAGE_ZERO && (batch.size[i] === 0 || batch.window[batch.start[i]!] === 0);
      if (zero) page.bits.set(page.number);
      else page.bits.clear(page.number);
    }
  }

  private writePage(json: PythonJsonWriter, batch: PageBatch, i: number): void {
    const block = batch.blocks[batch.block[i]!]!;
    const at = batch.address[i]!;
    // Outside its block: nothing was stored.
    if (block.declared && at >= block.usedLength) return;
    json.key(`${block.name} (${address(at)})`);
    const page = this.zero.at(batch, i);
    if (page.bits.has(page.number)) {
      json.literal('"Filled with 0x00"');
      return;
    }
    const bytes = this.page.subarray(0, batch.pageSize);
    bytes.fill(0);
    readSync(this.files.fd(block), bytes, 0, bytes.length, at);
    json.literal(`"${hexBytes(bytes)}"`);
  }
}

/** A bit for each page of each block. */
class PageFlags {
  private readonly budget = new PageMapBudget();
  private readonly blocks = new Map<number, PageBits>();

  at(batch: PageBatch, i: number): { readonly bits: PageBits; readonly number: number } {
    const block = batch.block[i]!;
    let bits = this.blocks.get(block);
    if (!bits) this.blocks.set(block, (bits = new PageBits(this.budget, false)));
    return { bits, number: batch.address[i]! / batch.pageSize };
  }
}
