import { describe, expect, it } from 'vitest';
import type { ChannelRole } from '../../src/container/sniff.js';
import { CaptureModel, type CaptureSummary } from '../../src/model/capture-model.js';
import { problemFinding } from '../../src/problems.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { CHANNEL_EVENTS, EVENTS, pageBatch, play } from '../report/samples.js';

interface Channel {
  readonly file: string;
  readonly role: ChannelRole;
  readonly cut?: boolean;
  readonly events?: readonly StreamEvent[];
}

const EOF: StreamEvent = { kind: 'eof', offset: 8, packaged: false };

function summary(...channels: readonly Channel[]): CaptureSummary {
  const model = new CaptureModel();
  for (const { file, role, cut = false, events = [] } of channels) {
    const sink = model.channel(file);
    const main = role === 'main' || role === 'recovery-main';
    const finding = problemFinding('truncated', 'the input ends', { channel: file, offset: 7 });
    const all: StreamEvent[] = [
      { kind: 'begin', offset: 0, channel: file, role },
      ...events,
      ...(main && !cut ? [EOF] : []),
      ...(cut ? [{ kind: 'problem', offset: 7, finding } as const] : []),
      { kind: 'end', offset: 9, bytes: 9, explainedBytes: 9, lastGoodOffset: 9, complete: !cut },
    ];
    for (const event of all) sink.event!(event);
  }
  return model.summary();
}

const message = (name: string): StreamEvent => ({ kind: 'message', offset: 0, length: 4, type: 1, name, fields: {} });

describe('CaptureModel', () => {
  it('is not complete without a channel', () => {
    expect(summary().complete).toBe(false);
  });

  it('is complete when every channel is', () => {
    const main = { file: 'main.bin', role: 'main' } as const;
    const multifd = { file: 'channel-01.bin', role: 'multifd' } as const;
    expect(summary(main, multifd).complete).toBe(true);
    expect(summary(main, { ...multifd, cut: true }).complete).toBe(false);
    expect(summary({ ...main, cut: true }, multifd).complete).toBe(false);
  });

  it('does not judge by a return path that ends without SHUT', () => {
    const back = { file: 'return-path.bin', role: 'return-path', cut: true } as const;
    expect(summary({ file: 'main.bin', role: 'main' }, back).complete).toBe(true);
  });

  it('takes the end of a connection that another one took up for no fault', () => {
    const recovered = summary(
      { file: 'main.bin', role: 'main', cut: true },
      { file: 'channel-01.bin', role: 'preempt', cut: true },
      { file: 'channel-02.bin', role: 'recovery-main', cut: true },
      { file: 'channel-03.bin', role: 'recovery-main' },
    );
    expect(recovered.complete).toBe(true);
    expect(recovered.streams.map(({ channel }) => channel)).toEqual(['main.bin', 'channel-02.bin', 'channel-03.bin']);
    expect(recovered.problems.map(({ channel, severity }) => [channel, severity])).toEqual([
      ['main.bin', 'info'],
      ['channel-01.bin', 'info'],
      ['channel-02.bin', 'info'],
    ]);
    expect(recovered.problems[0]!.message).toBe(
      'the connection was lost here, and another one took the migration up (the input ends)',
    );
  });

  it('judges the last connection', () => {
    const lost = summary(
      { file: 'main.bin', role: 'main', cut: true },
      { file: 'channel-01.bin', role: 'recovery-main', cut: true },
    );
    expect(lost.complete).toBe(false);
    expect(lost.problems.map(({ severity }) => severity)).toEqual(['info', 'error']);
  });

  it('does not take a second migration for a recovery', () => {
    const two = summary({ file: 'main.bin', role: 'main', cut: true }, { file: 'other.bin', role: 'main' });
    expect(two.complete).toBe(false);
    expect(two.problems.map(({ severity }) => severity)).toEqual(['error']);
  });

  it('counts what a destination asked for, and what came on a channel of its own', () => {
    const model = new CaptureModel();
    play(model.channel('main.bin'));
    const back = model.channel('return-path.bin');
    const preempt = model.channel('channel-01.bin');
    const end = EVENTS.at(-1)!;
    for (const event of [
      { kind: 'begin', offset: 0, channel: 'return-path.bin', role: 'return-path' } as const,
      ...['PONG', 'REQ_PAGES_ID', 'REQ_PAGES', 'REQ_PAGES', 'SHUT'].map(message),
      end,
    ])
      back.event!(event);
    preempt.event!({ kind: 'begin', offset: 0, channel: 'channel-01.bin', role: 'preempt' });
    preempt.pages!(pageBatch());
    preempt.event!(end);
    const sum = model.summary();
    expect([sum.pageRequests, sum.urgentPages]).toEqual([3, 4]);
    expect(sum.channels[1]!.messages).toEqual({ PONG: 1, REQ_PAGES_ID: 1, REQ_PAGES: 2, SHUT: 1 });
    expect(sum.channels[2]!.pages).toBe(4);
    expect(sum.channels[0]).not.toHaveProperty('pages');
  });

  it('counts the passes of multifd by the generations that carried pages', () => {
    const model = new CaptureModel();
    play(model.channel('main.bin'));
    const sink = model.channel('channel-01.bin');
    for (const event of CHANNEL_EVENTS) sink.event!(event);
    const { ram, channels, devices, generations } = model.summary();
    expect([ram.passes, generations.length]).toEqual([1, 1]);
    expect(channels[1]).toMatchObject({ role: 'multifd', id: 1, multifd: { packets: 1, methods: ['zlib'] } });
    expect(devices).toMatchObject([{ idstr: 'dev', perChannel: { 'channel-01.bin': 1 }, complete: true }]);
  });

  it('shows the first channel where there is no main one, and passes problems of the capture on', () => {
    const model = new CaptureModel();
    const sink = model.channel('channel-01.bin');
    for (const event of CHANNEL_EVENTS) sink.event!(event);
    const problem = problemFinding('capture-main', 'no main channel', { channel: 'x', offset: 0 });
    const sum = model.summary([problem]);
    expect(sum.streams.map(({ role }) => role)).toEqual(['multifd']);
    expect(sum.problems).toEqual([problem]);
  });
});
