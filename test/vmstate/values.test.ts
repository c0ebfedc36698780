import { describe, expect, it } from 'vitest';
import { elementValue, isIntegerType } from '../../src/vmstate/values.js';
import { hexBytes } from '../build/bytes.js';

const value = (type: string, bytes: string, size = hexBytes(bytes).length, i = 0): unknown =>
  elementValue({ name: 'f', type, start: 0, size, count: 1 }, hexBytes(bytes), i);

describe('values', () => {
  it.each([
    ['bool', '00', false],
    ['bool', '02', true],
    ['int8', 'ff', -1],
    ['uint8', 'ff', 255],
    ['uint8 equal', '07', 7],
    ['int16', 'fffe', -2],
    ['uint16', 'fffe', 65534],
    ['uint16 equal', '0001', 1],
    ['int32', 'fffffffd', -3],
    ['int32 equal', '00000003', 3],
    ['int32 le', '00000100', 256],
    ['uint32', 'fffffffd', 4294967293],
    ['uint32 equal', '00000003', 3],
    ['int64', 'ffffffffffffffff', -1n],
    ['uint64', 'ffffffffffffffff', 18446744073709551615n],
    ['int64 equal', 'ffffffffffffffff', 18446744073709551615n],
    ['timer', 'ffffffffffffffff', -1n],
    ['CPU_Double_U', '3ff8000000000000', 1.5],
    ['float64', 'c000000000000000', -2],
    ['capability', '046d616e79', 'many'],
    ['nullptr', '30', 'null'],
    ['ptr-marker', '31', 'valid'],
    ['le16', '0201', 0x102],
    ['le32', '04030201', 0x1020304],
    ['le64', '0807060504030201', 0x102030405060708n],
    ['mac', '525400123456', '52:54:00:12:34:56'],
    ['text', '71656d750000', 'qemu'],
    ['zeros', '0000', 'zeros'],
    ['unused', '00', 'zeros'],
  ])('%s %s', (type, bytes, wanted) => {
    expect(value(type, bytes)).toBe(wanted);
  });

  it.each([
    ['buffer', '0102'],
    ['unused_buffer', '00'],
    ['virtio', '010203'],
    ['toString', '01'],
    ['uint32', '010203'],
    ['bool', '0001'],
    ['nullptr', '32'],
  ])('%s %s stays bytes', (type, bytes) => {
    expect(value(type, bytes)).toEqual(hexBytes(bytes));
  });

  it('are taken from their place', () => {
    expect(value('uint16', '000100020003', 2, 2)).toBe(3);
  });

  it('know the types of whole numbers', () => {
    expect(['int8', 'uint64', 'uint32 equal', 'int32 le', 'timer'].every(isIntegerType)).toBe(true);
    expect(['bool', 'float64', 'buffer', 'struct', 'int128'].some(isIntegerType)).toBe(false);
  });
});
