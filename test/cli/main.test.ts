import type * as fs from 'node:fs';
import { writeSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { OutputClosed } from '../../src/bytes/text-writer.js';
import { COMMANDS } from '../../src/cli/commands.js';
import { EXIT_BUG, EXIT_INPUT, EXIT_OK, EXIT_USAGE } from '../../src/cli/exit-code.js';
import { main } from '../../src/cli/main.js';
import { InputError, UsageError } from '../../src/finding.js';

vi.mock('node:fs', async (original) => ({
  ...(await original<typeof fs>()),
  writeSync: vi.fn((_fd: number, data: string | Uint8Array) => data.length),
}));

/** What was written to a descriptor. */
function written(fd: number): string {
  return vi
    .mocked(writeSync)
    .mock.calls.filter(([to]) => to === fd)
    .map(([, data]) => String(data))
    .join('');
}

const info = COMMANDS.find(({ usage }) => usage.startsWith('info '))!;

/** Runs `info` as if its work ended with this error. */
async function failing(error: unknown): Promise<number> {
  vi.spyOn(info, 'run').mockRejectedValue(error);
  return main(['info', 'x']);
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.mocked(writeSync).mockClear();
});

describe('main', () => {
  it('returns what the command returns', async () => {
    vi.spyOn(info, 'run').mockResolvedValue(1);
    expect(await main(['info', 'x'])).toBe(1);
    expect(written(2)).toBe('');
  });

  it('calls an unexpected error a bug, and says where it comes from', async () => {
    expect(await failing(new TypeError('x is not a function'))).toBe(EXIT_BUG);
    expect(written(2)).toMatch(/^migscope: this is a bug in migscope, please report it/);
    expect(written(2)).toMatch(/TypeError: x is not a function\n +at /);
  });

  it('copes with a bug that throws no error', async () => {
    expect(await failing('nonsense')).toBe(EXIT_BUG);
    expect(written(2)).toContain('nonsense');
  });

  it('says what is wrong with an input, and what can be done', async () => {
    expect(await failing(new InputError('x is empty'))).toBe(EXIT_INPUT);
    expect(await failing(new InputError('x is a gzip file', 'unpack it'))).toBe(EXIT_INPUT);
    expect(written(2)).toBe('migscope: x is empty\nmigscope: x is a gzip file\n  help: unpack it\n');
  });

  it('takes a failed system call for an input that cannot be read', async () => {
    const error = Object.assign(new Error('EIO: i/o error, read'), { syscall: 'read', code: 'EIO' });
    expect(await failing(error)).toBe(EXIT_INPUT);
    expect(written(2)).toBe('migscope: EIO: i/o error, read\n');
  });

  it('points at the help text of the command', async () => {
    expect(await failing(new UsageError('that makes no sense'))).toBe(EXIT_USAGE);
    expect(written(2)).toBe('migscope: that makes no sense\n  help: migscope info --help lists what there is\n');
  });

  it('is silent when nobody reads any more', async () => {
    expect(await failing(new OutputClosed())).toBe(EXIT_OK);
    expect(written(2)).toBe('');
  });

  it.each([
    [[], 'name a command\n  help: migscope --help'],
    [['inof', 'x'], 'there is no command inof; did you mean info?\n  help: migscope --help'],
    [['info'], 'an argument is missing: migscope info <capture..>\n  help: migscope info --help'],
    [['info', 'x', '--nonsense'], 'Unknown argument: nonsense\n  help: migscope info --help'],
  ])('refuses %j', async (args, message) => {
    expect(await main(args)).toBe(EXIT_USAGE);
    expect(written(2)).toContain(`migscope: ${message}`);
  });

  it('lets no control character of a file name through, and keeps its own lines', async () => {
    await failing(new InputError('a\x1b[2J\u009b is empty', 'b\x07'));
    expect(written(2)).toBe('migscope: a\\x1b[2J\\xc2\\x9b is empty\n  help: b\\x07\n');
  });
});
