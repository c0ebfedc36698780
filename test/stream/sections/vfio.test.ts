import { describe, expect, it } from 'vitest';
import { vfio } from '../../../src/stream/sections/vfio.js';
import { bytes, decode, expectMalformed, expectRecords, failure, type Seen } from './harness.js';

const idstr = '0000:00:02.0/vfio';
const start = { kind: 'start', idstr } as const;
const part = { kind: 'part', idstr } as const;
const end = { kind: 'end', idstr } as const;
const full = { kind: 'full', idstr } as const;

const END_OF_STATE = 'ffffffffef100001';
const CONFIG_STATE = 'ffffffffef100002';
const SETUP_STATE = 'ffffffffef100003';
const DATA_STATE = 'ffffffffef100004';
const INIT_DATA_SENT = 'ffffffffef100005';
const CONFIG_LOAD_READY = 'ffffffffef100006';

/** The config space of a device captured from QEMU 11.1.3, with an MSI-X capability of so many vectors. */
function configSpace(size: 256 | 4096, vectors: number): Buffer {
  const config = Buffer.alloc(size);
  bytes('f41a0df003011000010000ff0000000000c0bffe').copy(config);
  bytes('f41a0210').copy(config, 0x2c);
  if (vectors > 0) {
    config[0x34] = 0x40;
    // A capability of another kind comes first.
    bytes('05 50 0000').copy(config, 0x40);
    bytes('11 00 0000').copy(config, 0x50);
    config.writeUInt16LE(vectors - 1, 0x52);
  }
  return config;
}

const state = (config: Buffer, msix: Buffer, display: Buffer = Buffer.alloc(0)): Buffer =>
  Buffer.concat([
    bytes(CONFIG_STATE),
    bytes('00000002'),
    config,
    bytes('00000001 00000000 00000000 00000000'),
    msix,
    display,
    bytes(END_OF_STATE),
  ]);

const configRecords = (config: Buffer, msix: Buffer, display: Buffer = Buffer.alloc(0)): Seen[] => {
  const length = 8 + 4 + config.length + 16 + msix.length + display.length;
  return [
    [
      'DEV_CONFIG_STATE',
      0,
      length,
      {
        version: 2,
        config: Uint8Array.from(config),
        irqState: [1, 0, 0, 0],
        msix: Uint8Array.from(msix),
        display: Uint8Array.from(display),
      },
    ],
    ['END_OF_STATE', length, 8, {}],
  ];
};

