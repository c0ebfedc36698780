/**
 * Writes what a recorder has seen into files, behind the migration that goes on meanwhile. What waits to be written is bounded over all files;
 * who adds to it is told when to pause. When one file cannot be written, recording is over: what is there stays, and nothing more is kept.
 */

/** One file of a recording. Tests bring files of their own. */
export interface RecordingFile {
  /** Appends. Rejects when not all of it could be written; then `written` counts what was. */
  write(chunks: readonly Uint8Array[]): Promise<void>;
  /** Bytes that are in the file. */
  readonly written: number;
  close(): Promise<void>;
}

/** Creates a file. */
export type OpenRecordingFile = (name: string) => Promise<RecordingFile>;

/** Why a recording ends before its migration. */
export interface RecordingCut {
  readonly file: string;
  /** Bytes of that file that were written. */
  readonly offset: number;
  readonly reason: string;
}

/** Bytes that may wait to be written, of all files of a recording together, before readers are told to pause. */
export const MAX_WAITING = 32 << 20;

/** What all files of a recording share. */
export class WriteBudget {
  cut: RecordingCut | undefined;
  private waiting = 0;
  private resumed: (() => void)[] = [];

  constructor(
    private readonly onCut: (cut: RecordingCut) => void,
    private readonly pauseAbove = MAX_WAITING,
    private readonly resumeBelow = pauseAbove / 4,
  ) {}

  get isFull(): boolean {
    return this.waiting > this.pauseAbove;
  }

  /** Calls back when there is room again. */
  whenRoom(callback: () => void): void {
    this.resumed.push(callback);
  }

  add(bytes: number): void {
    this.waiting += bytes;
  }

  remove(bytes: number): void {
    this.waiting -= bytes;
    if (this.waiting > this.resumeBelow) return;
    const callbacks = this.resumed;
    this.resumed = [];
    for (const callback of callbacks) callback();
  }

  fail(cut: RecordingCut): void {
    if (this.cut) return;
    this.cut = cut;
    this.onCut(cut);
  }
}

export class WriteQueue {
  private chunks: Uint8Array[] = [];
  private bytes = 0;
  private file: RecordingFile | undefined;
  private running = false;
  private work = Promise.resolve();

  /** The file is opened when there is something to write, or at the end. `onWritten` hears how much of it is there. */
  constructor(
    readonly name: string,
    private readonly open: OpenRecordingFile,
    private readonly budget: WriteBudget,
    private readonly onWritten: (bytes: number) => void = () => undefined,
  ) {}

  /** Bytes that are in the file. */
  get written(): number {
    return this.file?.written ?? 0;
  }

  push(chunk: Uint8Array): void {
    if (this.budget.cut) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    this.budget.add(chunk.length);
    this.start();
  }

  /** Waits until everything is written, and closes the file. */
  async finish(): Promise<void> {
    this.start();
    await this.work;
    try {
      await this.file?.close();
    } catch (error) {
      this.fail(error);
    }
  }

  private start(): void {
    if (this.running) return;
    this.running = true;
    this.work = this.run();
  }

  private async run(): Promise<void> {
    try {
      this.file ??= await this.open(this.name);
      while (this.chunks.length > 0) {
        const { chunks, bytes } = this;
        this.chunks = [];
        this.bytes = 0;
        try {
          if (!this.budget.cut) await this.file.write(chunks);
        } finally {
          this.budget.remove(bytes);
        }
        this.onWritten(this.file.written);
      }
    } catch (error) {
      this.fail(error);
      this.budget.remove(this.bytes);
      this.chunks = [];
      this.bytes = 0;
    }
    this.running = false;
  }

  private fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.budget.fail({ file: this.name, offset: this.written, reason });
  }
}
