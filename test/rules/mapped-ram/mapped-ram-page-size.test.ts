import { describe, expect, it } from 'vitest';
import { judgeMain } from '../harness.js';
import { mappedFile } from '../mapped-files.js';

describe('mapped-ram-page-size', () => {
  it('names the block that differs', async () => {
    const { bytes } = mappedFile();
    const pageSize = bytes.lastIndexOf('pc.rom', 0x20_0000, 'latin1') + 6 + 8 + 4;
    bytes.writeBigUInt64BE(0x400n, pageSize);
    const findings = (await judgeMain(bytes)).filter(({ rule }) => rule === 'mapped-ram-page-size');
    expect(findings.map(({ severity, offset, expected, found }) => [severity, offset, expected, found])).toEqual([
      ['error', pageSize, '0x1000', '0x400'],
    ]);
  });

  it('is silent where all agree', async () => {
    expect(await judgeMain(mappedFile().bytes)).toEqual([]);
  });
});
