/** Every command opens a stream out of whatever it is wrapped in. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { noise } from '../build/bytes.js';
import { Conversation, pcap } from '../build/packets.js';
import { containerFixture, expectBytes, plainStream } from '../containers.js';
import { expectValid } from '../report/schemas.js';
import { run, type RunResult } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
writeFileSync(at('plain.bin'), plainStream());
writeFileSync(at('vm.bin.gz'), containerFixture('stream.bin.gz'));
writeFileSync(at('vm.bin.xz'), containerFixture('stream.bin.xz'));
writeFileSync(at('vm.qcow2'), containerFixture('qcow2-v2.qcow2.br'));
writeFileSync(at('vm.pcap'), pcap(new Conversation([1000, 4444]).open().send(plainStream()).close().packets));
const image = containerFixture('libvirt-header.bin.br');
writeFileSync(at('vm.save'), Buffer.concat([image, plainStream()]));
image.writeUInt32LE(1, 28);
writeFileSync(at('packed.save'), Buffer.concat([image, gzipSync(plainStream())]));
writeFileSync(at('cut.save'), Buffer.concat([image, gzipSync(plainStream()).subarray(0, 2000)]));

/** What commands make of the stream alone, run once each. */
const plainRuns = new Map<string, RunResult>();
function runPlain(command: string): RunResult {
  const known = plainRuns.get(command) ?? run(`migscope ${command} ${at('plain.bin')}`);
  plainRuns.set(command, known);
  return known;
}

describe.each([
  ['a compressed stream', 'vm.bin.gz', 'gzip'],
  ['a stream that a program unpacks', 'vm.bin.xz', 'xz'],
  ['a libvirt save image', 'vm.save', 'libvirt save image (raw), domain lv'],
  ['a qcow2 snapshot', 'vm.qcow2#second', 'qcow2 snapshot second (id 2)'],
  ['a packet capture', 'vm.pcap', 'pcap (10.0.0.1:1000 to 10.0.0.2:4444'],
])('%s', (_what, name, layer) => {
  // What is packed cannot be sought in: without the vmdesc, devices are decoded at the end.
  it.each([`dump --vmdesc ${at('plain.bin')}`, 'validate', 'analyze-migration -m -f'])(
    'is what %s reads',
    (command) => {
      const wrapped = run(`migscope ${command} '${at(name)}'`);
      const plain = runPlain(command);
      expect(wrapped.code).toBe(plain.code);
      // The channels of a packet capture have names of their own.
      const output = wrapped.output.replace(/^--- main\.bin\nmain\.bin:/, 'STREAM:').replaceAll(at(name), 'STREAM');
      expect(output).toBe(plain.output.replaceAll(at('plain.bin'), 'STREAM'));
    },
  );

  it('is the same to diff', () => {
    const { output, code } = run(`migscope diff ${at('plain.bin')} '${at(name)}'`);
    expect(output).toMatch(/\nidentical\n$/);
    expect(code).toBe(0);
  });

  it('is what info tells of, with its layers', () => {
    const { stdout, code } = run(`migscope info --json '${at(name)}'`);
    const document = JSON.parse(stdout.toString()) as { layers: string[]; capture: string };
    expectValid('info', document);
    expect(document.capture).toBe(at(name));
    expect(document.layers[0]).toBe('file');
    expect(document.layers[1]!.slice(0, layer.length)).toBe(layer);
    expect(code).toBe(0);
  });

  it('is extracted', () => {
    run(`migscope extract '${at(name)}' --out '${at(name)}.out'`);
    runPlain(`extract --out ${at('plain.out')}`);
    const ram = (out: string): Buffer => readFileSync(join(at(out), 'ram/microvm.ram'));
    expectBytes(ram(`${name}.out`), ram('plain.out'));
  });

  it('gives its vmdesc to another stream', () => {
    expect(run(`migscope info ${at('plain.bin')} --vmdesc '${at(name)}'`).code).toBe(0);
  });
});

