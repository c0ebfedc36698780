import { describe, expect, it } from 'vitest';
import { CaptureModel, type CaptureSummary } from '../../src/model/capture-model.js';
import type { StreamSummary } from '../../src/model/stream-model.js';
import { infoText } from '../../src/report/info-text.js';
import { makeStyle, plain } from '../../src/report/style.js';
import { EVENTS, FINDING, play } from './samples.js';

const INPUT = { capture: 'vm', layers: ['file'] };
const SUMMARY = summaryOf(EVENTS);

function summaryOf(events: typeof EVENTS): CaptureSummary {
  const model = new CaptureModel();
  play(model.channel('vm'), events);
  return model.summary();
}

/** The text of the sample, with some of its facts changed. */
function text(more: Partial<StreamSummary & typeof INPUT> = {}, width = 100): string {
  const [main] = SUMMARY.streams as [StreamSummary];
  const [channel] = SUMMARY.channels as [(typeof SUMMARY.channels)[number]];
  const {
    bytes = channel.bytes,
    explainedBytes = channel.explainedBytes,
    capture = 'vm',
    layers = INPUT.layers,
  } = more;
  const { complete = SUMMARY.complete, problems = SUMMARY.problems, ram = SUMMARY.ram } = more;
  const summary = {
    ...SUMMARY,
    complete,
    problems,
    ram,
    streams: [{ ...main, ...more }],
    channels: [{ ...channel, bytes, explainedBytes }],
  };
  return infoText({ capture, layers }, summary, plain, width);
}

const line = (of: string, start: string): string | undefined =>
  of.split('\n').find((candidate) => candidate.trimStart().startsWith(start));

describe('infoText', () => {
  it('says in its first lines whether the stream is whole', () => {
    expect(text().split('\n').slice(0, 3)).toEqual([
      'vm: broken, 1,612 bytes (1.57 KiB), 13 bytes not explained',
      'decoded without a gap up to 0x300',
      'skipped 1 byte from 0x300',
    ]);
    const whole = { complete: true, explainedBytes: 1612, skipped: [] };
    expect(text(whole).split('\n', 2)).toEqual(['vm: whole, 1,612 bytes (1.57 KiB), every byte explained', '']);
    const cut = [{ ...FINDING, rule: 'truncated' }];
    expect(text({ problems: cut, bytes: 1000, explainedBytes: 999, role: 'cpr' })).toMatch(
      /^vm: truncated, 1,000 bytes, cpr channel, 1 byte not explained\n/,
    );
  });

  it('gives the facts, one a line', () => {
    expect(line(text(), 'machine')).toBe('  machine       pc-q35-9.2');
    expect(line(text(), 'page size')).toBe('  page size     4 KiB, by target-page-bits');
    expect(line(text(), 'vmdesc')).toBe('  vmdesc        1 device, 500 B at 0x3b7');
    expect(line(text(), 'behind it')).toBe('  behind it     12 bytes that are no part of the stream');
    expect(line(text(), 'layers')).toBeUndefined();
    expect(line(text({ layers: ['pipe', '512 leading zero bytes'] }), 'layers')).toContain('pipe > 512 leading');
    expect(line(text({ footers: false }), 'footers')).toBe('  footers       none');
    expect(line(text({ trailing: { offset: 0, length: 1, zeros: true } }), 'behind')).toContain(
      '1 zero byte of padding',
    );
    expect(line(text({ trailing: { offset: 0, length: 1, zeros: false } }), 'behind')).toContain(
      '1 byte that is no part of the stream',
    );
  });

  it('tells recorded capabilities from inferred ones', () => {
    expect(text({}, 200)).toContain(
      'mapped-ram, x-ignore-shared (recorded); compress, multifd, postcopy-ram, return-path, x-colo, xbzrle (inferred)',
    );
    expect(text({ capabilities: { recorded: [], inferred: [] } })).toContain('capabilities  none seen');
  });

  it('counts pages by block, and only the kinds that there are', () => {
    expect(text()).toContain(
      [
        'RAM: 48 KiB in 2 blocks, 1 pass',
        '  block       size  normal  zero  xbzrle  compressed',
        '  pc.ram    32 KiB       1     1       0           0',
      ].join('\n'),
    );
  });

  it('joins discards in a row', () => {
    const discard = SUMMARY.streams[0]!.commands.find(({ name }) => name === 'POSTCOPY_RAM_DISCARD')!;
    const commands = [discard, discard, discard];
    expect(text({ commands, furtherCommands: 7 })).toContain('Commands: 10\n  3×POSTCOPY_RAM_DISCARD');
  });

  it('keeps its lists short', () => {
    const [section] = SUMMARY.streams[0]!.sections;
    const [block] = SUMMARY.ram.blocks;
    const many = text({
      sections: new Array(1000).fill(section) as [],
      ram: { ...SUMMARY.ram, blocks: new Array(1000).fill(block) as [] },
      commands: Array.from({ length: 1000 }, (_, i) => ({ ...SUMMARY.streams[0]!.commands[0]!, name: `C${i}` })),
      problems: new Array(11).fill(FINDING) as [],
    });
    expect(many.split('\n').length).toBeLessThan(160);
    expect(many).toContain('… and 940 more');
    expect(many).toMatch(/… and 1 more problem$/);
  });

  it('fits the width, except for what cannot be broken', () => {
    for (const width of [60, 80, 120]) {
      const [, facts] = text({}, width).split('\n\n');
      expect(Math.max(...facts!.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(width);
    }
  });

  it('has colour only when it is asked for', () => {
    expect(text()).not.toContain('\x1b');
    expect(infoText(INPUT, SUMMARY, makeStyle('always', false))).toContain('\x1b[31mbroken\x1b[39m');
  });

  it('lets no control character of a file name through', () => {
    expect(text({ capture: 'a\x1b[2J' })).toMatch(/^a\\x1b\[2J: /);
  });

  it('says what is not known of a stream that says nothing', () => {
    const empty = summaryOf(EVENTS.filter(({ kind }) => kind === 'begin' || kind === 'end'));
    const said = infoText(INPUT, empty, plain);
    expect(line(said, 'machine')).toContain('not said (no configuration section)');
    expect(line(said, 'QEMU')).toBe('  QEMU          unknown');
    expect(said).not.toMatch(/RAM:|Commands:|Sections:/);
  });
});
