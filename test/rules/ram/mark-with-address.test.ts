import { describe, expect, it } from 'vitest';
import { join, u64 } from '../../build/bytes.js';
import { end, RAM } from '../../build/elements.js';
import { eos, flush } from '../../build/ram.js';
import { multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

describe('mark-with-address', () => {
  it('names a flush at an address', async () => {
    const { files, main } = multifd({ main: { end: end(RAM.id, join(u64(0x5200), eos())) } });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toEqual([['mark-with-address', 'warning', 'main.bin', main.at('end') + 5]]);
    expect(findings[0]).toMatchObject({ message: 'MULTIFD_FLUSH at address 0x5000', found: '0x5200' });
  });

  it('is silent about one without', async () => {
    const { files } = multifd({ main: { end: end(RAM.id, join(flush(), eos())) } });
    expect(await judgeCapture(files)).toEqual([]);
  });
});
