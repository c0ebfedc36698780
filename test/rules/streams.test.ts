import { describe, expect, it } from 'vitest';
import { judgeMain, judgeStream } from './harness.js';
import { postcopy, precopy } from './streams.js';

describe('the streams of the tests', () => {
  it('have nothing wrong', async () => {
    expect(await judgeMain(precopy().bytes)).toEqual([]);
    expect(await judgeStream(precopy().bytes)).toEqual([]);
    expect(await judgeMain(postcopy().bytes)).toEqual([]);
  });

  it('tell where their pieces stand', () => {
    const { bytes, at } = precopy();
    expect(bytes[at('eof')]).toBe(0);
    expect(bytes[at('vmdesc')]).toBe(6);
  });
});
