import { describe, expect, it } from 'vitest';
import { CHANNEL_ROLES, multifdIdentity, sniff, SNIFF_SIZE } from '../../src/container/sniff.js';
import { hexBytes, join } from '../build/bytes.js';
import { recvBitmap, resume } from '../build/elements.js';
import { fixtureNames, readFixture } from '../fixtures.js';
import { bytes } from '../stream/sections/harness.js';

describe('sniff, by magic', () => {
  it.each([
    ['main', 'QEVM'],
    ['multifd', '\x11\x22\x33\x44'],
    ['cpr', 'QCPR'],
  ] as const)('knows the magic of %s', (role, magic) => {
    expect(sniff(join(Buffer.from(magic), Buffer.alloc(20)))).toEqual({ role });
    expect(CHANNEL_ROLES).toContain(role);
  });

  it('knows how a recovery begins', () => {
    expect(sniff(recvBitmap('pc.ram'))).toEqual({ role: 'recovery-main' });
    expect(sniff(join(resume(), Buffer.alloc(8)))).toEqual({ role: 'recovery-main' });
  });

  it.each([
    ...['0a0d0d0a', 'd4c3b2a1', 'a1b2c3d4', '4d3cb2a1', 'a1b23c4d'].map((magic) => ['a packet capture', magic]),
    ['a TLS connection', '1603010200'],
    ['a TLS connection', '1603030200'],
    ['an ELF file', '7f454c46'],
    ['JSON text', '7b22'],
  ])('says %s of %s', (other, bytes) => {
    expect(sniff(hexBytes(bytes))).toMatchObject({ other, hint: expect.stringMatching(/./) as unknown });
  });

  it('says nothing of what it does not know', () => {
    expect(sniff(Buffer.alloc(64))).toBeUndefined();
    expect(sniff(Buffer.from('QEV'))).toBeUndefined();
    expect(sniff(Buffer.alloc(0))).toBeUndefined();
  });

  it('knows every real stream', () => {
    for (const name of fixtureNames()) {
      if (name.includes('offset')) continue;
      const role = name.includes('cpr-channel') ? 'cpr' : name.includes('recovery') ? undefined : 'main';
      const found = sniff(readFixture(name));
      if (role) expect(found, name).toEqual({ role });
      else expect(found, name).toEqual({ role: 'recovery-main' });
    }
  });
});

const role = (text: string): string | undefined => {
  const found = sniff(bytes(text));
  return found && 'role' in found ? found.role : undefined;
};

describe('sniff', () => {
  it.each([
    ['main', '"QEVM" 00000003'],
    ['multifd', '11223344 00000001'],
    ['cpr', '"QCPR" 00000001'],
    // Captured from QEMU 11.1.
    ['recovery-main', '08 000a 0007 06 "pc.ram"'],
    ['recovery-main', '08 0009 0000'],
    // Captured from QEMU 10.0 and 11.1.
    ['return-path', '0007 0000 0002 0004 00000001 0001 0004 00000000'],
    ['return-path', '0002 0004 00000001'],
    ['return-path', '0005 0007 06 "pc.ram" 0000000000000800 ffffffffffffffff'],
    ['return-path', '0003 0013 0000000003fde000 00001000 06 "pc.ram" 0004 000c 0000000003fdf000 00001000'],
    ['return-path', '0002 0004 00000001 0001 0004 00000000 00000000 00000002 00000005'],
    ['return-path', '00000000 00000002 00000005 00000006'],
    ['return-path', '00000000'],
    ['return-path', '0002 0004'],
    // Captured from QEMU 11.1, 10.0 (s390x) and 7.2.
    ['preempt', '0000000003fde008 06 "pc.ram" 0102'],
    ['preempt', '000000001ca00808 08 "s390.ram"'],
    ['preempt', '0000000000000010'],
    ['preempt', '0000000003fde002 06 "pc.ram" 00'],
    ['preempt', '0000000003fde028 ff'],
    ['preempt', '0000000003fde008 06 "pc"'],
    ['preempt', '0000000003fde008'],
  ])('%s: %s', (expected, text) => {
    expect(role(text)).toBe(expected);
  });

  it.each([
    ['types', '0008 0000'],
    ['lengths', '0002 0005 00000001 00'],
    ['a second message', '0002 0004 00000001 0009 0000'],
    ['a name that is none', '0005 0007 06 000102030405'],
    ['a name of another length', '0005 0007 05 "pc.ram"'],
    ['COLO out of order', '00000000 00000005'],
    ['zeros', '0000000000000000'],
    ['an address that no guest has', '0001000003fde008 06 "pc.ram"'],
    ['no flags', '0000000003fde000 06 "pc.ram"'],
    ['several flags', '0000000003fde00a 06 "pc.ram"'],
    ['a block without a name', '0000000003fde008 00'],
    ['a block with no text for a name', '0000000003fde008 02 0102'],
    ['too little', '0000000003fde0'],
    ['nothing', ''],
  ])('nothing by %s', (_, text) => {
    expect(role(text)).toBeUndefined();
  });

  it('takes no file of another kind for one', () => {
    expect(role('89504e47 0d0a1a0a 0000000d "IHDR"')).toBeUndefined();
    expect(role('00000018 "ftypmp42"')).toBeUndefined();
    expect(role('00000100 01002020')).toBeUndefined();
    expect(role('00010000 000f0080')).toBeUndefined();
  });

  it('reads the identity of a multifd channel', () => {
    const packet = Buffer.alloc(SNIFF_SIZE);
    bytes('11223344 00000001 00112233445566778899aabbccddeeff 02').copy(packet);
    expect(multifdIdentity(packet)).toEqual({ id: 2, uuid: '00112233-4455-6677-8899-aabbccddeeff' });
    expect(multifdIdentity(packet.subarray(1))).toBeUndefined();
  });
});
