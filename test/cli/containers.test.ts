/** Every command opens a stream out of whatever it is wrapped in. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { containerFixture, expectBytes, plainStream } from '../containers.js';
import { expectValid } from '../report/schemas.js';
import { run, type RunResult } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
writeFileSync(at('plain.bin'), plainStream());
writeFileSync(at('vm.qcow2'), containerFixture('qcow2-v2.qcow2.br'));
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
  ['a libvirt save image', 'vm.save'],
  ['a qcow2 snapshot', 'vm.qcow2#second'],
])('%s', (_what, name) => {
  it.each(['dump', 'validate', 'analyze-migration -m -f'])('is what %s reads', (command) => {
    const wrapped = run(`migscope ${command} '${at(name)}'`);
    const plain = runPlain(command);
    expect(wrapped.code).toBe(plain.code);
    expect(wrapped.output.replaceAll(at(name), 'STREAM')).toBe(plain.output.replaceAll(at('plain.bin'), 'STREAM'));
  });

  it('is what info tells of, with its layers', () => {
    const { stdout, code } = run(`migscope info --json '${at(name)}'`);
    const document = JSON.parse(stdout.toString()) as { layers: string[]; capture: string };
    expectValid('info', document);
    expect(document.capture).toBe(at(name));
    expect(document.layers[0]).toBe('file');
    expect(document.layers[1]).toMatch(/^libvirt save image \(raw\), domain lv|^qcow2 snapshot second \(id 2\)/);
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

describe('a qcow2 image with several snapshots', () => {
  it('has them listed by info', () => {
    const { output, code } = run(`migscope info ${at('vm.qcow2')}`);
    expect(output).toMatch(/qcow2 image with 3 snapshots; name one: .*vm\.qcow2#NAME\n/);
    expect(output).toMatch(/^ +2 {2}second +20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC +32\.7 KiB +00:00:00\.\d{3}$/m);
    expect(output).toMatch(/^ +3 {2}disk-only .* none /m);
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
