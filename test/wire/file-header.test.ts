import { expect, it } from 'vitest';
import { FILE_HEADER, QEMU_VM_FILE_VERSION } from '../../src/wire/file-header.js';
import { header } from '../build/elements.js';

it('is a magic number and a version', () => {
  expect(FILE_HEADER.size).toBe(8);
  expect(FILE_HEADER.parse(header(), 0)).toEqual({ magic: 0x5145_564d, version: QEMU_VM_FILE_VERSION });
  expect(header().toString('hex')).toBe('5145564d00000003');
});
