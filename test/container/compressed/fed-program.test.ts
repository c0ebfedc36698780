import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { Complaints } from '../../../src/container/compressed/complaints.js';
import { FedProgram } from '../../../src/container/compressed/fed-program.js';
import { noise } from '../../build/bytes.js';
import { expectBytes, readAll } from '../../containers.js';

const BYTES = noise(700_000);

function feed(script: string, bytes = BYTES): FedProgram {
  const packed = new MemorySource(bytes, 'm', { chunk: 100_000 });
  const complaints = new Complaints('copy', { program: 'sh', cut: /cut short/, trailing: /more follows/ }, packed);
  return new FedProgram(
    'copy',
    packed,
    spawn('sh', ['-c', script], { stdio: ['pipe', 'pipe', complaints.fd] }),
    complaints,
  );
}

describe('a program that is fed', () => {
  it('gives what it makes of it', async () => {
    const source = feed('exec cat');
    expectBytes(await readAll(source), BYTES);
    expect(source.faults).toEqual([]);
    source.close();
  });

  it('has what it complains of behind what came out', async () => {
    const source = feed('head -c 50; cat > /dev/null; echo it is cut short >&2; exit 1');
    expectBytes(await readAll(source), BYTES.subarray(0, 50));
    const message = 'copy: the file ends too early, at 0xaae60 of the file';
    expect(source.faults).toEqual([{ rule: 'wrapper-cut', message, offset: 50 }]);
    source.close();
  });

  it('may stop reading', async () => {
    const source = feed('head -c 10 > /dev/null; exit 2', noise(4 << 20));
    expect(await readAll(source)).toHaveLength(0);
    expect(source.faults).toMatchObject([{ rule: 'wrapper-damaged' }]);
    source.close();
  });

  it('does not run far ahead, and ends when nobody wants more', async () => {
    // Other tests have left buffers in this process.
    const before = process.memoryUsage().arrayBuffers;
    const source = feed('exec yes');
    for (let i = 0; i < 100; i++) await source.read(Buffer.alloc(65_536));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
    source.close();
    while ((await source.read(Buffer.alloc(1 << 20))) > 0);
  });
});
