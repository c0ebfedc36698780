/** A program that is given the packed bytes through a pipe, as a source: for what is itself unpacked, or comes from a pipe. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { readBuffer } from '../../bytes/read-buffer.js';
import type { ByteSource } from '../../bytes/source.js';
import type { Complaints, ProgramEnd } from './complaints.js';
import { Unpacked } from './unpacked.js';

/** Bytes that are handed to the program at once. */
const INPUT = 256 << 10;

export class FedProgram extends Unpacked {
  /** Packed bytes that were handed over. */
  private fed = 0;

  /** `program` has pipes for its input and its output. Closing this closes all that is given to it. */
  constructor(
    format: string,
    packed: ByteSource,
    private readonly program: ChildProcess,
    private readonly complaints: Complaints,
  ) {
    super(format, packed);
  }

  override close(): void {
    super.close();
    this.program.kill('SIGKILL');
    this.program.stdout!.destroy();
    this.program.stdin!.destroy();
    this.complaints.close();
  }

  protected override async unpack(): Promise<void> {
    const stdout = this.program.stdout!;
    const ended = once(this.program, 'close') as unknown as Promise<ProgramEnd>;
    stdout.on('data', (chunk: Buffer) => {
      this.arrive(chunk);
      if (!this.full) return;
      stdout.pause();
      void this.room().then(() => stdout.resume());
    });
    await this.feed(this.program.stdin!);
    const end = await ended;
    if (this.closed) return;
    const fault = this.complaints.judge(end, this.fed);
    if (fault) this.faultInWords(fault);
  }

  private async feed(stdin: Writable): Promise<void> {
    let broken = false;
    // A program that has seen enough closes its end.
    stdin.on('error', () => (broken = true));
    const buffer = readBuffer(INPUT);
    for (let got; !broken && (got = await this.packed.read(buffer)) > 0;) {
      await new Promise<void>((resolve) => {
        stdin.once('close', resolve);
        stdin.write(buffer.subarray(0, got), () => {
          stdin.off('close', resolve);
          resolve();
        });
      });
      if (!broken) this.fed += got;
    }
    stdin.end();
  }
}
