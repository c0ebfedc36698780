/** A program that reads a packed file itself, as a source: nothing has to be done for it meanwhile, and so what comes out can be waited for. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readSync } from 'node:fs';
import { FaultList } from '../../bytes/faults.js';
import type { ByteSource, SourceFault } from '../../bytes/source.js';
import type { Complaints, ProgramEnd } from './complaints.js';
import type { BehindFrames } from './frame-walk.js';

/** What is looked at again in a file of which a program complains. */
export interface SecondLook {
  /** Where that ends which is whole, when all of it is: for a program that calls damaged what merely has something behind it. */
  whole?(started: (child: ChildProcess) => void): Promise<number | undefined>;
  /** What stands behind the packed data. */
  behind?(): Promise<BehindFrames | undefined>;
}

export class ReadingProgram implements ByteSource {
  readonly name: string;
  private readonly found: FaultList;
  private readonly exited: Promise<ProgramEnd>;
  private arrived = 0;
  private state: 'running' | 'judged' | 'closed' = 'running';

  /** `output` is the end of a pipe, which blocks. Closing this closes all that is given to it. */
  constructor(
    private readonly packed: ByteSource,
    private program: ChildProcess,
    private readonly output: number,
    private readonly complaints: Complaints,
    private readonly look: SecondLook = {},
  ) {
    this.name = packed.name;
    this.found = new FaultList(packed, () => this.arrived);
    this.exited = once(program, 'exit') as unknown as Promise<ProgramEnd>;
  }

  get faults(): readonly SourceFault[] {
    return this.found.all;
  }

  read(into: Uint8Array): number | Promise<number> {
    if (this.state !== 'running' || into.length === 0) return 0;
    const got = readSync(this.output, into, 0, into.length, null);
    this.arrived += got;
    return got > 0 ? got : this.end();
  }

  close(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.program.kill('SIGKILL');
    closeSync(this.output);
    this.complaints.close();
    this.packed.close();
  }

  private take(program: ChildProcess): void {
    this.program = program;
    if (this.state === 'closed') program.kill('SIGKILL');
  }

  private async end(): Promise<0> {
    const end = await this.exited;
    if (this.state !== 'running') return 0;
    this.state = 'judged';
    const fault = await this.judge(end);
    if (fault) this.found.add({ ...fault, offset: this.arrived });
    return 0;
  }

  /** A program that was ended by a signal has not read the file to its end: no second look tells what is behind. */
  private async judge(end: ProgramEnd): Promise<Pick<SourceFault, 'rule' | 'message'> | undefined> {
    const { complaints, look } = this;
    const fault = complaints.judge(end);
    const [, signal] = end;
    if (signal !== null) return fault;
    if (fault?.rule === 'wrapper-damaged') {
      const whole = await look.whole?.((child) => this.take(child));
      return whole === undefined ? fault : complaints.trailing(whole);
    }
    const behind = fault?.rule === 'wrapper-trailing' ? await look.behind?.() : undefined;
    if (!behind) return fault;
    return behind.padding ? undefined : complaints.trailing(behind.end);
  }
}
