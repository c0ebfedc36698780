import { expect, it } from 'vitest';
import { coloMessageName } from '../../src/wire/colo.js';

it('has seven messages', () => {
  expect([0, 1, 2, 3, 4, 5, 6].map(coloMessageName)).toEqual([
    'CHECKPOINT_READY',
    'CHECKPOINT_REQUEST',
    'CHECKPOINT_REPLY',
    'VMSTATE_SEND',
    'VMSTATE_SIZE',
    'VMSTATE_RECEIVED',
    'VMSTATE_LOADED',
  ]);
  expect(coloMessageName(7)).toBeUndefined();
});
