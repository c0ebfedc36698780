import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withCapture } from '../../src/cli/input.js';
import { InputError } from '../../src/finding.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { ROOT } from './run.js';

const FIXTURE = join(ROOT, 'fixtures/microvm-7.2.bin');

describe('withCapture', () => {
  it('reads a capture with the options of the command line', async () => {
    const events: StreamEvent[] = [];
    const sink = { event: (event: StreamEvent) => events.push(event) };
    const choice = { role: 'main', vmdesc: FIXTURE, pageSize: 4096 } as const;
    expect(await withCapture(FIXTURE, choice, {}, () => [sink])).toEqual({
      capture: FIXTURE,
      layers: ['file'],
      problems: [],
    });
    expect(events.at(-1)).toMatchObject({ kind: 'end', complete: true });
  });

  it('starts where it is told', async () => {
    const { layers } = await withCapture(FIXTURE, { offset: 0x14, role: 'recovery-main' }, {}, () => []);
    expect(layers).toEqual(['file', 'from byte 0x14 on']);
  });

  it('reads nothing when the vmdesc cannot be had', async () => {
    let seen = 0;
    const sink = { event: () => seen++ };
    await expect(withCapture(FIXTURE, { vmdesc: '/does/not/exist' }, {}, () => [sink])).rejects.toThrow(InputError);
    expect(seen).toBe(0);
  });
});
