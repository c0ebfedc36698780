import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { findSectionDecoder } from '../../../src/stream/sections/index.js';

const NAMES: Readonly<Record<string, string>> = {
  'block.ts': 'block',
  'dirty-bitmap.ts': 'dirty-bitmap',
  'globalstate.ts': 'globalstate',
  's390-skeys.ts': 's390-skeys',
  's390-storage-attributes.ts': 's390-storage_attributes',
  'slirp.ts': 'slirp',
  'spapr-htab.ts': 'spapr/htab',
  'todclock.ts': 'todclock',
  'vfio.ts': '0000:00:02.0/vfio',
};
const SHARED = ['index.ts', 'reading.ts', 's390-page-words.ts', 'section-decoder.ts'];

it('finds a decoder for every section that has a file, and only one', () => {
  const files = readdirSync(new URL('../../../src/stream/sections', import.meta.url));
  expect(Object.keys(NAMES).concat(SHARED).sort()).toEqual(files.sort());
  const found = Object.values(NAMES).map(findSectionDecoder);
  expect(new Set(found).size).toBe(found.length);
  expect(found).not.toContain(undefined);
});

it('knows no decoder for other sections', () => {
  expect(['ram', 'timer', '', 'slirp2', 'constructor'].map(findSectionDecoder)).toEqual(Array(5).fill(undefined));
});
