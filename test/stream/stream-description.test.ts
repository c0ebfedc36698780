import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { Emitter } from '../../src/stream/emitter.js';
import { SectionFooters } from '../../src/stream/section-footers.js';
import { StreamDescription } from '../../src/stream/stream-description.js';
import { parseVmdesc, type VmstateDescription } from '../../src/vmstate/vmdesc.js';
import { join } from '../build/bytes.js';
import { uint32, vmdescText } from '../build/device.js';
import { eof, vmdesc } from '../build/elements.js';

const text = (name: string): string =>
  vmdescText([{ id: 1, idstr: name, vmsdName: name, version: 1, fields: [uint32('x', 1)] }]);
const STREAM = join(Buffer.alloc(100, 0xff), eof(), vmdesc(text('timer')));
const names = (description: VmstateDescription | undefined): string[] | undefined =>
  description?.devices.map(({ name }) => name);

function over(bytes: Uint8Array, { seekable = true, given }: { seekable?: boolean; given?: VmstateDescription } = {}) {
  const cursor = new Cursor(new MemorySource(bytes, 'm', { seekable }));
  const out = new Emitter([], 'main');
  const footers = new SectionFooters(cursor, out);
  return { cursor, footers, description: new StreamDescription(cursor, out, footers, given) };
}

describe('StreamDescription', () => {
  it('looks at the end of a file, when it is asked', async () => {
    const { description } = over(STREAM);
    expect([description.isLookedUp, description.known]).toEqual([false, undefined]);
    expect(names(await description.find())).toEqual(['timer']);
    expect([description.isLookedUp, names(description.known), names(description.found)]).toEqual([
      true,
      ['timer'],
      ['timer'],
    ]);
  });

  it('takes the one that was given before all others', async () => {
    const { description } = over(STREAM, { given: parseVmdesc(Buffer.from(text('given'))) });
    expect(names(await description.find())).toEqual(['given']);
    description.describe(parseVmdesc(Buffer.from(text('read'))));
    expect([names(description.known), names(description.found)]).toEqual([['given'], ['read']]);
  });

  it('reads a pipe ahead only where there are no footers, and loses nothing by it', async () => {
    const { cursor, footers, description } = over(STREAM, { seekable: false });
    expect(await description.find()).toBeUndefined();
    footers.present = false;
    expect(names(await description.find())).toEqual(['timer']);
    expect(cursor.offset).toBe(0);
    expect((await cursor.take(100, 'what was read ahead')).every((byte) => byte === 0xff)).toBe(true);
  });

  it('finds none where there is none', async () => {
    const { description } = over(Buffer.alloc(100));
    expect(await description.find()).toBeUndefined();
    expect(description.isLookedUp).toBe(true);
  });
});
