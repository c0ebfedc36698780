/** Unpacks through a command-line program: what reads a file or a pipe and writes what was packed. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { visible } from '../../bytes/visible.js';
import type { ByteSource } from '../../bytes/source.js';
import { Unpacked } from './unpacked.js';

/** A program that unpacks its standard input. */
export interface Tool {
  readonly program: string;
  readonly args: readonly string[];
  /** What it says when its input ends too early. */
  readonly cut: RegExp;
  /** What it says when all is well but for what follows. */
  readonly trailing: RegExp;
}

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** Bytes that are handed to the program at once. */
const INPUT = 256 << 10;
/** Bytes of a file that are read over to come to where the packed part begins; further in, the program is fed through a pipe. */
const MAX_READ_OVER = 16 << 20;
/** What is kept of the complaints of a program. */
const MAX_COMPLAINT = 4096;

/** Starts the program on a source; undefined where there is no such program. */
export async function startTool(format: string, tool: Tool, packed: ByteSource): Promise<ByteSource | undefined> {
  const env = { ...process.env, LC_ALL: 'C' };
  const direct = packed.file && moveTo(packed.file);
  const input = direct ? packed.file!.fd : 'pipe';
  const child = spawn(tool.program, tool.args, { stdio: [input, 'pipe', 'pipe'], env }) as Child;
  try {
    await once(child, 'spawn');
  } catch (error) {
    // Not there, or not for this user.
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
  return new ToolOutput(format, tool, packed, child);
}

/** Brings the position of a file, which reads at offsets leave alone, from 0 to where the packed part begins. */
function moveTo({ fd, start }: { readonly fd: number; readonly start: number }): boolean {
  if (start > MAX_READ_OVER) return false;
  const over = Buffer.alloc(Math.min(start, 1 << 20));
  for (let left = start; left > 0;) {
    const got = readSync(fd, over, 0, Math.min(left, over.length), null);
    if (got === 0) return false;
    left -= got;
  }
  return true;
}

class ToolOutput extends Unpacked {
  private complaint = '';
  /** Packed bytes that were handed over, where it is not the program that reads the file. */
  private fed: number | undefined;

  constructor(
    format: string,
    private readonly tool: Tool,
    packed: ByteSource,
    private readonly child: Child,
  ) {
    super(format, packed);
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (this.complaint.length < MAX_COMPLAINT) this.complaint += text;
    });
  }

  override close(): void {
    super.close();
    this.child.kill('SIGKILL');
    this.child.stdout.destroy();
    this.child.stdin?.destroy();
  }

  protected override async unpack(): Promise<void> {
    const { child } = this;
    const { stdin, stdout } = child;
    const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    stdout.on('data', (chunk: Buffer) => {
      this.arrive(chunk);
      if (!this.full) return;
      stdout.pause();
      void this.room().then(() => stdout.resume());
    });
    if (stdin) await this.feed(stdin);
    const [code, signal] = await ended;
    // bzip2 only warns of what follows.
    const warned = this.complaint !== '' && this.tool.trailing.test(this.complaint);
    if (!this.closed && (code !== 0 || warned)) this.complain(signal);
  }

  private async feed(stdin: Writable): Promise<void> {
    let broken = false;
    // A program that has seen enough closes its end.
    stdin.on('error', () => (broken = true));
    const buffer = Buffer.alloc(INPUT);
    this.fed = 0;
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

  private complain(signal: NodeJS.Signals | null): void {
    const { program, cut, trailing } = this.tool;
    const words = sayings(program, this.complaint) ?? (signal ? `ended by ${signal}` : 'something is wrong');
    if (cut.test(this.complaint)) this.fault('wrapper-cut', 'the file ends too early', this.packed.size ?? this.fed);
    else if (trailing.test(this.complaint)) this.fault('wrapper-trailing', 'what follows the packed data is none');
    else this.fault('wrapper-damaged', words, this.fed ?? this.readByChild(), 'before');
  }

  /** How far the program came in the file, by the position that it shares with this process. */
  private readByChild(): number | undefined {
    const { fd, start } = this.packed.file!;
    try {
      const [, position] = /^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
      return position === undefined ? undefined : Number(position) - start;
    } catch {
      return undefined;
    }
  }
}

/** The first line of what a program complains of, without its name and that of its input. */
function sayings(program: string, complaint: string): string | undefined {
  const line = complaint.split('\n').find((text) => text.trim() !== '');
  const bare = line
    ?.trim()
    .replace(`${program}: `, '')
    .replace(/^(\(stdin\)|<stdin>|\/\*stdin\*\\) ?: /, '');
  return bare && visible(bare.replace(/[.;]$/, ''));
}
