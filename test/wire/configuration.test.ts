import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { type Configuration, readConfiguration } from '../../src/wire/configuration.js';
import { counted, hexBytes, join, u32, u8 } from '../build/bytes.js';
import { command, configuration, openReturnPath, RAM, start, subsection } from '../build/elements.js';

const UUID = '11223344-5566-7788-99aa-bbccddeeff00';

async function read(bytes: Uint8Array, chunk = 1): Promise<{ configuration: Configuration; cursor: Cursor }> {
  const cursor = new Cursor(new MemorySource(bytes, 'm', { chunk }));
  await cursor.need(1, 'type');
  cursor.u8();
  return { configuration: await readConfiguration(cursor), cursor };
}

describe('configuration', () => {
  it('is a machine type', async () => {
    const { configuration: found, cursor } = await read(join(configuration('pc-i440fx-11.1'), openReturnPath()));
    expect(found).toEqual({ machine: 'pc-i440fx-11.1', subsections: [] });
    expect(cursor.offset).toBe(1 + 4 + 14);
  });

  it('has subsections, in any order', async () => {
    const bytes = configuration('virt', { pageBits: 12, capabilities: ['x-ignore-shared', 'mapped-ram'], uuid: UUID });
    const { configuration: found, cursor } = await read(bytes);
    expect(found).toMatchObject({ pageBits: 12, capabilities: ['x-ignore-shared', 'mapped-ram'], uuid: UUID });
    expect(found.subsections.map(({ name }) => name)).toEqual([
      'configuration/target-page-bits',
      'configuration/capabilities',
      'configuration/uuid',
    ]);
    expect(found.subsections[0]).toMatchObject({ version: 1, offset: 9 });
    expect(cursor.offset).toBe(bytes.length);
  });

  it('reads what QEMU wrote', async () => {
    const bytes = join(
      hexBytes('07 00000009'),
      Buffer.from('virt-11.1'),
      hexBytes('05 1e'),
      Buffer.from('configuration/target-page-bits'),
      hexBytes('00000001 0000000c'),
    );
    expect((await read(bytes)).configuration).toMatchObject({ machine: 'virt-11.1', pageBits: 12 });
  });

  it('may have a name of no length', async () => {
    expect((await read(configuration(''))).configuration.machine).toBe('');
  });

  it.each([
    ['the first section', start(RAM, Buffer.alloc(20))],
    ['a command', join(openReturnPath(), Buffer.alloc(20))],
    ['a known subsection', subsection('configuration/uuid', Buffer.alloc(16, 1))],
  ])('steps over a subsection from the future, to %s', async (_what, next) => {
    const bytes = join(configuration('pc'), subsection('configuration/future', hexBytes('ff'.repeat(40)), 3), next);
    const { configuration: found, cursor } = await read(bytes);
    expect(found.subsections[0]).toMatchObject({ name: 'configuration/future', version: 3 });
    const uuid = found.subsections.length > 1;
    expect(cursor.offset).toBe(bytes.length - (uuid ? 0 : next.length));
  });

  it.each([
    ['a name over 4 KiB', join(u8(7), u32(4097), Buffer.alloc(5000)), 'configuration-name'],
    ['page bits of 7', configuration('pc', { pageBits: 7 }), 'implausible-value'],
    ['page bits of 17', configuration('pc', { pageBits: 17 }), 'implausible-value'],
    [
      '257 capabilities',
      join(configuration('pc'), subsection('configuration/capabilities', u32(257))),
      'implausible-value',
    ],
    [
      'an unknown subsection that nothing known follows',
      join(configuration('pc'), subsection('configuration/future', Buffer.alloc(20, 0xff))),
      'unknown-subsection',
    ],
  ])('refuses %s', async (_what, bytes, rule) => {
    await expect(read(bytes)).rejects.toMatchObject({ name: 'DecodeError', rule });
  });

  it('is truncated wherever it is cut', async () => {
    const bytes = configuration('virt', { pageBits: 12, capabilities: ['mapped-ram'], uuid: UUID });
    const { configuration: whole } = await read(bytes);
    for (let cut = 1; cut < bytes.length; cut++) {
      const between = cut === 9 || whole.subsections.some(({ offset }) => offset === cut);
      const reading = read(bytes.subarray(0, cut));
      if (between) await expect(reading).resolves.toBeDefined();
      else await expect(reading, `cut at ${cut}`).rejects.toMatchObject({ kind: 'truncated' });
    }
  });

  it('tells how far it has got', async () => {
    const bytes = join(configuration('pc', { pageBits: 12 }), u8(5), counted('configuration/uuid'), u32(1));
    const cursor = new Cursor(new MemorySource(bytes));
    await cursor.need(1, 'type');
    cursor.u8();
    const steps: number[] = [];
    await expect(readConfiguration(cursor, (offset) => steps.push(offset))).rejects.toMatchObject({
      kind: 'truncated',
    });
    expect(steps).toEqual([7, configuration('pc', { pageBits: 12 }).length]);
  });

  it('does not take a command for a subsection', async () => {
    const { cursor } = await read(join(configuration('pc'), command(5)));
    expect(cursor.offset).toBe(7);
  });
});
