import { expect, it } from 'vitest';
import type { RamBlock, StreamEvent } from '../../src/stream/events.js';
import { SharedRam } from '../../src/stream/shared-ram.js';
import { BLOCKS, EVENTS } from '../report/samples.js';

const blocks = (list: readonly RamBlock[]): StreamEvent => ({
  kind: 'ram-blocks',
  offset: 0,
  length: 1,
  total: 0,
  blocks: list,
});

it('knows nothing before the main channel says it', () => {
  const ram = new SharedRam();
  expect([ram.pageSize, ram.machine, ram.blocksListed, ram.blocks]).toEqual([undefined, undefined, false, []]);
  expect(ram.findBlock('pc.ram')).toBeUndefined();
});

it('keeps what a main channel says of RAM', () => {
  const ram = new SharedRam();
  for (const event of EVENTS) ram.event(event);
  expect([ram.pageSize, ram.machine, ram.blocksListed]).toEqual([4096, 'pc-q35-9.2', true]);
  expect(ram.blocks).toEqual(BLOCKS);
  expect(ram.findBlock('vga.vram')).toBe(BLOCKS[1]);
});

it('takes the later list for a block that is listed twice', () => {
  const ram = new SharedRam();
  const grown = { ...BLOCKS[0]!, usedLength: 0x10000 };
  ram.event(blocks(BLOCKS));
  ram.event(blocks([grown]));
  expect(ram.findBlock('pc.ram')).toBe(grown);
  expect(ram.blocks.length).toBe(2);
});

it('takes the page size from POSTCOPY_ADVISE where nothing else has said it', () => {
  const advise = (targetPageSize: number): StreamEvent => ({
    kind: 'command',
    offset: 0,
    length: 21,
    code: 3,
    name: 'POSTCOPY_ADVISE',
    payload: { targetPageSize },
    packaged: false,
  });
  const ram = new SharedRam();
  ram.event(advise(1024));
  ram.event(advise(2048));
  expect(ram.pageSize).toBe(1024);
  ram.event({ kind: 'page-size', offset: 0, pageSize: 4096, evidence: 'by all pages' });
  expect(ram.pageSize).toBe(4096);
});
