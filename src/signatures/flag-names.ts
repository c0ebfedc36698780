/** Flags of RAM records by name, for lines of the log that have them as a number. */
import * as ram from '../wire/ram.js';

export const RAM_SAVE_FLAG_NAMES: readonly (readonly [bit: number, name: string])[] = Object.entries(ram).flatMap(
  ([name, value]) => (name.startsWith('RAM_SAVE_FLAG_') && typeof value === 'number' ? [[value, name] as const] : []),
);
