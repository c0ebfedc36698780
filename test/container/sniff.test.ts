import { describe, expect, it } from 'vitest';
import { CHANNEL_MAGIC, CHANNEL_ROLES, sniff } from '../../src/container/sniff.js';
import { hexBytes, join, u32 } from '../build/bytes.js';
import { recvBitmap, resume } from '../build/elements.js';
import { fixtureNames, readFixture } from '../fixtures.js';

describe('sniff', () => {
  it.each(['main', 'multifd', 'cpr'] as const)('knows the magic of %s', (role) => {
    expect(sniff(join(u32(CHANNEL_MAGIC[role]), Buffer.alloc(20)))).toEqual({ role });
    expect(CHANNEL_ROLES).toContain(role);
  });

  it('knows how a recovery begins', () => {
    expect(sniff(recvBitmap('pc.ram'))).toEqual({ role: 'recovery-main' });
    expect(sniff(join(resume(), Buffer.alloc(8)))).toEqual({ role: 'recovery-main' });
  });

  it.each([
    ['a gzip file', '1f8b0800'],
    ['a zstd file', '28b52ffd00'],
    ['an xz file', 'fd377a585a0000'],
    ['a bzip2 file', '425a683931'],
    ['an lz4 file', '04224d1864'],
    ['an lzop file', '894c5a4f00'],
    ['a libvirt save image', '4c6962766972745165'],
    ['a qcow2 image', '514649fb00000003'],
    ['a packet capture', '0a0d0d0a'],
    ['a packet capture', 'd4c3b2a1'],
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
