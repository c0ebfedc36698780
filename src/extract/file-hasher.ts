/**
 * Hashes the files of an extraction in a thread of its own while they are written, from their start as far as they have been written in order. A file that
 * is then written again further in front is hashed when it is finished.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type FileHash, type HashOrder, RunningHash } from './running-hash.js';

/** Bytes of a file from which on it is worth it: a thread takes some 50 ms to start. */
const WORTH_A_THREAD = 32 << 20;
/** Bytes that are told of together. */
const STEP = 4 << 20;

/** Stands beside this file, or beside the bundle that it ends up in; not where the sources are run as they are. */
const WORKER = new URL('./hash-worker.js', import.meta.url);

interface Progress {
  /** Where the part ends that has been written in order. */
  end: number;
  /** What of it the thread knows. */
  told: number;
  /** Something before `end` has been written again. */
  rewritten: boolean;
}

export class FileHasher {
  private readonly files = new Map<string, Progress>();
  private worker: Worker | undefined;
  private readonly waiting = new Map<string, (answer: FileHash) => void>();
  private failed: ((error: Error) => void)[] = [];

  constructor(private readonly threads = existsSync(fileURLToPath(WORKER))) {}

  /** Says that bytes of a file have been written. */
  wrote(path: string, start: number, length: number): void {
    let file = this.files.get(path);
    if (!file) this.files.set(path, (file = { end: 0, told: 0, rewritten: false }));
    if (file.rewritten) return;
    if (start < file.end) {
      file.rewritten = true;
      if (file.told > 0) this.tell({ kind: 'again', path });
      return;
    }
    file.end = start + length;
    if (!this.threads || file.end < WORTH_A_THREAD || file.end - file.told < STEP) return;
    file.told = file.end;
    this.tell({ kind: 'grown', path, length: file.end });
  }

  /** The hash of a file that is finished. */
  async finish(path: string): Promise<FileHash> {
    if (!this.worker || !this.files.get(path)?.told) return new RunningHash(path).finish();
    const answer = new Promise<FileHash>((resolve, reject) => {
      this.waiting.set(path, resolve);
      this.failed.push(reject);
    });
    this.worker.ref();
    this.tell({ kind: 'finish', path });
    return answer;
  }

  async close(): Promise<void> {
    await this.worker?.terminate();
    this.worker = undefined;
  }

  private tell(order: HashOrder): void {
    this.worker ??= this.start();
    this.worker.postMessage(order);
  }

  private start(): Worker {
    const worker = new Worker(WORKER);
    worker.on('message', ({ path, ...hash }: FileHash & { readonly path: string }) => this.waiting.get(path)?.(hash));
    worker.on('error', (error) => this.failed.forEach((reject) => reject(error)));
    // A run that fails must not wait for the thread.
    worker.unref();
    return worker;
  }
}
