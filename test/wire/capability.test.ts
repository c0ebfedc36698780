import { expect, it } from 'vitest';
import { CAPABILITIES } from '../../src/wire/capability.js';

it('has two capabilities that are recorded', () => {
  const recorded = [...CAPABILITIES].filter(([, { recorded: is }]) => is).map(([name]) => name);
  expect(recorded).toEqual(['x-ignore-shared', 'mapped-ram']);
});
