import { describe, expect, it } from 'vitest';
import { judgeMain } from '../harness.js';
import { mappedFile, PAGES } from '../mapped-files.js';

const about = async (capabilities: readonly string[], version?: string): Promise<unknown[]> => {
  const blocks = PAGES.map((block) => (capabilities.length > 1 ? { ...block, address: 0 } : block));
  const { bytes } = mappedFile({ capabilities, blocks, machine: 'pc-q35-9.2' });
  return (await judgeMain(bytes, version === undefined ? {} : { target: { version } }))
    .filter(({ rule }) => rule === 'mapped-ram-ignore-shared')
    .map(({ severity, offset }) => [severity, offset]);
};

describe('mapped-ram-ignore-shared', () => {
  it('is an error for a destination that cannot load it, and worth knowing without one', async () => {
    expect(await about(['mapped-ram', 'x-ignore-shared'], '10.2')).toEqual([['error', 8]]);
    expect(await about(['mapped-ram', 'x-ignore-shared'])).toEqual([['info', 8]]);
  });

  it('is silent for one that can, and without x-ignore-shared', async () => {
    expect(await about(['mapped-ram', 'x-ignore-shared'], '11.1')).toEqual([]);
    expect(await about(['mapped-ram'], '10.2')).toEqual([]);
  });
});
