import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { main } from '../../src/cli/main.js';
import { InputError } from '../../src/finding.js';
import { type AnalyzeResult, analyzeMigration, extractMigration } from '../../src/report/analyze-migration.js';
import { fixtureNames, readAnalyze, readFixture } from '../fixtures.js';
import { device, full, PAGE, ram, ramSections, start, stream, u32, workspace } from './tiny-stream.js';

const space = workspace();
let inputs = 0;

async function analyze(
  bytes: Uint8Array,
  options: { dump?: 'state' | 'desc'; memory?: boolean } = {},
): Promise<AnalyzeResult & { readonly text: string }> {
  let text = '';
  const input = space.put(`input-${inputs++}`, bytes);
  const result = await analyzeMigration(input, { ...options, out: { write: (part) => (text += part) } });
  return { ...result, text };
}

/** The values of one device with the given fields. */
async function state(fields: readonly Parameters<typeof device>[1][number][], payload: Buffer): Promise<unknown> {
  const { text } = await analyze(stream([full(1, 'dev', payload)], [device('dev', fields)]));
  return (JSON.parse(text) as Record<string, unknown>)['dev (1)'];
}

describe('real streams', () => {
  const read = (what: 'state' | 'desc'): string[] =>
    fixtureNames().filter((name) => readAnalyze(name, what) !== undefined);

  it.each(read('state'))('%s: state', async (name) => {
    const { text, complete } = await analyze(readFixture(name));
    expect(text === readAnalyze(name, 'state')).toBe(true);
    expect(complete).toBe(true);
  });

  it.each(read('desc'))('%s: desc', async (name) => {
    const { text } = await analyze(readFixture(name), { dump: 'desc' });
    expect(text === readAnalyze(name, 'desc')).toBe(true);
  });
});

describe('field types', () => {
  it('shows integers by the signedness that the script gives them', async () => {
    const types = ['uint8', 'int8', 'uint8 equal', 'nullptr', 'bool', 'timer'];
    const fields = types.map((type) => ({ name: type, type, size: 1 }));
    expect(await state(fields, Buffer.from([0xfe, 0xfe, 0xfe, 0x30, 1, 0xfe]))).toEqual({
      uint8: '0xfe',
      int8: '0xfe (-2)',
      'uint8 equal': '0xfe (-2)',
      nullptr: 'nullptr',
      bool: true,
      timer: 'fe',
    });
  });

  it('shows 64 bits exactly, and everything it does not know as bytes', async () => {
    const fields = [
      { name: 'a', type: 'uint64', size: 8 },
      { name: 'b', type: 'int64 equal', size: 8 },
      { name: 'c', type: 'uint32 equal', size: 4 },
      { name: 'd', type: 'virtio', size: 2 },
    ];
    const payload = Buffer.concat([Buffer.alloc(8, 0xff), Buffer.alloc(8, 0xff), u32(0xfffffffe), Buffer.of(0xab, 1)]);
    expect(await state(fields, payload)).toEqual({
      a: '0xffffffffffffffff',
      b: '0xffffffffffffffff (-1)',
      c: '0xfffffffe',
      d: 'ab 01',
    });
  });

  it('makes lists of arrays and of names that repeat', async () => {
    const fields = [
      { name: 'a', type: 'uint8', size: 1, array_len: 2 },
      { name: 'b', type: 'uint8', size: 1, index: 0 },
      { name: 'a', type: 'nullptr', size: 1 },
    ];
    expect(await state(fields, Buffer.from([1, 2, 3, 0x30]))).toEqual({ a: ['0x01', '0x02', 'nullptr'], b: '0x03' });
  });

  it('puts subsections behind the fields, in place of a field of their name', async () => {
    const subsection = { vmsd_name: 'dev/sub', version: 1, fields: [{ name: 'x', type: 'uint8', size: 1 }] };
    const struct = { vmsd_name: 's', version: 1, fields: [{ name: 'y', type: 'int16', size: 2 }] };
    const fields = [
      { name: 'dev/sub', type: 'uint8', size: 1 },
      { name: 's', type: 'struct', size: 2, struct },
    ];
    const payload = Buffer.concat([Buffer.of(9, 0x80, 0, 5, 7), Buffer.from('dev/sub'), u32(1), Buffer.of(8)]);
    const { text } = await analyze(stream([full(1, 'dev', payload)], [device('dev', fields, [subsection])]));
    expect(text).toBe(`{
    "dev (1)": {
        "dev/sub": {
            "x": "0x08"
        },
        "s": {
            "y": "0x8000 (-32768)"
        }
    }
}
`);
  });
});

