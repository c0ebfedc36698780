import { describe, expect, it } from 'vitest';
import { Timeline } from '../../src/capture/timeline.js';

function made(lanes: number, maxWaiting?: number) {
  const seen: string[] = [];
  return { seen, timeline: new Timeline<string>(lanes, (event) => seen.push(event), maxWaiting) };
}

describe('a timeline', () => {
  it('hands out what no other lane can precede', () => {
    const { seen, timeline } = made(2);
    timeline.reach(0, 0);
    timeline.reach(1, 0);
    timeline.add(1, 'a1');
    timeline.add(3, 'a3');
    timeline.reach(0, 4);
    expect(seen).toEqual([]);
    timeline.add(2, 'b2');
    timeline.reach(1, 2.5);
    expect(seen).toEqual(['a1', 'b2']);
    timeline.reach(1, 3);
    expect(seen).toEqual(['a1', 'b2', 'a3']);
  });

  it('does not wait for a lane that is idle', () => {
    const { seen, timeline } = made(3);
    timeline.reach(1, 1);
    timeline.add(1, 'b1');
    timeline.add(2, 'b2');
    timeline.reach(1, 2);
    expect(seen).toEqual(['b1', 'b2']);
  });

  it('keeps the order of what has one time', () => {
    const { seen, timeline } = made(1);
    for (const event of ['first', 'second', 'third']) timeline.add(1, event);
    timeline.reach(0, 1);
    expect(seen).toEqual(['first', 'second', 'third']);
  });

  it('is bounded: a lane that tells nothing is not waited for for ever', () => {
    const { seen, timeline } = made(2, 3);
    timeline.reach(1, 0);
    for (let i = 1; i <= 4; i++) {
      expect(seen).toEqual([]);
      timeline.add(i, `a${i}`);
      timeline.reach(0, i);
    }
    expect(seen).toEqual(['a1', 'a2', 'a3', 'a4']);
  });
});
