import { describe, expect, it } from 'vitest';
import { isReturnPathLength, RETURN_PATH_MESSAGES, returnPathLengths } from '../../src/wire/return-path.js';

describe('the lengths of messages', () => {
  it.each([
    [1, [4], [0, 3, 5], '4'],
    [3, [14, 268], [13, 269], '14 to 268'],
    [4, [12], [11, 13], '12'],
    [5, [2, 256], [1, 257], '2 to 256'],
    [7, [0], [1], '0'],
  ])('of type %d', (type, good, bad, words) => {
    const message = RETURN_PATH_MESSAGES.get(type)!;
    expect(good.every((length) => isReturnPathLength(message, length))).toBe(true);
    expect(bad.some((length) => isReturnPathLength(message, length))).toBe(false);
    expect(returnPathLengths(message)).toBe(words);
  });
});
