/** Commands on captures of several channels, unpacked where they can be named. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { unpackCapture } from '../fixtures.js';
import { expectValid } from '../report/schemas.js';
import { run } from './run.js';

const DIR = unpackCapture('10.0-x86_64-vfio-multifd-2-tiny');
const CUT = unpackCapture('5.2-x86_64-fail-cut-multifd');
const EMPTY = mkdtempSync(join(tmpdir(), 'migscope-empty-'));

afterAll(() => rmSync(EMPTY, { recursive: true, force: true }));

const file = (name: string): string => join(DIR, name);

describe('info of a capture', () => {
  it('shows all channels of a directory', () => {
    const { output, code } = run(`migscope info ${DIR}`);
    expect(output).toContain(`${DIR}: whole, 638,951 bytes (624 KiB), every byte explained\n`);
    expect(output).toContain('Channels: 4\n');
    expect(output).toMatch(/^ {2}channel-02\.bin +multifd 1 .* 3 syncs, 1 device state packet$/m);
    expect(output).toMatch(/^ {2}return-path\.bin +return-path +16 +whole +PONG, SHUT$/m);
    expect(code).toBe(0);
  });

  it('takes channels by name', () => {
    const channels = `--channel ${file('channel-01.bin')} --channel ${file('channel-02.bin')}`;
    const { stdout, code } = run(
      `migscope info ${file('main.bin')} ${channels} --return-path ${file('return-path.bin')} --json`,
    );
    const document = JSON.parse(stdout.toString()) as Record<string, unknown>;
    expectValid('info', document);
    expect(document).toMatchObject({
      capture: file('main.bin'),
      layers: ['files'],
      complete: true,
      channels: ['main', 'multifd', 'multifd', 'return-path'].map(
        (role) => expect.objectContaining({ role }) as object,
      ),
      devices: [{ idstr: '0000:00:02.0/vfio', complete: true }],
      problems: [],
    });
    expect(code).toBe(0);
  });

  it('is not satisfied with one that is cut', () => {
    const { output, code } = run(`migscope info ${CUT}`);
    expect(output).toContain(`${CUT}: truncated, `);
    expect(output).toMatch(/^channel-01\.bin@0x518400: error\[MIG101\] the input ends inside multifd page$/m);
    expect(code).toBe(1);
  });

  it('refuses a directory without channels', () => {
    const { stdout, output, code } = run(`migscope info ${EMPTY}`);
    expect(output).toBe(
      `migscope: ${EMPTY} holds no channel of a migration\n  help: a capture directory has main.bin and further *.bin files\n`,
    );
    expect([stdout.length, code]).toEqual([0, 3]);
  });

  it('refuses further channels of several captures', () => {
    expect(run(`migscope info ${DIR} ${CUT} --channel ${file('channel-01.bin')}`)).toMatchObject({ code: 2 });
  });
});

describe('dump of a capture', () => {
  it('names the channel where it changes', () => {
    const { output, code } = run(`migscope dump ${DIR}`);
    const heads = output.split('\n').filter((line) => line.startsWith('--- '));
    expect(new Set(heads)).toEqual(
      new Set(['main.bin', 'channel-01.bin', 'channel-02.bin', 'return-path.bin'].map((name) => `--- ${name}`)),
    );
    // The first packet of a multifd channel arrived before the main channel had said a thing.
    expect(heads[0]).toBe('--- channel-01.bin');
    expect(heads.every((head, i) => head !== heads[i + 1])).toBe(true);
    expect(code).toBe(0);
  });

  it.each([
    ['0', ['channel-01.bin']],
    ['1', ['channel-02.bin']],
    ['return-path.bin', ['return-path.bin']],
    ['multifd', ['channel-01.bin', 'channel-02.bin']],
    ['main --channel 1', ['main.bin', 'channel-02.bin']],
  ])('shows the channel %s alone', (channel, files) => {
    const { output, code } = run(`migscope dump ${DIR} --channel ${channel} --format jsonl`);
    const events = output
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { channel: string });
    expect([...new Set(events.map((event) => event.channel))].sort()).toEqual([...files].sort());
    expect(code).toBe(0);
  });

  it('refuses a channel that is not there', () => {
    const { stdout, output, code } = run(`migscope dump ${DIR} --channel 7`);
    expect(output).toContain('--channel 7 fits none of main.bin, channel-01.bin, channel-02.bin, return-path.bin\n');
    expect([stdout.length, code]).toEqual([0, 2]);
  });

  it('refuses a directory without channels', () => {
    const { stdout, code } = run(`migscope dump ${EMPTY} --format json`);
    expect([stdout.length, code]).toEqual([0, 3]);
  });
});
