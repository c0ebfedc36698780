import { describe, expect, it } from 'vitest';
import { join, u32, u64 } from '../build/bytes.js';
import { decode } from '../build/decode.js';
import { coloRound, end, eof, RAM } from '../build/elements.js';
import { eos } from '../build/ram.js';
import { colo, DEVICES, fullSections } from '../build/samples.js';

const ONE = coloRound(end(RAM.id, eos()), fullSections(DEVICES));

describe('COLO', () => {
  it('goes in rounds of three messages', async () => {
    const decoded = await decode(colo());
    expect(decoded.of('colo').map(({ name }) => name)).toEqual([
      'CHECKPOINT_REQUEST',
      'VMSTATE_SEND',
      'VMSTATE_SIZE',
      'CHECKPOINT_REQUEST',
      'VMSTATE_SEND',
      'VMSTATE_SIZE',
    ]);
    expect(decoded.of('colo')[2]).toMatchObject({ value: fullSections(DEVICES).length + 1, length: 12 });
    expect(decoded.of('eof')).toHaveLength(5);
    expect(decoded.of('device-state')).toHaveLength(3 * DEVICES.length);
    expect(decoded.of('device-state').every(({ state }) => state)).toBe(true);
  });

  it.each([
    ['a message out of order', join(u32(1), u32(4), u64(1), eof())],
    ['SEND first', join(u32(3), eof())],
    ['REQUEST twice', join(u32(1), u32(1))],
    [
      'a state that is shorter than it says',
      join(u32(1), u32(3), eof(), u32(4), u64(5), eof(), eof(), eof(), eof(), eof()),
    ],
    ['something that is no message', join(ONE, u32(77))],
  ])('reports %s', async (_what, round) => {
    const decoded = await decode(join(colo(), round));
    expect(decoded.rules).toEqual(['colo-message']);
    expect(decoded.end.complete).toBe(false);
  });
});
