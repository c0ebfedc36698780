/** What an unpacking program writes to its standard error, and what is wrong with the packed bytes by it. */
import { closeSync, readSync } from 'node:fs';
import type { ByteSource, SourceFault } from '../../bytes/source.js';
import { temporaryFile } from '../../bytes/temporary-file.js';
import { visible } from '../../bytes/visible.js';
import { positionOf } from './file-position.js';
import { faultText } from './unpacked.js';

/** How a program words what it complains of. */
export interface Sayings {
  readonly program: string;
  /** What it says when its input ends too early. */
  readonly cut: RegExp;
  /** What it says when all is well but for what follows. */
  readonly trailing: RegExp;
}

/** How a program ended, as the event `exit` tells it. */
export type ProgramEnd = readonly [code: number | null, signal: NodeJS.Signals | null];

/** What is looked at of the complaints of a program. */
const MAX_COMPLAINT = 4096;

/** Goes to a file, so that a program that has much to say never waits for anybody to read it. */
export class Complaints {
  readonly fd = temporaryFile();
  private open = true;

  constructor(
    private readonly format: string,
    private readonly sayings: Sayings,
    private readonly packed: ByteSource,
  ) {}

  /** What is wrong, when something is. `fed`: packed bytes that were handed over, where it is not the program that reads the file. */
  judge([code, signal]: ProgramEnd, fed?: number): Pick<SourceFault, 'rule' | 'message'> | undefined {
    const { format, packed } = this;
    const { program, cut, trailing } = this.sayings;
    const text = this.text();
    const place = fed ?? readByProgram(packed);
    const damaged = (words: string): Pick<SourceFault, 'rule' | 'message'> => ({
      rule: 'wrapper-damaged',
      message: faultText(format, words, packed, place, 'before'),
    });
    // It did not come to say what it would have said.
    if (signal) return damaged(`ended by ${signal}`);
    if (code !== 0 && cut.test(text))
      return { rule: 'wrapper-cut', message: faultText(format, 'the file ends too early', packed, packed.size ?? fed) };
    // bzip2 only warns of what follows.
    if (code !== 0 ? trailing.test(text) : text !== '' && trailing.test(text)) return this.trailing();
    if (code === 0) return undefined;
    return damaged(firstLine(program, text) ?? 'something is wrong');
  }

  /** Something follows the packed data, at `offset` where that is known. */
  trailing(offset?: number): Pick<SourceFault, 'rule' | 'message'> {
    const message = faultText(this.format, 'what follows the packed data is none', this.packed, offset);
    return { rule: 'wrapper-trailing', message };
  }

  close(): void {
    if (this.open) closeSync(this.fd);
    this.open = false;
  }

  private text(): string {
    const buffer = Buffer.alloc(MAX_COMPLAINT);
    return buffer.toString('utf8', 0, readSync(this.fd, buffer, 0, buffer.length, 0));
  }
}

/** How far a program came in the file, by the position that it shares with this process. */
function readByProgram({ file }: ByteSource): number | undefined {
  const position = file && positionOf(file.fd);
  return position === undefined ? undefined : position - file!.start;
}

/** The first line of what a program complains of, without its name and that of its input. */
function firstLine(program: string, complaint: string): string | undefined {
  const line = complaint.split('\n').find((text) => text.trim() !== '');
  const bare = line
    ?.trim()
    .replace(`${program}: `, '')
    .replace(/^(\(stdin\)|<stdin>|\/\*stdin\*\\) ?: /, '');
  return bare && visible(bare.replace(/[.;]$/, ''));
}