describe('sections', () => {
  const byte = (name: string): object => device(name, [{ name: 'v', type: 'uint8', size: 1 }]);

  it('stand in the order in which ids first appear, with what came last', async () => {
    const elements = [full(7, 'a', Buffer.of(1)), full(3, 'b', Buffer.of(2)), full(7, 'c', Buffer.of(3))];
    const { text } = await analyze(stream(elements, [byte('a'), byte('b'), byte('c')]));
    expect(Object.entries(JSON.parse(text) as object)).toEqual([
      ['c (7)', { v: '0x03' }],
      ['b (3)', { v: '0x02' }],
    ]);
  });

  it('without a description are bytes', async () => {
    const { text, complete } = await analyze(stream([full(1, 'dev', Buffer.from('cafe', 'hex'))]));
    expect(JSON.parse(text)).toEqual({ 'dev (1)': { data: 'ca fe' } });
    expect(complete).toBe(true);
  });

  it('that are iterable are empty strings', async () => {
    const { text } = await analyze(stream([start(1, 'dirty-bitmap', Buffer.of(1), 1)], []));
    expect(JSON.parse(text)).toEqual({ 'dirty-bitmap (1)': '' });
  });

  it('of a stream that is cut are shown as far as they go', async () => {
    const bytes = stream([ramSections(2, { 'pc.ram': PAGE }), full(1, 'dev', Buffer.of(1))], [byte('dev')]);
    const { text, complete, problems } = await analyze(bytes.subarray(0, bytes.indexOf('dev') + 10));
    expect(JSON.parse(text)).toEqual({ 'ram (2)': { 'section sizes': { 'pc.ram': '0x0000000000001000' } } });
    expect(complete).toBe(false);
    expect(problems.map(({ rule }) => rule)).toEqual(['truncated']);
  });
});

describe('desc', () => {
  it('keeps of a repeated key the last value', async () => {
    const { text } = await analyze(stream([], '{"page_size": 4096, "devices": [], "page_size": 8192}'), {
      dump: 'desc',
    });
    expect(text).toBe('{\n    "page_size": 8192,\n    "devices": []\n}\n');
  });

  it('of a stream without one is an error', async () => {
    await expect(analyze(stream([]), { dump: 'desc' })).rejects.toThrow(InputError);
  });
});

describe('memory', () => {
  it('is the last content of each page, in the order of the first', async () => {
    const records = [
      ram.page('m', PAGE, 0xaa),
      ram.page('m', 0, 0xbb),
      ram.zero('m', PAGE),
      ram.page('m', 2 * PAGE, 0),
      ram.xbzrle('m', 0, Buffer.of(1, 1, 0xcc)),
      ram.compressed('m', 3 * PAGE, deflateSync(Buffer.alloc(PAGE, 0xdd))),
    ];
    const { text } = await analyze(stream([ramSections(2, { m: 4 * PAGE }, ...records)], []), { memory: true });
    const bytes = (fill: string): string => Array<string>(PAGE).fill(fill).join(' ');
    const { memory } = (JSON.parse(text) as { 'ram (2)': { memory: Record<string, string> } })['ram (2)'];
    expect(Object.entries(memory)).toEqual([
      ['m (0x0000000000001000)', 'Filled with 0x00'],
      ['m (0x0000000000000000)', bytes('bb').replace('bb bb', 'bb cc')],
      ['m (0x0000000000002000)', bytes('00')],
      ['m (0x0000000000003000)', bytes('dd')],
    ]);
  });

  it('leaves nothing behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => /^migscope-[A-Za-z0-9]{6}$/.test(name));
    await expect(analyze(Buffer.from('QEVX'), { memory: true })).rejects.toThrow(InputError);
    expect(readdirSync(tmpdir()).filter((name) => /^migscope-[A-Za-z0-9]{6}$/.test(name))).toEqual(before);
  });
});

