import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InputError } from '../src/finding.js';
import { validate } from '../src/validate.js';
import { unpackCapture } from './fixtures.js';

const MICROVM = join(import.meta.dirname, '../fixtures/microvm-7.2.bin');

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

  it('throws for what is no stream', async () => {
    await expect(validate('/does/not/exist')).rejects.toThrow(InputError);
  });
});
