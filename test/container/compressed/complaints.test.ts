import { writeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { Complaints, type ProgramEnd } from '../../../src/container/compressed/complaints.js';

const SAYINGS = { program: 'unpack', cut: /too short/, trailing: /more follows/ };

/** What is made of what a program said, which was fed 16 bytes. */
function judged(text: string, end: ProgramEnd): unknown {
  const complaints = new Complaints('pack', SAYINGS, new MemorySource(Buffer.alloc(20)));
  writeSync(complaints.fd, text);
  const found = complaints.judge(end, 16);
  complaints.close();
  complaints.close();
  return found && `${found.rule}: ${found.message}`;
}

describe('what a program complains of', () => {
  it.each<readonly [string, ProgramEnd, string | undefined]>([
    ['', [0, null], undefined],
    ['a mere remark', [0, null], undefined],
    ['more follows', [0, null], 'wrapper-trailing: pack: what follows the packed data is none'],
    ['more follows', [1, null], 'wrapper-trailing: pack: what follows the packed data is none'],
    ['it is too short', [2, null], 'wrapper-cut: pack: the file ends too early, at 0x14 of the file'],
    [
      '\nunpack: (stdin): bad\x07 block.\nand so on',
      [1, null],
      'wrapper-damaged: pack: bad\\x07 block, before 0x10 of the file',
    ],
    ['', [null, 'SIGSEGV'], 'wrapper-damaged: pack: ended by SIGSEGV, before 0x10 of the file'],
    ['more follows', [null, 'SIGKILL'], 'wrapper-damaged: pack: ended by SIGKILL, before 0x10 of the file'],
    ['', [3, null], 'wrapper-damaged: pack: something is wrong, before 0x10 of the file'],
  ])('%j at the end %j', (text, end, found) => {
    expect(judged(text, end)).toBe(found);
  });

  it('is looked at only so far', () => {
    expect(judged(`${'x'.repeat(5000)} too short`, [1, null])).toMatch(/^wrapper-damaged: pack: x{4096}, before/);
  });
});
