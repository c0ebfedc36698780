import { describe, expect, it } from 'vitest';
import { decodeCprChannel } from '../../src/stream/cpr-channel.js';
import { bytes, collect, failure } from './sections/harness.js';

const HEADER = '"QCPR" 00000001';
const DEVICES = '05 15 "CprState/vfio devices" 00000001';

// Captured from QEMU 10.0, without four of its six descriptors.
const TRANSFER = bytes(`
  ${HEADER}
  01 00000013 "/rom@etc/acpi/rsdp" 00  00000000 20
  01 00000007 "pc.ram" 00              00000000 20
  00
`);

const decode = (data: Uint8Array, chunk = 1 << 20) => collect(data, { chunk }, decodeCprChannel);

async function expectWrong(data: string, kind: string, offset: number, path: string): Promise<void> {
  const error = await failure(decode(bytes(data)));
  expect([error.kind, error.rule, error.at.offset, error.at.path]).toEqual([
    kind,
    'section-record',
    offset,
    `CprState > ${path}`,
  ]);
}

describe('CPR channel', () => {
  it('reads descriptors that were passed along', async () => {
    for (const chunk of [1 << 20, 1]) {
      expect(await decode(TRANSFER, chunk)).toEqual({
        seen: [
          ['HEADER', 0, 8, { version: 1 }],
          ['FD', 8, 29, { name: '/rom@etc/acpi/rsdp', id: 0, passed: true }],
          ['FD', 37, 17, { name: 'pc.ram', id: 0, passed: true }],
          ['END', 55, 0, {}],
        ],
        consumed: TRANSFER.length,
      });
    }
    for (let cut = 0; cut < TRANSFER.length; cut++) {
      expect((await failure(decode(TRANSFER.subarray(0, cut)))).kind).toBe('truncated');
    }
  });

  it('reads the numbers of descriptors', async () => {
    const data = bytes(`
      ${HEADER}
      01 00000007 "pc.ram" 00 ffffffff 00000020
      01 00000007 "pc.rom" 00 00000000 20202020
      00
    `);
    const { seen, consumed } = await decode(data, 1);
    expect(consumed).toBe(data.length);
    expect(seen.slice(1, 3)).toEqual([
      ['FD', 8, 20, { name: 'pc.ram', id: -1, passed: false, fd: 32 }],
      ['FD', 28, 20, { name: 'pc.rom', id: 0, passed: false, fd: 0x20202020 }],
    ]);
    for (let cut = 0; cut < data.length; cut++) {
      expect((await failure(decode(data.subarray(0, cut)))).kind).toBe('truncated');
    }
  });

  it('reads the subsection of vfio devices', async () => {
    const list = bytes(`${HEADER} 00`);
    const data = bytes(`
      ${HEADER} 00
      ${DEVICES}
      01 0000000d "0000:3a:10.1" 00  00000003 00000002 00000004
      00
    `);
    const { seen, consumed } = await decode(data, 1);
    expect(consumed).toBe(data.length);
    expect(seen).toEqual([
      ['HEADER', 0, 8, { version: 1 }],
      ['VFIO_DEVICE', 36, 30, { name: '0000:3a:10.1', devid: 3, ioasId: 2, hwptId: 4 }],
      ['END', 67, 0, {}],
    ]);
    for (let cut = list.length + 1; cut < data.length; cut++) {
      expect((await failure(decode(data.subarray(0, cut)))).kind).toBe('truncated');
    }
  });

  it('reads an empty subsection, and leaves what follows the state', async () => {
    // Captured from QEMU 11.1.3, without its descriptors; the last byte is not.
    const data = bytes(`${HEADER} 00 ${DEVICES} 00`);
    expect((await decode(data)).consumed).toBe(data.length);
    expect((await decode(Buffer.concat([data, bytes('aa')]))).consumed).toBe(data.length);
    expect((await decode(bytes(`${HEADER} 00 aa`))).consumed).toBe(9);
  });

  it('refuses what no writer produces', async () => {
    await expectWrong('"QEVM" 00000003', 'malformed', 0, 'magic');
    await expectWrong('"QCPR" 00000002', 'unsupported', 4, 'version');
    await expectWrong(`${HEADER} 02`, 'malformed', 8, 'list mark');
    await expectWrong(`${HEADER} 01 ffffffff`, 'malformed', 9, 'name length');
    await expectWrong(`${HEADER} 00 05 01 "x" 00000001`, 'unsupported', 9, 'subsection');
    await expectWrong(`${HEADER} 00 05 15 "CprState/vfio devices" 00000002`, 'unsupported', 9, 'subsection version');
  });
});
