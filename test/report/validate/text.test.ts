import { describe, expect, it } from 'vitest';
import { plain } from '../../../src/report/style.js';
import { captureText, summaryText } from '../../../src/report/validate/text.js';
import { validateReport } from '../../../src/report/validate/report.js';
import { BROKEN, CLEAN, REPORT, UNREAD } from './samples.js';

const none = (): Promise<undefined> => Promise.resolve(undefined);

describe('captureText', () => {
  it('is one line for a clean capture, and for one that could not be read', async () => {
    expect(await captureText(CLEAN, plain, none)).toBe('clean.bin: nothing found');
    expect(await captureText(UNREAD, plain, none)).toBe('gone.bin: not read: gone.bin: no such file');
  });

  it('shows the bytes that a finding is about', async () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, i) => 0x3f + i);
    const text = await captureText(BROKEN, plain, (_, { offset }) =>
      Promise.resolve(offset === 0x300 ? { base: 0x300, bytes } : undefined),
    );
    expect(text.split('\n').slice(0, 4)).toEqual([
      'runs/#1/: 1 error, 1 note, 1 accepted by the baseline',
      'main.bin@0x300: error[MIG201] LISTEN while packets with pages are not synced',
      '  0000000300  3f 40 41 42 43 44 45 46 47 48 49 4a 4b 4c 4d 4e  ?@ABCDEFGHIJKLMN',
      '              ^^^^^^^^^^^^^^^^^^^^^^^',
    ]);
    expect(text).toContain('  also: channel-01.bin@0x40: 2 packets');
  });
});

describe('summaryText', () => {
  it('sums several captures and names stale entries of the baseline', () => {
    expect(summaryText(REPORT).split('\n')).toEqual([
      'baseline: nothing matches trailing-bytes > timer any more; take the entry out',
      '3 captures, 1 clean: 1 error, 1 note, 1 not read',
    ]);
  });

  it('has nothing to add to one capture', () => {
    expect(summaryText(validateReport([CLEAN]))).toBe('');
  });
});
