import { describe, expect, it } from 'vitest';
import { DecodeError } from '../../src/finding.js';
import { Emitter } from '../../src/stream/emitter.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { PageBatch } from '../../src/stream/page-batch.js';

const collect = (): { events: StreamEvent[]; out: Emitter } => {
  const events: StreamEvent[] = [];
  return { events, out: new Emitter([{ event: (event) => void events.push(event) }], 'main') };
};

describe('Emitter', () => {
  it('hands events and pages to those who listen', () => {
    const heard: string[] = [];
    const out = new Emitter(
      [
        { event: ({ kind }) => void heard.push(`1 ${kind}`) },
        { pages: () => void heard.push('2 pages') },
        { event: ({ kind }) => void heard.push(`3 ${kind}`) },
      ],
      'main',
    );
    out.event({ kind: 'eof', offset: 1, packaged: false });
    out.pages(new PageBatch([]));
    expect(heard).toEqual(['1 eof', '3 eof', '2 pages']);
  });

  it('asks for what somebody wants', () => {
    expect(new Emitter([{}, { wantsDeviceState: true }], 'm')).toMatchObject({
      wantsDeviceState: true,
      wantsMappedPages: false,
    });
    expect(new Emitter([{ wantsMappedPages: true }], 'm')).toMatchObject({
      wantsDeviceState: false,
      wantsMappedPages: true,
    });
  });

  it('asks before each packet whether somebody looks into pages', () => {
    let looks = false;
    const watching = {
      pages: () => undefined,
      get ignoresContents() {
        return !looks;
      },
    };
    const out = new Emitter([{ event: () => undefined }, watching], 'm');
    expect(out.wantsContents).toBe(false);
    looks = true;
    expect(out.wantsContents).toBe(true);
  });

  it('waits only where there is something to wait for', async () => {
    let waited = false;
    expect(new Emitter([{}], 'm').drain()).toBeUndefined();
    expect(new Emitter([{ drain: () => undefined }], 'm').drain()).toBeUndefined();
    const slow = { drain: () => Promise.resolve().then(() => void (waited = true)) };
    await new Emitter([slow, { drain: () => undefined }], 'm').drain();
    expect(waited).toBe(true);
  });

  it('counts a record as decoded', () => {
    const { out } = collect();
    out.event({ kind: 'record', offset: 100, length: 20, section: 'x', name: 'y', fields: {} });
    expect(out.good).toBe(120);
  });

  it('names channel and section in problems', () => {
    const { events, out } = collect();
    out.section = 'cpu#1';
    out.problem('ram-address', 'far out', { offset: 5, length: 8 }, { found: '0x9' });
    out.caught(new DecodeError('malformed', 'ram-flags', 'no kind', { offset: 9, path: 'ram record' }));
    expect(events).toMatchObject([
      {
        kind: 'problem',
        offset: 5,
        finding: { rule: 'ram-address', channel: 'main', section: 'cpu#1', length: 8, found: '0x9' },
      },
      { kind: 'problem', offset: 9, finding: { rule: 'ram-flags', path: 'ram record', section: 'cpu#1', length: 0 } },
    ]);
    expect(out.problems).toBe(2);
  });

  it('lists a thousand of them', () => {
    const { events, out } = collect();
    out.problem('problem-limit', 'only for information', { offset: 0 });
    for (let i = 0; i < 1500; i++) out.problem('ram-address', `${i}`, { offset: i });
    expect(events).toHaveLength(1 + 1000 + 1);
    expect(events.at(-1)).toMatchObject({ finding: { rule: 'problem-limit', offset: 999 } });
  });
});
