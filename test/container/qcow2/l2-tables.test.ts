import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { readQcow2Header } from '../../../src/container/qcow2/header.js';
import { L2Tables } from '../../../src/container/qcow2/l2-tables.js';
import { readSnapshotTable } from '../../../src/container/qcow2/snapshot-table.js';
import { noise } from '../../build/bytes.js';
import { qcow2Image, type Qcow2Options } from '../../build/qcow2.js';

const CLUSTER = 512;
/** What one table maps. */
const SPAN = CLUSTER * (CLUSTER / 8);

function tables(stream: Uint8Array, options: Qcow2Options = {}): L2Tables {
  const image = new MemorySource(qcow2Image(stream, { clusterBits: 9, ...options }).bytes);
  const header = readQcow2Header(image);
  return new L2Tables(image, header, readSnapshotTable(image, header)[0]!);
}

describe('L2Tables', () => {
  it('says how far the VM state reaches', () => {
    expect(tables(noise(3 * CLUSTER)).extent()).toBe(3 * CLUSTER);
    expect(tables(noise(6 * SPAN + 1)).extent()).toBe(6 * SPAN + CLUSTER);
    const sparse = Buffer.alloc(5 * SPAN);
    sparse[2 * SPAN + 700] = 1;
    expect(tables(sparse).extent()).toBe(2 * SPAN + 2 * CLUSTER);
    expect(tables(Buffer.alloc(2000)).extent()).toBe(0);
  });

  it('goes back to tables that it no longer keeps', () => {
    const all = tables(noise(7 * SPAN));
    const first = (span: number): number => {
      expect(all.load(span * SPAN)).toBeUndefined();
      return all.view.getUint32(4);
    };
    const forwards = [0, 1, 2, 3, 4, 5, 6].map(first);
    expect(new Set(forwards).size).toBe(7);
    expect([6, 5, 4, 3, 2, 1, 0].map(first)).toEqual(forwards.toReversed());
  });

  it('knows the entry of a byte and what is left of a span', () => {
    const all = tables(noise(SPAN + 1));
    expect(all.index(SPAN + 3 * CLUSTER + 5)).toBe(3);
    expect(all.left(SPAN - 10)).toBe(10);
    expect(all.load(50 * SPAN)).toBeUndefined();
    expect(all.present).toBe(false);
  });
});