describe('extraction', () => {
  async function extract(
    bytes: Uint8Array,
    prepare?: (directory: string) => void,
  ): Promise<{ at: string; names: string }> {
    const at = join(space.path, `out-${inputs}`);
    mkdirSync(at);
    prepare?.(at);
    let names = '';
    await extractMigration(space.put(`input-${inputs++}`, bytes), {
      directory: at,
      out: { write: (part) => (names += part) },
    });
    return { at, names };
  }

  it('writes description, blocks and state, and names them', async () => {
    const blocks = { 'pc.ram': PAGE, '/rom@etc/acpi/tables': PAGE };
    const bytes = stream([ramSections(2, blocks, ram.page('pc.ram', 0, 1))], []);
    const { at, names } = await extract(bytes);
    expect(names).toBe('desc.json\npc.ram\n/rom@etc/acpi/tables\nstate.json\n');
    expect(readFileSync(join(at, 'pc.ram'))).toEqual(Buffer.alloc(PAGE, 1));
    expect(readFileSync(join(at, 'rom@etc/acpi/tables'))).toEqual(Buffer.alloc(PAGE));
    expect(readFileSync(join(at, 'desc.json'), 'utf8')).toBe('{\n    "page_size": 4096,\n    "devices": []\n}');
    expect(readFileSync(join(at, 'state.json'), 'utf8')).toMatch(/^\{\n {4}"ram \(2\)": .*\n\}$/s);
  });

  it('stays in the directory', async () => {
    const blocks = { '../escape': PAGE, '/etc/x': PAGE, 'state.json': PAGE };
    const { at, names } = await extract(stream([ramSections(2, blocks)], []));
    expect(readdirSync(at).sort()).toEqual(['__', 'desc.json', 'etc', 'state.json', 'state.json~1']);
    expect(existsSync(join(at, '../escape'))).toBe(false);
    expect(names).toContain('../escape\n');
  });

  it('writes through no symbolic link', async () => {
    const bytes = stream([ramSections(2, { 'link/x': PAGE })], []);
    await expect(extract(bytes, (at) => symlinkSync('..', join(at, 'link')))).rejects.toThrow('symbolic link');
  });

  it('replaces a symbolic link with the name of a block', async () => {
    const victim = space.put('victim', Buffer.from('kept'));
    const { at } = await extract(stream([ramSections(2, { x: PAGE }, ram.page('x', 0, 1))], []), (directory) =>
      symlinkSync(victim, join(directory, 'x')),
    );
    expect(readFileSync(victim, 'utf8')).toBe('kept');
    expect(readFileSync(join(at, 'x'))).toEqual(Buffer.alloc(PAGE, 1));
  });

  it('does not overwrite its input', async () => {
    const input = space.put('pc.ram', stream([ramSections(2, { 'pc.ram': PAGE })], []));
    await expect(extractMigration(input, { directory: space.path, out: { write: () => undefined } })).rejects.toThrow(
      'is the input',
    );
  });

  it('refuses pipes', () => {
    const fifo = join(space.path, 'fifo');
    if (spawnSync('mkfifo', [fifo]).status !== 0) return;
    return expect(extractMigration(fifo, { directory: space.path, out: { write: () => undefined } })).rejects.toThrow(
      'is a pipe',
    );
  });
});

describe('command line', () => {
  it.each([
    ['no file', [], 2],
    ['an unknown option', ['-f', 'x', '-z'], 2],
    ['a file that is not there', ['-f', '/nonexistent/x'], 1],
    ['a file that is no stream', ['-f', import.meta.filename], 1],
    ['a value that -d does not have', ['-f', import.meta.filename, '-d', 'both'], 1],
  ])('%s', async (_name, args, exitCode) => {
    expect(await main(['analyze-migration', ...args])).toBe(exitCode);
  });
});
