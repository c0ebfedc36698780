import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { Emitter } from '../../src/stream/emitter.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { OpenSections } from '../../src/stream/open-sections.js';
import { SectionFooters } from '../../src/stream/section-footers.js';
import { hexBytes, join } from '../build/bytes.js';
import { footer } from '../build/elements.js';

const section = new OpenSections().open({ id: 2, idstr: 'timer', instance: 0, version: 1 }, 'full');
const other = new OpenSections().open({ id: 3, idstr: 'serial', instance: 1, version: 1 }, 'full');

function over(bytes: Uint8Array) {
  const problems: string[] = [];
  const event = (event: StreamEvent): unknown => event.kind === 'problem' && problems.push(event.finding.message);
  const cursor = new Cursor(new MemorySource(bytes));
  return { cursor, problems, footers: new SectionFooters(cursor, new Emitter([{ event }], 'main')) };
}

describe('SectionFooters', () => {
  it('takes one that is there, and then demands one behind every section', async () => {
    const { cursor, footers } = over(join(footer(2), hexBytes('04 00000003')));
    expect(await footers.read(section)).toBe(true);
    expect([footers.present, cursor.offset]).toEqual([true, 5]);
    await expect(footers.read(other)).rejects.toMatchObject({
      rule: 'section-footer',
      message: 'no footer behind section serial#1',
      at: { offset: 5 },
      detail: { expected: '7e 00000003', found: '04 00000003' },
    });
  });

  it('goes without from the first section that an element follows', async () => {
    const { cursor, footers } = over(hexBytes('00'));
    expect(await footers.read(section)).toBe(false);
    expect([footers.present, cursor.offset]).toEqual([false, 0]);
  });

  it('reports the first section without when a later one has a footer', async () => {
    const late = over(join(hexBytes('00'), footer(3)));
    expect(await late.footers.read(section)).toBe(false);
    late.cursor.position++;
    expect(await late.footers.read(other)).toBe(true);
    expect(late.problems).toEqual(['no footer behind section timer, but behind serial#1']);
  });

  it('names the id that stands in its place', async () => {
    const { footers } = over(footer(9));
    await expect(footers.read(section)).rejects.toMatchObject({
      message: 'the footer behind section timer has another id',
    });
  });

  it.each([[''], ['7e'], ['7e 000000']])('is truncated where the input ends: %j', async (bytes) => {
    await expect(over(hexBytes(bytes)).footers.read(section)).rejects.toMatchObject({ kind: 'truncated' });
  });
});
