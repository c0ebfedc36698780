import { describe, expect, it } from 'vitest';
import { commandPayloadText } from '../../src/report/command-text.js';
import type { CommandPayload } from '../../src/wire/command.js';

describe('commandPayloadText', () => {
  it.each<[string, CommandPayload, string]>([
    ['nothing', {}, ''],
    ['PING', { value: 0 }, '0x0'],
    ['ADVISE', { pageSizeSummary: 0x201000n, targetPageSize: 4096 }, 'target page size 0x1000, page sizes 0x201000'],
    ['PACKAGED', { packagedLength: 2048 }, '2 KiB'],
    ['RECV_BITMAP', { block: 'pc.ram' }, 'pc.ram'],
    ['a discard of nothing', { block: 'pc.ram', ranges: [] }, 'pc.ram, 0 ranges, 0 B'],
    ['one range', { block: 'pc.ram', ranges: [[0n, 4096n]] }, 'pc.ram, 1 range, 4 KiB'],
    [
      'two ranges',
      {
        block: 'pc.ram',
        ranges: [
          [0n, 4096n],
          [8192n, 4096n],
        ],
      },
      'pc.ram, 2 ranges, 8 KiB',
    ],
  ])('%s', (_name, payload, text) => {
    expect(commandPayloadText(payload)).toBe(text);
  });
});
