import { expect, it } from 'vitest';
import { lostConnections } from '../../src/model/lost-connections.js';

const lost = (...roles: Parameters<typeof lostConnections>[0][number]['role'][]): string[] => [
  ...lostConnections(roles.map((role, i) => ({ name: `${i} ${role}`, role }))),
];

it('tells what a recovery leaves behind', () => {
  expect(lost('main', 'preempt', 'recovery-main', 'preempt')).toEqual(['0 main', '1 preempt']);
  expect(lost('main', 'recovery-main', 'recovery-main')).toEqual(['0 main', '1 recovery-main']);
});

it('tells nothing where nothing was taken up', () => {
  expect(lost('main', 'multifd', 'preempt', 'return-path')).toEqual([]);
  expect(lost('main', 'main')).toEqual([]);
  expect(lost('recovery-main')).toEqual([]);
});
