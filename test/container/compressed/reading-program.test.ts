import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { Complaints } from '../../../src/container/compressed/complaints.js';
import { ReadingProgram, type SecondLook } from '../../../src/container/compressed/reading-program.js';
import { systemPipe } from '../../../src/container/compressed/system-pipe.js';
import { readAll } from '../../containers.js';

/** A program that reads what it wants; the packed bytes are there for their places only. */
function start(script: string, look?: SecondLook) {
  const packed = new MemorySource(Buffer.alloc(1000), 'm');
  const complaints = new Complaints('copy', { program: 'sh', cut: /cut short/, trailing: /more follows/ }, packed);
  const { readEnd, writeEnd } = systemPipe()!;
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', writeEnd, complaints.fd] });
  closeSync(writeEnd);
  return { child, source: new ReadingProgram(packed, child, readEnd, complaints, look) };
}

describe('a program that reads for itself', () => {
  it('gives what it writes', async () => {
    const { source } = start('printf 123; sleep 0.05; printf 456');
    expect((await readAll(source)).toString()).toBe('123456');
    expect(source.faults).toEqual([]);
    expect(await source.read(Buffer.alloc(10))).toBe(0);
    source.close();
  });

  it('has what it complains of behind what came out, however much it says', async () => {
    const { source } = start('printf 123; echo it is cut short >&2; yes | head -c 1000000 >&2; exit 1');
    expect((await readAll(source)).toString()).toBe('123');
    const message = 'copy: the file ends too early, at 0x3e8 of the file';
    expect(source.faults).toEqual([{ rule: 'wrapper-cut', message, offset: 3 }]);
    source.close();
  });

  it.each([
    [undefined, 'wrapper-damaged', 'copy: it is damaged'],
    [500, 'wrapper-trailing', 'copy: what follows the packed data is none, at 0x1f4 of the file'],
  ])('that calls something damaged is asked how far all is whole: %s', async (end, rule, message) => {
    const { source } = start('printf 123; echo it is damaged >&2; exit 1', { whole: () => Promise.resolve(end) });
    await readAll(source);
    expect(source.faults).toEqual([{ rule, message, offset: 3 }]);
    source.close();
  });

  it.each([
    [undefined, ['copy: what follows the packed data is none']],
    [{ end: 500, padding: false }, ['copy: what follows the packed data is none, at 0x1f4 of the file']],
    [{ end: 500, padding: true }, []],
  ])('that complains of what follows: %j', async (behind, messages) => {
    const { source } = start('printf 123; echo more follows >&2; exit 1', { behind: () => Promise.resolve(behind) });
    await readAll(source);
    expect(source.faults.map(({ message }) => message)).toEqual(messages);
    source.close();
  });

  it('that was ended is not looked at again', async () => {
    const { source } = start('printf 123; echo more follows >&2; kill -9 $$', {
      whole: () => Promise.reject(new Error('looked at')),
      behind: () => Promise.reject(new Error('looked at')),
    });
    await readAll(source);
    expect(source.faults).toEqual([{ rule: 'wrapper-damaged', message: 'copy: ended by SIGKILL', offset: 3 }]);
    source.close();
  });

  it('ends what it was asked for when nobody wants more', async () => {
    let child: ReturnType<typeof spawn> | undefined;
    const { source } = start('echo it is damaged >&2; exit 1', {
      async whole(started) {
        source.close();
        started((child = spawn('sh', ['-c', 'exec sleep 60'])));
        await once(child, 'exit');
        return 1;
      },
    });
    await readAll(source);
    expect(child!.signalCode).toBe('SIGKILL');
  });

  it('ends when nobody wants more', async () => {
    const { child, source } = start('exec yes');
    expect(await source.read(Buffer.alloc(4096))).toBe(4096);
    const exited = once(child, 'exit');
    source.close();
    source.close();
    expect(await exited).toEqual([null, 'SIGKILL']);
    expect(source.read(Buffer.alloc(10))).toBe(0);
  });
});