describe('a libvirt save image', () => {
  it('has its XML extracted with the sections', () => {
    const out = at('xml.out');
    const { output, code } = run(`migscope extract ${at('packed.save')} --out ${out} --sections`);
    expect(output).toContain('beside the stream: libvirt/domain.xml, libvirt/cookie.xml');
    expect(code).toBe(0);
    expect(readFileSync(join(out, 'libvirt/domain.xml'), 'utf8')).toMatch(/^<domain type='qemu'>[^]*<\/domain>\n$/);
    expect(readFileSync(join(out, 'libvirt/cookie.xml'), 'utf8')).toMatch(/^<cookie>[^]*<\/cookie>\n$/);
    const manifest: unknown = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'));
    expectValid('extract', manifest);
    expect(manifest).toMatchObject({
      channels: [{ layers: ['file', expect.stringContaining('libvirt'), 'gzip'] }],
      attachments: [{ file: 'libvirt/domain.xml' }, { file: 'libvirt/cookie.xml' }],
    });
  });

  it('leaves no XML behind where only RAM was asked for', () => {
    run(`migscope extract ${at('vm.save')} --out ${at('ram.out')}`);
    expect(existsSync(join(at('ram.out'), 'libvirt'))).toBe(false);
  });

  it('that was cut shows what is there, and where it is cut', () => {
    const { output, code } = run(`migscope info ${at('cut.save')}`);
    expect(output).toContain('truncated');
    expect(output).toContain('error[MIG161] gzip: the file ends inside the deflate data, at 0x10f50 of the file');
    expect(output).toContain('machine       microvm');
    expect(code).toBe(1);
  });
});

/** A loop device with these bytes at its beginning, where the system lets one be made. */
function loopDevice(bytes: Uint8Array): string | undefined {
  writeFileSync(at('device'), Buffer.concat([bytes, Buffer.alloc(1 << 20)]).subarray(0, 1 << 20));
  const { status, stdout } = spawnSync('losetup', ['--find', '--show', at('device')], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

describe('a block device', () => {
  const device = loopDevice(Buffer.concat([plainStream(), noise(5000)]));
  afterAll(() => void (device && spawnSync('losetup', ['--detach', device])));

  it.runIf(device)('is read up to the end of the stream, and has its size', () => {
    const { output, code } = run(`migscope info ${device}`);
    expect(output).toContain(`${device}: whole, 1,048,576 bytes (1 MiB), `);
    const behind = (1 << 20) - plainStream().length;
    expect(output).toContain(`MIG150] ${behind} bytes behind the end of the stream`);
    expect(code).toBe(1);
  });

  it.runIf(device)('is packed from anywhere on', () => {
    const packed = containerFixture('stream.bin.xz');
    writeFileSync(device!, Buffer.concat([noise(512), packed, Buffer.alloc(4096)]));
    const { output, code } = run(`migscope info ${device} --offset 512`);
    expect(output).toMatch(/^ +layers +file > from byte 0x200 on > xz$/m);
    expect(output).toContain('every byte explained');
    expect([0, 1]).toContain(code);
  });
});

describe('a qcow2 image with several snapshots', () => {
  it('has them listed by info', () => {
    const { output, code } = run(`migscope info ${at('vm.qcow2')}`);
    expect(output).toMatch(/qcow2 image with 3 snapshots; name one: .*vm\.qcow2#NAME\n/);
    expect(output).toMatch(/^ +2 {2}second +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC +32\.7 KiB +00:00:00\.\d{3}$/m);
    expect(output).toMatch(/^ +3 {2}disk-only .* none /m);
    expect(code).toBe(0);
  });

  it('has them listed, and opened by name, when it is packed', () => {
    const packed = at('vm.qcow2.gz');
    writeFileSync(packed, gzipSync(containerFixture('qcow2-v2.qcow2.br'), { level: 1 }));
    expect(run(`migscope info ${packed}`).output).toMatch(
      /qcow2 image with 3 snapshots; name one: .*vm\.qcow2\.gz#NAME\n/,
    );
    const { output, code } = run(`migscope info '${packed}#second'`);
    expect(output).toMatch(/^ +layers +file > gzip > qcow2 snapshot second \(id 2\)/m);
    expect(output).toContain('every byte explained');
    expect(code).toBe(0);
  });

  it('has them listed as JSON, beside other captures too', () => {
    const { stdout } = run(`migscope info --json ${at('vm.qcow2')} ${at('plain.bin')}`);
    const [snapshots, stream] = JSON.parse(stdout.toString()) as [unknown, unknown];
    expectValid('snapshots', snapshots);
    expect(snapshots).toMatchObject({ snapshots: [{ name: 'first' }, { name: 'second' }, { vmStateSize: 0 }] });
    expectValid('info', stream);
  });

  it.each(['dump', 'extract --out none', 'analyze-migration -f'])('asks which one for %s', (command) => {
    const { output, code } = run(`migscope ${command} ${at('vm.qcow2')}`);
    expect(output).toContain(`${at('vm.qcow2')} has 3 snapshots: first, second, disk-only`);
    expect(code).toBe(command.startsWith('analyze') ? 1 : 3);
  });

  it('is never overwritten by what is extracted from it', () => {
    writeFileSync(at('manifest.json'), containerFixture('qcow2-v2.qcow2.br'));
    const { output, code } = run(`migscope extract '${at('manifest.json')}#first' --out ${folder} --force`);
    expect(output).toContain('is the input: it would be overwritten');
    expect(code).toBe(3);
  });
});
