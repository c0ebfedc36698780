/** The library as a program uses it: everything comes from the one entry. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as migscope from '../src/index.js';

const FIXTURE = join(import.meta.dirname, '../fixtures/microvm-7.2.bin');

describe('the library', () => {
  it('adds a stream up in one call', async () => {
    const { complete, configuration, ram, qemu } = await migscope.summarize(FIXTURE);
    expect([complete, configuration?.machine, ram.blocks.length, qemu.guess]).toEqual([
      true,
      'microvm',
      5,
      '6.0 to 8.1',
    ]);
  });

  it('decodes device state for a sink of ten lines', async () => {
    const values: Record<string, unknown> = {};
    const sink: migscope.StreamSink = {
      wantsDeviceState: true,
      event(event) {
        if (event.kind !== 'device-state' || event.idstr !== 'timer') return;
        for (const field of event.state!.fields) values[field.name] = migscope.elementValue(field, event.payload, 0);
      },
    };
    await migscope.readStream(new migscope.MemorySource(readFileSync(FIXTURE)), [sink]);
    expect(values).toMatchObject({ cpu_ticks_offset: 206340498n, cpu_clock_offset: 79479424n });
  });

  it('counts pages as they come', async () => {
    const counts = new Map<string, number>();
    await migscope.readStream(FIXTURE, [
      {
        pages(batch) {
          for (let i = 0; i < batch.length; i++) {
            const kind = migscope.PAGE_KINDS[batch.kind[i]!]!;
            counts.set(kind, (counts.get(kind) ?? 0) + 1);
          }
        },
      },
    ]);
    expect(Object.fromEntries(counts)).toEqual({ zero: 16391, normal: 12 });
  });

  it('recognises channels, and finds a vmdesc without reading the stream', () => {
    expect(migscope.sniff(Buffer.from('QEVM\0\0\0\x03'))).toEqual({ role: 'main' });
    const source = migscope.openFile(FIXTURE);
    expect(migscope.findVmdesc(source)?.devices.length).toBe(15);
    source.close();
  });

  it('throws errors that can be told apart', async () => {
    await expect(migscope.summarize('/does/not/exist')).rejects.toBeInstanceOf(migscope.InputError);
  });
});
