import { describe, expect, it } from 'vitest';
import { elementAt } from '../../src/stream/plausible.js';
import { hexBytes, join, noise, u32 } from '../build/bytes.js';
import { command, end, eof, full, ping, RAM, start, vmdesc } from '../build/elements.js';

const started = (id: number): boolean => id === RAM.id;
const judge = (bytes: Buffer, limit = bytes.length): string => elementAt(bytes, 0, limit, started);

describe('elementAt', () => {
  it.each([
    ['a START', start(RAM, noise(10)), 'strong'],
    ['a FULL', full({ id: 9, idstr: '0000:00:03.0/serial' }, noise(10)), 'strong'],
    ['a FULL without a name', hexBytes('04 00000009 00 00000000 00000001'), 'no'],
    ['a FULL with a name of control characters', hexBytes('04 00000009 02 0102 00000000 00000001'), 'no'],
    ['an END of a section that was started', end(RAM.id, noise(3)), 'strong'],
    ['an END of one that was not', end(77, noise(3)), 'no'],
    ['a command', ping(1), 'strong'],
    ['a command of a wrong length', command(2, noise(5)), 'no'],
    ['a command that nobody knows', command(99), 'no'],
    ['EOF at the end', eof(), 'strong'],
    ['EOF and a vmdesc', join(eof(), vmdesc('{"devices": []}')), 'strong'],
    ['EOF and a vmdesc that is no JSON', join(eof(), vmdesc('xyz')), 'no'],
    ['EOF and a COLO message', join(eof(), u32(1)), 'strong'],
    ['EOF and zeros', join(eof(), Buffer.alloc(8)), 'weak'],
    ['EOF and something else', join(eof(), noise(8)), 'no'],
    ['a subsection', hexBytes('05 00'), 'no'],
    ['a footer', hexBytes('7e 00000002'), 'no'],
    ['nothing more', Buffer.alloc(0), 'strong'],
  ])('%s', (_what, bytes, verdict) => {
    expect(judge(bytes)).toBe(verdict);
  });

  it('gives what is cut the benefit of the doubt', () => {
    for (const bytes of [start(RAM, noise(10)), end(RAM.id, noise(3)), ping(1), join(eof(), vmdesc('{}'))]) {
      for (let limit = 0; limit < 7; limit++) expect(judge(bytes, limit)).toBe('strong');
    }
  });
});
