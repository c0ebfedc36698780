import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { discard } from '../../build/elements.js';
import { pong, preempt, request, shut, urgentPage } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

const OPEN = join(pong(1), pong(2), pong(4), pong(3));
const TWO = {
  main: { discard: discard('pc.ram', [0x1000, 0x2000]) },
  urgent: join(urgentPage(0x1000, 'pc.ram'), urgentPage(0x2000)),
};

describe('preempt-page-unrequested', () => {
  it('names the pages', async () => {
    const answers = join(OPEN, request(0x2000, 'pc.ram'), shut());
    const findings = await judgeCapture(preempt({ ...TWO, answers }));
    expect(brief(findings)).toEqual([['preempt-page-unrequested', 'warning', 'channel-01.bin', 0]]);
    expect(findings[0]!.message).toBe('page 0x1000 of pc.ram on the preempt channel, and never asked for');
  });

  it('is silent about pages of one request', async () => {
    const answers = join(OPEN, request(0x1000, 'pc.ram', 0x2000), shut());
    expect(await judgeCapture(preempt({ ...TWO, answers }))).toEqual([]);
  });

  it('is silent where no return path was captured', async () => {
    const { 'main.bin': main, 'channel-01.bin': urgent } = preempt(TWO);
    expect(await judgeCapture({ 'main.bin': main!, 'channel-01.bin': urgent! })).toEqual([]);
  });
});