describe('vfio', () => {
  it('is named by the path of the device', () => {
    expect(['0000:00:04.0:00.0:03.0/vfio', 'vfio', '/vfio'].map(vfio.matches)).toEqual([true, true, true]);
    expect(['vfio-user', 'xvfio', 'vfio/ram'].map(vfio.matches)).toEqual([false, false, false]);
  });

  it('reads a START', async () => {
    // Captured from QEMU 10.0.
    await expectRecords(vfio, bytes(SETUP_STATE + END_OF_STATE), start, [
      ['DEV_SETUP_STATE', 0, 8, {}],
      ['END_OF_STATE', 8, 8, {}],
    ]);
  });

  it('reads data', async () => {
    const data = bytes(`
      ${DATA_STATE} 0000000000000004 "vfio"
      ${DATA_STATE} 0000000000000000        # written by the first protocol, up to 7.2
      ${END_OF_STATE}
    `);
    for (const setting of [part, end]) {
      await expectRecords(vfio, data, setting, [
        ['DEV_DATA_STATE', 0, 20, { size: 4, dataOffset: 16 }],
        ['DEV_DATA_STATE', 20, 16, { size: 0, dataOffset: 36 }],
        ['END_OF_STATE', 36, 8, {}],
      ]);
    }
  });

  it('steps over data of any size', async () => {
    const data = Buffer.concat([bytes(`${DATA_STATE} 0000000000280000`), Buffer.alloc(0x280000), bytes(END_OF_STATE)]);
    for (const seekable of [true, false]) {
      const { seen, consumed } = await decode(vfio, data, { ...end, seekable });
      expect(consumed).toBe(data.length);
      expect(seen[0]).toEqual(['DEV_DATA_STATE', 0, 0x280010, { size: 0x280000, dataOffset: 16 }]);
      const cut = decode(vfio, data.subarray(0, 0x200000), { ...end, seekable });
      expect((await failure(cut)).kind).toBe('truncated');
    }
    const beyond = await failure(decode(vfio, bytes(`${DATA_STATE} ffffffffffffffff`), end));
    expect([beyond.kind, beyond.rule]).toEqual(['malformed', 'implausible-value']);
  });

  it('ends without END_OF_STATE where the initial data was sent', async () => {
    // Captured from QEMU 10.0, with shorter data.
    await expectRecords(vfio, bytes(`${DATA_STATE} 0000000000000001 00 ${INIT_DATA_SENT}`), part, [
      ['DEV_DATA_STATE', 0, 17, { size: 1, dataOffset: 16 }],
      ['DEV_INIT_DATA_SENT', 17, 8, {}],
    ]);
  });

  it('reads what FULL holds when the state goes over multifd', async () => {
    // Captured from QEMU 11.1.3.
    await expectRecords(vfio, bytes(END_OF_STATE), full, [['END_OF_STATE', 0, 8, {}]]);
    await expectRecords(vfio, bytes(CONFIG_LOAD_READY), full, [['DEV_CONFIG_LOAD_READY', 0, 8, {}]]);
  });

  it.each([
    ['without MSI-X', 256, 0, ''],
    ['with MSI-X of 2 vectors', 256, 2, ''],
    ['with a capability whose table is not there', 256, -3, ''],
    ['with a display', 256, 2, '05 19 "VFIOPCIDevice/VFIODisplay" 00000001 01020304'],
  ] as const)('reads a configuration %s', async (_, size, vectors, display) => {
    const config = configSpace(size, Math.abs(vectors));
    const msix = Buffer.alloc(vectors > 0 ? 16 * vectors + 1 : 0, 0x33);
    await expectRecords(vfio, state(config, msix, bytes(display)), full, configRecords(config, msix, bytes(display)));
  });

  it.each([
    [256, 300],
    [256, 2048],
    [4096, 0],
    [4096, 2],
    [4096, 2048],
  ] as const)('tells a config space of %i bytes with %i vectors', async (size, vectors) => {
    const config = configSpace(size, vectors);
    const msix = Buffer.alloc(16 * vectors + Math.ceil(vectors / 8), 0x33);
    const data = state(config, msix);
    for (const extent of [undefined, data.length]) {
      const got = await decode(vfio, data, { ...full, ...(extent !== undefined && { extent }) });
      expect(got).toEqual({ seen: configRecords(config, msix), consumed: data.length });
    }
  });

  it('goes by the length where the capabilities do not explain it', async () => {
    const config = configSpace(4096, 0);
    const odd = Buffer.alloc(5);
    expect((await decode(vfio, state(config, odd), full)).seen).toEqual(configRecords(config, odd));
    const loop = configSpace(256, 1);
    bytes('05 40').copy(loop, 0x40);
    expect((await decode(vfio, state(loop, odd), full)).seen).toEqual(configRecords(loop, odd));
  });

  it('finds the end of a configuration in front of other things', async () => {
    const config = configSpace(256, 0);
    const own = state(config, Buffer.alloc(0));
    const data = Buffer.concat([own, Buffer.alloc(100_000), own]);
    for (const extent of [undefined, data.length]) {
      const got = await decode(vfio, data, { ...full, ...(extent !== undefined && { extent }) });
      expect(got).toEqual({ seen: configRecords(config, Buffer.alloc(0)), consumed: own.length });
    }
  });

  it('refuses a configuration without an end', async () => {
    const far = Buffer.concat([bytes(CONFIG_STATE), Buffer.alloc(100_000)]);
    await expectMalformed(vfio, far, full, 8, `${idstr} > DEV_CONFIG_STATE`);
    const near = far.subarray(0, 300);
    await expectMalformed(vfio, near, { ...full, extent: 300 }, 8, `${idstr} > DEV_CONFIG_STATE`);
    expect((await failure(decode(vfio, near, full))).kind).toBe('truncated');
  });

  it('refuses a configuration that is too short', async () => {
    const data = bytes(`${CONFIG_STATE} 00000002 ${END_OF_STATE}`);
    const error = await expectMalformed(vfio, data, { ...full, extent: 20 }, 8, `${idstr} > DEV_CONFIG_STATE`);
    expect(error.detail.expected).toBe('at least 276 bytes');
  });

  it('refuses a setup without an end', async () => {
    // As QEMU 11.1.3 leaves the section of a device that could not be set up: the footer follows at once.
    const data = bytes(`${SETUP_STATE} 7e 00000027 000000`);
    const error = await expectMalformed(vfio, data, start, 8, `${idstr} > DEV_SETUP_STATE`);
    expect(error.detail).toEqual({ expected: '0xffffffffef100001', found: '0x7e00000027000000' });
  });

  it.each(['ffffffffef100000', 'ffffffffef100007', '00000000ef100001'])('refuses the word %s', async (word) => {
    await expectMalformed(vfio, bytes(word), part, 0, `${idstr} > tag`);
  });
});
