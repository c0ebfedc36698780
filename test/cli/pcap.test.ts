/** Commands on packet captures. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { Conversation, pcap } from '../build/packets.js';
import { fixturePath, readFixture } from '../fixtures.js';
import { run } from './run.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'migscope-pcap-'));
afterAll(() => rmSync(FOLDER, { recursive: true, force: true }));

const REAL = join(FOLDER, 'real.pcap');
const packed = readFileSync(fixturePath('packets/11.1-x86_64-vfio-multifd-2-guest.pcap.br'));
writeFileSync(REAL, brotliDecompressSync(packed));
/** Of the memory that the destination of that migration had behind it. */
const RAM = '3f79f809fb7a439ae18d7cbf1649f90de68a6cbf29395f758286e82c0bfd6481';
const MAIN = readFixture('microvm-7.2');
const SMALL = join(FOLDER, 'small.pcap');
const HOLE = join(FOLDER, 'hole.pcap');
const { packets } = new Conversation([1000, 4444]).open().send(MAIN);
writeFileSync(SMALL, pcap(packets));
writeFileSync(HOLE, pcap(packets.filter((_, i) => i !== 83)));

describe('a packet capture', () => {
  it('is shown by info with all its channels', () => {
    const { output, code } = run(`migscope info ${REAL}`);
    expect(output).toContain(`${REAL}: whole, 18,468,110 bytes (17.6 MiB), every byte explained\n`);
    expect(output).toMatch(/^ {2}layers +file > pcap \(127\.0\.0\.1:56250 to 127\.0\.0\.1:39107, 514 packets\)$/m);
    expect(output).toMatch(/^ {2}channel-01\.bin +multifd 0 +9,288,612 +whole/m);
    expect(output).toMatch(/^ {2}return-path\.bin +return-path +16 +whole +PONG, SHUT$/m);
    expect(code).toBe(0);
  });

  it('is read when it is compressed, and from a pipe', () => {
    writeFileSync(`${SMALL}.gz`, gzipSync(readFileSync(SMALL)));
    expect(run(`migscope info ${SMALL}.gz`).output).toMatch(/^ {2}layers +file > gzip > pcap \(/m);
    expect(run(`cat ${SMALL} | migscope info -`).output).toContain('every byte explained');
  });

  it('is dumped in the order of arrival, or one channel of it', () => {
    const heads = run(`migscope dump ${REAL}`)
      .output.split('\n')
      .filter((line) => line.startsWith('--- '));
    expect(heads[0]).toBe('--- channel-01.bin');
    expect(new Set(heads).size).toBe(4);
    const { output, code } = run(`migscope dump ${REAL} --channel return-path`);
    expect(output).toContain('0000000008  message SHUT: status 0\n');
    expect(output).not.toContain('channel-01.bin');
    expect(code).toBe(0);
  });

  it('is validated', () => {
    expect(run(`migscope validate ${REAL}`).code).toBe(0);
  });

  it('has RAM and device state to be extracted', () => {
    const out = join(FOLDER, 'out');
    expect(run(`migscope extract ${REAL} --out ${out} --sections`).code).toBe(0);
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as Record<string, unknown>;
    expect(manifest).toMatchObject({ trustworthy: true, devices: [{ idstr: '0000:00:02.0/vfio', size: 3 << 20 }] });
    expect(manifest.blocks).toContainEqual(expect.objectContaining({ name: 'pc.ram', sha256: RAM }));
  });

  it('with a lost packet is not trusted', () => {
    const { output, code } = run(`migscope info ${HOLE}`);
    expect(output).toMatch(/^main\.bin@0x[0-9a-f]+: error\[MIG152\] 1448 bytes were not captured before packet \d+$/m);
    expect(output).not.toContain(`${HOLE}: whole`);
    expect(code).toBe(1);
    const out = join(FOLDER, 'hole');
    expect(run(`migscope extract ${HOLE} --out ${out}`).code).toBe(1);
    expect(JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))).toMatchObject({ trustworthy: false });
  });

  it('with several migrations asks for one', () => {
    const two = join(FOLDER, 'two.pcap');
    const clock = { time: 0 };
    const both = [4444, 5555].flatMap((port) => new Conversation([1000, port], clock).open().send(MAIN).packets);
    writeFileSync(two, pcap(both));
    const { output, code } = run(`migscope info ${two}`);
    expect(output).toContain(
      `migscope: ${two} has 2 migrations\n  help: name one of them:\n    ${two}#1  10.0.0.1:1000 to 10.0.0.2:4444, `,
    );
    expect(code).toBe(3);
    expect(run(`migscope info ${two}#2`)).toMatchObject({ code: 0 });
    expect(run(`migscope info ${two}#3`)).toMatchObject({ code: 3 });
  });
});
