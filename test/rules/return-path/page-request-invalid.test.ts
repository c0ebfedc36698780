import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { pong, preempt, request, shut } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

const OPEN = join(pong(1), pong(2), pong(4), pong(3));
const GOOD = request(0x2000, 'pc.ram');

describe('page-request-invalid', () => {
  it.each([
    ['no block', request(0x2000), 'MIG_RP_MSG_REQ_PAGES has no previous block'],
    ['a block that is not there', request(0, 'pc.vga'), "MIG_RP_MSG_REQ_PAGES has no block '%s'"],
    [
      'a place inside a page',
      request(0x1800, 'pc.ram'),
      'MIG_RP_MSG_REQ_PAGES: Misaligned page request, start:%lx len: %zd',
    ],
    [
      'a part of a page',
      request(0x1000, 'pc.ram', 0x800),
      'MIG_RP_MSG_REQ_PAGES: Misaligned page request, start:%lx len: %zd',
    ],
    [
      'pages behind the block',
      request(0x2000, 'pc.ram', 0x2000),
      'MIG_RP_MSG_REQ_PAGES request overrun, start=%lx len=%lx blocklen=%lx',
    ],
  ])('names a request for %s', async (_, wrong, text) => {
    const findings = await judgeCapture(preempt({ answers: join(OPEN, wrong, GOOD, shut()) }));
    expect(brief(findings)).toEqual([['page-request-invalid', 'error', 'return-path.bin', OPEN.length]]);
    expect(findings[0]!.qemu!.text).toBe(text);
  });

  it('is silent about requests in the block of the one before', async () => {
    expect(await judgeCapture(preempt({ answers: join(OPEN, GOOD, request(0x1000), shut()) }))).toEqual([]);
  });
});
