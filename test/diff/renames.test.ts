import { describe, expect, it } from 'vitest';
import {
  CLASS_RENAMES,
  FIELD_RENAMES,
  isSameClass,
  isSameField,
  isSameType,
  TYPE_RENAMES,
} from '../../src/diff/renames.js';

describe('known renames', () => {
  it('go both ways, and only within their vmsd', () => {
    expect(isSameField('e1000', 'dev', 'parent_obj')).toBe(true);
    expect(isSameField('e1000', 'parent_obj', 'dev')).toBe(true);
    expect(isSameField('e1000e', 'parent_obj', 'dev')).toBe(false);
    expect(isSameClass('ICH9-LPC', 'ICH9 LPC')).toBe(true);
    expect(isSameType('ptr-marker', 'nullptr')).toBe(true);
    expect(isSameType(undefined, 'nullptr')).toBe(false);
  });

  it('do not mix what stands in a vmsd side by side', () => {
    expect(isSameField('pci_bridge', 'bridge.dev', 'shpc')).toBe(false);
  });

  it.each([...FIELD_RENAMES.map(({ names }) => names), ...CLASS_RENAMES, ...TYPE_RENAMES])(
    '%s, %s are two names',
    (...names) => {
      expect(new Set(names).size).toBe(names.length);
      expect(names.length).toBeGreaterThan(1);
    },
  );
});
