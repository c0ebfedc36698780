/** A program that reads a packed file itself, as a source: nothing has to be done for it meanwhile, and so what comes out can be waited for. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readSync } from 'node:fs';
import { FaultList } from '../../bytes/faults.js';
import type { ByteSource, SourceFault } from '../../bytes/source.js';
import type { Complaints, ProgramEnd } from './complaints.js';

export class ReadingProgram implements ByteSource {
  readonly name: string;
  private readonly found: FaultList;
  private readonly exited: Promise<ProgramEnd>;
  private arrived = 0;
  private state: 'running' | 'judged' | 'closed' = 'running';

  /**
   * `output` is the end of a pipe, which blocks. Closing this closes all that is given to it. `memberEnd` is asked when something is damaged: it
   * tells where that stands which is whole, when all of it is.
   */
  constructor(
    private readonly packed: ByteSource,
    private program: ChildProcess,
    private readonly output: number,
    private readonly complaints: Complaints,
    private readonly memberEnd?: (started: (child: ChildProcess) => void) => Promise<number | undefined>,
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
    const fault = this.complaints.judge(end);
    const whole = fault?.rule === 'wrapper-damaged' ? await this.memberEnd?.((child) => this.take(child)) : undefined;
    const judged = whole === undefined ? fault : this.complaints.trailing(whole);
    if (judged) this.found.add({ ...judged, offset: this.arrived });
    return 0;
  }
}
