import { describe, expect, it } from 'vitest';
import { join, u64 } from '../../build/bytes.js';
import { end, part, RAM } from '../../build/elements.js';
import { eos, flush } from '../../build/ram.js';
import { multifd } from '../captures.js';
import { brief, judgeCapture, judgeMain, judgeStream } from '../harness.js';

describe('mark-with-address', () => {
  it('names a flush at an address', async () => {
    const { files, main } = multifd({ main: { end: end(RAM.id, join(u64(0x5200), eos())) } });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toEqual([['mark-with-address', 'warning', 'main.bin', main.at('end') + 5]]);
    expect(findings[0]).toMatchObject({ message: 'MULTIFD_FLUSH at address 0x5000', found: '0x5200' });
  });

  it('names the mark of one of many sections, which are counted together where they stand alone', async () => {
    const { main } = multifd();
    const plain = part(RAM.id, eos());
    const wrong = part(RAM.id, u64(0x7010));
    const at = main.at('switchover');
    const bytes = join(main.bytes.subarray(0, at), plain, plain, wrong, plain, main.bytes.subarray(at));
    for (const judge of [judgeStream, judgeMain]) {
      const found = (await judge(bytes)).filter(({ rule }) => rule === 'mark-with-address');
      expect(found).toMatchObject([{ message: 'EOS at address 0x7000', offset: at + 2 * plain.length + 5 }]);
    }
  });

  it('is silent about one without', async () => {
    const { files } = multifd({ main: { end: end(RAM.id, join(flush(), eos())) } });
    expect(await judgeCapture(files)).toEqual([]);
  });
});
