import { describe, expect, it } from 'vitest';
import { expectValid } from '../report/schemas.js';
import { run } from './run.js';

const FIXTURE = 'fixtures/microvm-7.2.bin';
const lines = (command: string): unknown[] =>
  run(command)
    .output.split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);

describe('dump', () => {
  it('writes one document that is valid, with the events of jsonl in it', () => {
    const { output } = run(`migscope dump ${FIXTURE} --format json --desc`);
    const document = JSON.parse(output) as { capture: string; events: unknown[] };
    expectValid('dump', document);
    expect(document.capture).toBe(FIXTURE);
    expect(document.events).toEqual(lines(`migscope dump ${FIXTURE} --format jsonl --desc`));
  });

  it('lists every page, with what is in it', () => {
    const events = lines(`migscope dump ${FIXTURE} --format jsonl --memory --select ram --max-bytes 1`);
    const pages = events.filter((event) => (event as { event: string }).event === 'page');
    expect(pages.length).toBe(16403);
    expect(pages[0]).toEqual({
      event: 'page',
      offset: 185,
      kind: 'normal',
      block: 'microvm.ram',
      address: 0,
      size: 4096,
      data: { hex: 'f0', length: 4096 },
    });
  });

  it('writes nothing to standard output for an input that is no stream', () => {
    for (const format of ['text', 'json', 'jsonl']) {
      const { stdout, code } = run(`migscope dump package.json --format ${format}`);
      expect([stdout.toString(), code]).toEqual(['', 3]);
    }
  });

  it('ends a document even for a stream that is cut', () => {
    const { stdout, code } = run(`head -c 1000 ${FIXTURE} | migscope dump - --format json`);
    const { events } = JSON.parse(stdout.toString()) as { events: { event: string }[] };
    expect([events.at(-1)!.event, code]).toEqual(['end', 1]);
  });

  it('shows as many bytes as it is told', () => {
    const unused = (max: string): string => run(`migscope dump ${FIXTURE} --select timer/unused ${max}`).output;
    expect(unused('')).toContain('unused  00 00 00 00 00 00 00 00\n');
    expect(unused('--max-bytes 1')).toContain('unused  00 … (8 bytes)\n');
    expect(unused('--max-bytes 0')).toContain('unused  … (8 bytes)\n');
  });
});
