import { describe, expect, it } from 'vitest';
import { CHANNEL_INVARIANTS } from '../../../src/rules/invariants/channels.js';
import { INVARIANTS } from '../../../src/rules/invariants/index.js';
import { MAIN_CHANNEL_INVARIANTS } from '../../../src/rules/invariants/main-channel.js';

describe('the invariants', () => {
  it('are those of the main channel and of the others, each in the order of their numbers', () => {
    expect(INVARIANTS).toEqual([...MAIN_CHANNEL_INVARIANTS, ...CHANNEL_INVARIANTS]);
    for (const [list, id] of [
      [MAIN_CHANNEL_INVARIANTS, /^INV-\d{3}$/],
      [CHANNEL_INVARIANTS, /^INV-M\d{3}$/],
    ] as const) {
      const ids = list.map((invariant) => invariant.id);
      expect(ids.filter((one) => !id.test(one))).toEqual([]);
      expect(ids).toEqual([...ids].sort());
    }
  });

  it('are one clause each, and so is the reason of those that are not judged', () => {
    const words = INVARIANTS.flatMap(({ text, notJudged }) => [text, ...(notJudged === undefined ? [] : [notJudged])]);
    expect(words.filter((word) => word === '' || /[.\n]$/.test(word))).toEqual([]);
  });
});
