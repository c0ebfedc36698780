import { describe, expect, it } from 'vitest';
import { StreamModel, type StreamSummary } from '../../src/model/stream-model.js';
import type { EventOf, StreamEvent } from '../../src/stream/events.js';
import { EVENTS, FINDING, play } from '../report/samples.js';

const BEGIN: StreamEvent = { kind: 'begin', offset: 0, channel: 'vm', role: 'main' };
const END: StreamEvent = { kind: 'end', offset: 9, bytes: 9, explainedBytes: 8, lastGoodOffset: 7, complete: true };

function summary(...events: StreamEvent[]): StreamSummary {
  const model = new StreamModel();
  for (const event of [BEGIN, ...events, END]) model.event(event);
  return model.summary();
}

const start = (idstr: string, section: EventOf<'section-start'>['section'], instance = 0): StreamEvent => ({
  kind: 'section-start',
  offset: 5,
  section,
  packaged: false,
  id: 2,
  idstr,
  instance,
  version: 4,
});

const ended = (payloadLength: number, footer = true): StreamEvent => ({
  kind: 'section-end',
  offset: 5,
  section: 'part',
  id: 2,
  idstr: 'ram',
  instance: 0,
  version: 4,
  payloadOffset: 6,
  payloadLength,
  footer,
});

const command = (code: number, payload: EventOf<'command'>['payload'] = {}): StreamEvent => ({
  kind: 'command',
  offset: 0,
  length: 5,
  code,
  name: `C${code}`,
  payload,
  packaged: false,
});

const EOF: StreamEvent = { kind: 'eof', offset: 8, packaged: false };

describe('StreamModel', () => {
  it('has no sum before the end', () => {
    const model = new StreamModel();
    model.event(BEGIN);
    expect(() => model.summary()).toThrow('the stream has not been read to its end');
  });

  it('takes bounds and completeness from the end', () => {
    expect(summary()).toMatchObject({
      channel: 'vm',
      role: 'main',
      bytes: 9,
      explainedBytes: 8,
      lastGoodOffset: 7,
      complete: true,
    });
  });

  it('adds up what comes of a section', () => {
    const { sections, footers } = summary(
      ...[start('ram', 'start'), ended(10), start('ram', 'part'), ended(20), start('ram', 'part'), ended(30)],
    );
    expect(sections).toEqual([
      { id: 2, idstr: 'ram', instance: 0, version: 4, kinds: { start: 1, part: 2 }, offset: 5, bytes: 60 },
    ]);
    expect(footers).toBe(true);
  });

  it('keeps instances apart, and sees that there are no footers', () => {
    const { sections, footers } = summary(start('i8259', 'full'), ended(1, false), start('i8259', 'full', 1));
    expect(sections.map(({ instance, bytes }) => [instance, bytes])).toEqual([
      [0, 1],
      [1, 0],
    ]);
    expect(footers).toBe(false);
  });

  it.each<[string, StreamEvent[]]>([
    ['return-path', [command(1)]],
    ['return-path', [command(2, { value: 1 })]],
    ['postcopy-ram', [command(3, { targetPageSize: 4096 })]],
    ['x-colo', [command(8)]],
    ['x-colo', [{ kind: 'colo', offset: 0, length: 4, message: 1, name: 'CHECKPOINT_REQUEST' }]],
    ['multifd', [{ kind: 'ram-mark', offset: 0, flags: 0, name: 'MULTIFD_FLUSH' }]],
    ['rdma', [{ kind: 'ram-mark', offset: 0, flags: 0, name: 'HOOK' }]],
    ['dirty-bitmaps', [start('dirty-bitmap', 'start')]],
    ['block', [start('block', 'start')]],
    ['background-snapshot', [start('ram', 'start'), EOF]],
  ])('infers %s', (name, events) => {
    expect(summary(...events).capabilities.inferred).toEqual([name]);
  });

  it.each<[string, StreamEvent[]]>([
    ['ADVISE without page sizes', [command(3)]],
    ['a RAM section with an end', [start('ram', 'start'), start('ram', 'end'), EOF]],
    ['a stream that was cut', [start('ram', 'start')]],
  ])('infers nothing from %s', (_name, events) => {
    expect(summary(...events).capabilities.inferred).toEqual([]);
  });

  it('infers compression from pages', () => {
    const model = new StreamModel();
    play(model);
    expect(model.summary().capabilities.inferred).toEqual(expect.arrayContaining(['compress', 'xbzrle']));
  });

  it('remembers every other fact of the sample', () => {
    const model = new StreamModel();
    play(model);
    const all = model.summary();
    expect(all.configuration).toEqual({
      machine: 'pc-q35-9.2',
      pageBits: 12,
      capabilities: ['mapped-ram', 'x-ignore-shared'],
      uuid: '01234567-89ab-cdef-0123-456789abcdef',
      subsections: [{ name: 'configuration/uuid', version: 1, offset: 20 }],
    });
    expect(all).toMatchObject({
      pageSize: { bytes: 4096, evidence: 'target-page-bits' },
      vmdesc: { offset: 951, bytes: 500, devices: 1 },
      checkpoints: 1,
      trailing: { offset: 1600, length: 12, zeros: false },
      skipped: [{ offset: 0x300, length: 1 }],
      problems: [FINDING],
      capabilities: { recorded: ['mapped-ram', 'x-ignore-shared'] },
    });
    expect(all.commands.length).toBe(EVENTS.filter(({ kind }) => kind === 'command').length);
  });

  it('knows the run state from globalstate alone', () => {
    const record = { kind: 'record', offset: 0, length: 1, name: 'x', fields: { runstate: 'paused' } } as const;
    expect(summary({ ...record, section: 'globalstate' }).runstate).toBe('paused');
    expect(summary({ ...record, section: 'other' }).runstate).toBeUndefined();
  });

  it('bounds its lists', () => {
    const commands = Array.from({ length: 10_003 }, () => command(1));
    const many = Array.from({ length: (1 << 15) + 5 }, (_, i) => start('x', 'full', i));
    const { commands: kept, furtherCommands, sections } = summary(...commands, ...many, ended(7));
    expect([kept.length, furtherCommands, sections.length]).toEqual([10_000, 3, 1 << 15]);
    expect(sections.at(-1)!.bytes).toBe(0);
  });
});
