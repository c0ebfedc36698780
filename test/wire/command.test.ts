import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import {
  COMMAND_HEADER,
  commandName,
  type CommandPayload,
  COMMANDS,
  readCommandPayload,
} from '../../src/wire/command.js';
import { counted, hexBytes, join, u64 } from '../build/bytes.js';
import { advise, command, discard, packaged, ping, recvBitmap } from '../build/elements.js';

async function read(bytes: Uint8Array): Promise<CommandPayload> {
  const cursor = new Cursor(new MemorySource(bytes));
  await cursor.need(bytes.length, 'command');
  cursor.u8();
  const { code, length } = COMMAND_HEADER.parse(cursor.bytes(4), 1);
  return readCommandPayload(cursor, code, length);
}

describe('command', () => {
  it.each([
    ['OPEN_RETURN_PATH', command(1), {}],
    ['PING', ping(0x42), { value: 0x42 }],
    ['POSTCOPY_ADVISE without a payload', command(3), {}],
    ['POSTCOPY_ADVISE', advise(0x20_1000, 0x1000), { pageSizeSummary: 0x20_1000n, targetPageSize: 0x1000 }],
    ['POSTCOPY_LISTEN', command(4), {}],
    ['POSTCOPY_RUN', command(5), {}],
    [
      'POSTCOPY_RAM_DISCARD',
      hexBytes('08 0006 0014 00 01 6d 00 0000000000280000 0000000001d80000'),
      { block: 'm', ranges: [[0x28_0000n, 0x1d8_0000n]] },
    ],
    [
      'POSTCOPY_RAM_DISCARD of two ranges',
      discard('pc.ram', [0, 1], [2, 3]),
      {
        block: 'pc.ram',
        ranges: [
          [0n, 1n],
          [2n, 3n],
        ],
      },
    ],
    ['PACKAGED', packaged(Buffer.alloc(0), 0x3278), { packagedLength: 0x3278 }],
    ['ENABLE_COLO', command(8), {}],
    ['POSTCOPY_RESUME', command(9), {}],
    ['RECV_BITMAP', recvBitmap('pc.ram'), { block: 'pc.ram' }],
    ['SWITCHOVER_START', command(11), {}],
    ['an unknown one', command(99, Buffer.alloc(7)), {}],
  ])('%s', async (_name, bytes, payload) => {
    expect(await read(bytes)).toEqual(payload);
  });

  const nothing = Buffer.alloc(0);
  it.each([
    ['OPEN_RETURN_PATH with a payload', command(1, Buffer.alloc(1)), 'expected 0'],
    ['PING without a value', command(2), 'expected 4'],
    ['POSTCOPY_ADVISE of 8 bytes', command(3, Buffer.alloc(8)), 'expected 0 or 16'],
    ['POSTCOPY_ADVISE with a page size of 2 GiB', advise(0x1000, 0x8000_0000), 'expected a page size'],
    ['POSTCOPY_ADVISE with a page size of 4097', advise(0x1000, 0x1001), 'expected a page size'],
    ['PACKAGED of 3 bytes', command(7, Buffer.alloc(3)), 'expected 4'],
    ['POSTCOPY_RAM_DISCARD of 19 bytes', command(6, Buffer.alloc(19)), 'expected at least 20'],
    [
      'POSTCOPY_RAM_DISCARD of version 1',
      command(6, join(hexBytes('01 01 6d 00'), u64(0), u64(1))),
      'found 1, expected 0',
    ],
    [
      'POSTCOPY_RAM_DISCARD with half a range',
      command(6, join(hexBytes('00 01 6d 00'), u64(0), u64(1), u64(2))),
      'pairs of 16 bytes',
    ],
    [
      'POSTCOPY_RAM_DISCARD without a name',
      command(6, join(hexBytes('00 00 00'), u64(0), u64(1), nothing, hexBytes('00'))),
      'pairs of 16 bytes',
    ],
    [
      'POSTCOPY_RAM_DISCARD without a zero',
      command(6, join(hexBytes('00 01 6d 07'), u64(0), u64(1))),
      'found 0x7, expected 0',
    ],
    ['RECV_BITMAP with a wrong length', command(10, join(counted('pc.ram'), nothing, hexBytes('00'))), 'expected 7'],
    ['RECV_BITMAP without a name', command(10, hexBytes('00')), 'expected at least 2'],
  ])('refuses %s', async (_name, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
    await expect(read(bytes)).rejects.toMatchObject({ rule: 'command-payload', kind: 'malformed' });
  });

  it('has a name, or a number', () => {
    expect(commandName(7)).toBe('PACKAGED');
    expect(commandName(0x63)).toBe('command 0x63');
    expect([...COMMANDS.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});
