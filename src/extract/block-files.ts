/** One file for each RAM block, made when it is first needed; only so many of them are open at a time. */
import { closeSync } from 'node:fs';
import type { RamBlock } from '../stream/events.js';
import type { OutputDirectory } from '../bytes/output-directory.js';

/** A stream can declare 65535 blocks; real ones have a few dozen. */
const MAX_OPEN = 64;

export class BlockFiles {
  private readonly paths = new Map<string, string>();
  /** By name of the block, the least recently used first. */
  private readonly open = new Map<string, number>();

  constructor(
    private readonly directory: OutputDirectory,
    /** The path of a block in the directory; asked once for each. */
    private readonly nameOf: (block: RamBlock) => string,
  ) {}

  /** The descriptor of a block's file, valid until the next call. */
  fd(block: RamBlock): number {
    const { name } = block;
    let fd = this.open.get(name);
    if (fd === undefined) fd = this.openFile(block);
    else this.open.delete(name);
    this.open.set(name, fd);
    return fd;
  }

  /** The path of a block's file in the directory, when there is one. */
  path(name: string): string | undefined {
    return this.paths.get(name);
  }

  close(): void {
    for (const fd of this.open.values()) closeSync(fd);
    this.open.clear();
  }

  private openFile(block: RamBlock): number {
    for (const [name, fd] of this.open) {
      if (this.open.size < MAX_OPEN) break;
      this.open.delete(name);
      closeSync(fd);
    }
    const known = this.paths.get(block.name);
    if (known !== undefined) return this.directory.reopen(known);
    const path = this.nameOf(block);
    const fd = this.directory.create(path);
    this.paths.set(block.name, path);
    return fd;
  }
}
