import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { ColoAnswers } from '../../src/stream/colo-answers.js';
import { Emitter } from '../../src/stream/emitter.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { join, u32 } from '../build/bytes.js';

/** Reads words for as long as they are messages of COLO. */
async function read(...words: readonly number[]): Promise<{ names: string[]; problems: string[]; left: number }> {
  const names: string[] = [];
  const problems: string[] = [];
  const event = (event: StreamEvent): void => {
    if (event.kind === 'message') names.push(event.name.replace('COLO_', ''));
    if (event.kind === 'problem') problems.push(event.finding.message);
  };
  const cursor = new Cursor(new MemorySource(join(...words.map(u32))));
  const answers = new ColoAnswers(cursor, new Emitter([{ event }], 'return-path'));
  while ((await cursor.fill(4)) && (await answers.read()));
  return { names, problems, left: words.length - cursor.offset / 4 };
}

describe('ColoAnswers', () => {
  it('reads READY once, then three answers for each checkpoint', async () => {
    expect(await read(0, 2, 5, 6, 2, 5, 6)).toEqual({
      names: ['CHECKPOINT_READY', ...Array(2).fill(['CHECKPOINT_REPLY', 'VMSTATE_RECEIVED', 'VMSTATE_LOADED']).flat()],
      problems: [],
      left: 0,
    });
  });

  it('names the answer that was due, and goes on from the one that came', async () => {
    expect((await read(0, 5, 6)).problems).toEqual(['COLO_VMSTATE_RECEIVED where COLO_CHECKPOINT_REPLY was due']);
  });

  it.each([
    ['zeros', [0, 0], 2],
    ['a second READY', [0, 2, 0], 1],
    ['what only the primary says', [1], 1],
    ['no message', [77], 1],
  ])('leaves %s', async (_, words, left) => {
    expect(await read(...words)).toMatchObject({ problems: [], left });
  });
});
