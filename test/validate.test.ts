import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../src/finding.js';
import { Judge, validate, type Verdict } from '../src/validate.js';
import { readFixture, unpackCapture } from './fixtures.js';
import { MemorySource } from '../src/bytes/source.js';
import { readStream } from '../src/read.js';

const MICROVM = join(import.meta.dirname, '../fixtures/microvm-7.2.bin');

async function judged(bytes: Uint8Array): Promise<Verdict> {
  const judge = new Judge(false);
  await readStream(new MemorySource(bytes, 'main'), judge.channel('main'));
  return judge.verdict();
}

describe('validate', () => {
  it('has nothing to say of a real stream that was loaded', async () => {
    expect(await validate(MICROVM)).toMatchObject({ complete: true, findings: [], capture: MICROVM, layers: ['file'] });
  });

  it('reads all channels of a capture, each with the listener', async () => {
    const roles: string[] = [];
    const listener = {
      event: (event: { kind: string; role?: string }) => void (event.kind === 'begin' && roles.push(event.role!)),
    };
    const { findings } = await validate(unpackCapture('10.0-x86_64-multifd-2-zstd'), { listener });
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(roles).toEqual(expect.arrayContaining(['main', 'multifd', 'multifd']));
  });

  it('tells of findings as they are made, the cause of a broken capture among them', async () => {
    const told: string[] = [];
    const { findings, complete } = await validate(unpackCapture('5.2-x86_64-fail-cut-multifd'), {
      onFinding: ({ rule }) => told.push(rule),
    });
    expect(complete).toBe(false);
    expect(told).toContain('truncated');
    expect(findings.some(({ rule, severity }) => rule === 'truncated' && severity === 'error')).toBe(true);
  });

  it('takes a connection that was taken up for no fault', async () => {
    const { findings } = await validate(unpackCapture('7.2-x86_64-postcopy-recover-preempt-paused-dst'));
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect(findings.some(({ message }) => message.includes('another one took the migration up'))).toBe(true);
  });

  it('does not blame a stream for device state whose ends are not proven', async () => {
    const bytes = readFixture('5.2-x86_64-no-section-footer');
    const { findings: whole, summary } = await judged(bytes);
    expect(whole).toEqual([]);
    const { findings, complete } = await judged(bytes.subarray(0, summary.streams[0]!.vmdesc!.offset));
    expect(complete).toBe(false);
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['section-extent', 'info'],
      ['vmdesc-missing', 'info'],
    ]);
    expect(findings[0]!.message).toMatch(/^the state of devices is not judged: /);
  });

  it('throws for what is no stream', async () => {
    await expect(validate('/does/not/exist')).rejects.toThrow(InputError);
  });
});
