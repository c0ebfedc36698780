/**
 * Decoding beside the recording, in a thread of its own: it can neither slow the migration down nor bring it to an end.
 */
import { Worker } from 'node:worker_threads';
import type { Finding } from '../finding.js';
import type { LiveState } from './live-decoder.js';
import type { FromLiveThread, LiveThreadOptions, ToLiveThread } from './live-messages.js';

/** Where the thread begins, in the built program: live-worker.ts says what it does. */
const ENTRY = new URL('../live-worker.js', import.meta.url);
/** How often the thread is told how far the files have grown, in milliseconds. */
const EVERY = 100;

export interface LiveThreadListener {
  state(state: LiveState): void;
  finding(finding: Finding): void;
  /** Decoding has ended early; recording goes on. */
  failed(error: Error): void;
}

export class LiveThread {
  private readonly worker: Worker;
  private readonly untold = new Map<string, number>();
  private readonly timer = setInterval(() => this.tell(), EVERY).unref();
  private readonly done: Promise<readonly Finding[]>;
  private alive = true;

  constructor(options: LiveThreadOptions, listener: LiveThreadListener) {
    this.worker = new Worker(ENTRY, { workerData: options });
    this.done = new Promise((resolve) => {
      this.worker.on('message', (message: FromLiveThread) => {
        if (message.kind === 'state') listener.state(message.state);
        else if (message.kind === 'finding') listener.finding(message.finding);
        else resolve(message.findings);
      });
      this.worker.on('error', (error: Error) => {
        listener.failed(error);
        resolve([]);
      });
      this.worker.on('exit', () => {
        this.alive = false;
        resolve([]);
      });
    });
  }

  /** This much of a file can be read. */
  grown(file: string, bytes: number): void {
    this.untold.set(file, bytes);
  }

  /** So much there is of a file, and no more will be. */
  ended(file: string, bytes: number): void {
    this.untold.set(file, bytes);
    this.tell();
    this.say({ kind: 'ended', file });
  }

  /** Waits until all that was written has been decoded; resolves with what was found. */
  async finish(): Promise<readonly Finding[]> {
    clearInterval(this.timer);
    this.tell();
    this.say({ kind: 'finish' });
    const findings = await this.done;
    await this.worker.terminate();
    return findings;
  }

  private tell(): void {
    for (const [file, bytes] of this.untold) this.say({ kind: 'grown', file, bytes });
    this.untold.clear();
  }

  private say(message: ToLiveThread): void {
    if (this.alive) this.worker.postMessage(message);
  }
}
