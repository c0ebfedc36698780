/** `migscope capture` as a program: sockets on both sides of it, signals, and what it leaves. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { capture } from '../../src/cli/capture.js';
import { InputError, UsageError } from '../../src/finding.js';
import { closed, connectTo, Destination, until } from '../capture/sockets.js';
import { readFixture } from '../fixtures.js';
import { ROOT, run } from './run.js';

let folder: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-record-'));
});
afterEach(() => {
  // Those of a test that has failed.
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Starts the program, and waits until it listens. */
async function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [join(ROOT, 'bin/migscope.js'), 'capture', '--listen', '0', ...args]);
  children.push(child);
  let output = '';
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const address = await new Promise<string>((resolve, reject) => {
    const hear = (data: Buffer): void => {
      output += data.toString();
      const found = /^listening on ([^,\s]+)/m.exec(output);
      if (found) resolve(found[1]!);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void exit.then(() => reject(new Error(output)));
  });
  return { child, address, exit, output: () => output };
}

const STREAM = readFixture('microvm-7.2');

/** Bytes that have been written of the first connection. */
const recorded = (): number | undefined => statSync(join(folder, 'main.bin'), { throwIfNoEntry: false })?.size;

describe('migscope capture', () => {
  it('records a migration, judges it meanwhile, and ends when it is over', async () => {
    const destination = await Destination.listen();
    const out = join(folder, 'out');
    const { address, exit, output } = await start('--forward', destination.address, '--out', out, '--validate');
    const source = await connectTo(address);
    source.resume();
    source.end(STREAM);
    const other = await destination.socket(0);
    other.once('end', () => other.end());
    await closed(source);
    expect(await exit).toBe(0);
    expect(output()).toContain(`listening on ${address}, destination ${destination.address}\n`);
    expect(output()).toMatch(/^main\.bin: main\nmain\.bin: closed, 211 KiB\n/m);
    expect(output()).toContain(`${out}: 1 connection, 216,320 bytes (211 KiB)\n`);
    expect(readFileSync(join(out, 'main.bin')).equals(STREAM)).toBe(true);
    expect(run(`migscope validate ${out}`).code).toBe(0);
    expect(run(`migscope info ${out}`).output).toContain(
      `${out}: whole, 216,320 bytes (211 KiB), every byte explained\n`,
    );
    destination.close();
  });

  it('prints what it finds while the migration runs', async () => {
    const damaged = Buffer.from(STREAM.subarray(0, 200_000));
    const { address, exit, output } = await start('--sink', '--out', folder, '--validate');
    const source = await connectTo(address);
    source.resume();
    source.end(damaged);
    expect(await exit).toBe(1);
    expect(output()).toMatch(/^main\.bin@0x[0-9a-f]+: error\[MIG101\] the input ends inside/m);
  });

  it('stops accepting at the first Ctrl-C, and finishes what is open', async () => {
    const { address, child, exit, output } = await start('--sink', '--out', folder);
    const source = await connectTo(address);
    source.resume();
    source.write(STREAM.subarray(0, 100_000));
    await until(() => recorded() === 100_000);
    child.kill('SIGINT');
    await until(() => output().includes('no more connections are accepted'));
    await expect(connectTo(address)).rejects.toThrow('ECONNREFUSED');
    source.end(STREAM.subarray(100_000));
    expect(await exit).toBe(0);
    expect(output()).toContain('no more connections are accepted; 1 are open, and once more Ctrl-C cuts them\n');
    expect(readFileSync(join(folder, 'main.bin')).equals(STREAM)).toBe(true);
  });

  it('cuts what is open at the second Ctrl-C, and says so', async () => {
    const { address, child, exit, output } = await start('--sink', '--out', folder);
    const source = await connectTo(address);
    source.write(STREAM.subarray(0, 100_000));
    await until(() => recorded() === 100_000);
    child.kill('SIGINT');
    await until(() => output().includes('no more connections are accepted'));
    child.kill('SIGINT');
    expect(await exit).toBe(1);
    expect(output()).toContain('connections were closed before their ends\n');
    expect(readFileSync(join(folder, 'main.bin')).equals(STREAM.subarray(0, 100_000))).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'capture.json'), 'utf8'))).toMatchObject({ complete: false });
  });

  it.each([0, 3])('shares the connections among %i processes', async (processes) => {
    const destination = await Destination.listen();
    const args = ['--forward', destination.address, '--out', folder, '--processes', String(processes)];
    const { address, child, exit } = await start(...args);
    const sources = [];
    for (let i = 0; i < 5; i++) {
      sources.push(await connectTo(address));
      await destination.socket(i);
    }
    for (const [i, source] of sources.entries()) {
      source.resume();
      source.end(i === 0 ? STREAM : STREAM.subarray(0, i));
      destination.sockets[i]!.once('end', () => destination.sockets[i]!.end());
    }
    await Promise.all(sources.map(closed));
    // These are no channels of one migration, whose end would be known.
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    expect(readFileSync(join(folder, 'main.bin')).equals(STREAM)).toBe(true);
    for (let i = 1; i < 5; i++)
      expect(readFileSync(join(folder, `channel-0${i}.bin`)).equals(STREAM.subarray(0, i))).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'capture.json'), 'utf8'))).toMatchObject({ complete: true });
    destination.close();
  });

  it('that is killed leaves its processes to pass on what is open, and to write it', async () => {
    const destination = await Destination.listen();
    const { address, child, exit } = await start('--forward', destination.address, '--out', folder, '--processes', '1');
    const source = await connectTo(address);
    source.resume();
    source.write(STREAM.subarray(0, 100_000));
    await until(() => recorded() === 100_000);
    child.kill('SIGKILL');
    await exit;
    source.end(STREAM.subarray(100_000));
    const other = await destination.socket(0);
    other.once('end', () => other.end());
    await closed(source);
    expect(destination.bytes(0).equals(STREAM)).toBe(true);
    await until(() => recorded() === STREAM.length);
    destination.close();
  });

  it('that recorded nothing says so', async () => {
    const { child, exit, output } = await start('--sink', '--out', folder);
    child.kill('SIGTERM');
    expect(await exit).toBe(1);
    expect(output()).toContain('nothing was recorded\n');
  });

  it('says where the migration goes, and where the recording', async () => {
    const parsed = { listen: '0', out: folder, sink: false, quiet: true, color: 'never' };
    const where = 'one of --forward ADDRESS and --sink says where the migration goes';
    await expect(capture.run({ ...parsed })).rejects.toThrow(new UsageError(where));
    await expect(capture.run({ ...parsed, forward: '1', sink: true })).rejects.toThrow(new UsageError(where));
    const nowhere = { ...parsed, listen: 'nowhere', sink: true };
    await expect(capture.run(nowhere)).rejects.toThrow(
      new UsageError('listen nowhere is no address: HOST:PORT, PORT, or unix:PATH'),
    );
    await expect(capture.run({ ...parsed, sink: true, processes: 65 })).rejects.toThrow(
      new UsageError('--processes wants a number from 0 to 64'),
    );
    const file = { ...parsed, sink: true, out: join(ROOT, 'package.json') };
    await expect(capture.run(file)).rejects.toThrow(new InputError(`${file.out} is no directory`));
  });
});
