import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { VIRTIO_DEVICES } from '../../../../src/vmstate/devices/virtio/index.js';
import { UNMIGRATABLE } from '../../../../src/vmstate/devices/virtio/unmigratable.js';
import { decode } from '../../../build/decode.js';
import { DEVICE_FIXTURES } from '../fixtures.js';

describe('devices that are in no stream', () => {
  it('have no layout of a state', () => {
    expect(UNMIGRATABLE.filter(({ part }) => part)).toEqual([]);
    expect(VIRTIO_DEVICES).toEqual(expect.arrayContaining([...UNMIGRATABLE]));
  });

  // A guest with virtio-mem in slot 1 (memory `vm0`) and virtio-pmem in slot 2 (memory `pm0`).
  it('a virtio-pmem shows neither in the sections nor in the blocks of a real stream', async () => {
    const bytes = brotliDecompressSync(readFileSync(join(DEVICE_FIXTURES, '10.0-virtio-pmem.bin.br')));
    const decoded = await decode(bytes, { wantsDeviceState: false });
    expect(decoded.rules).toEqual([]);
    const names = [
      ...decoded.of('section-start').map(({ idstr }) => idstr),
      ...decoded.only('vmdesc').description!.devices.map(({ name }) => name),
      ...decoded.of('ram-blocks').flatMap(({ blocks }) => blocks.map(({ name }) => name)),
    ];
    expect(names.filter((name) => name.startsWith('0000:00:01.0/'))).toContain('0000:00:01.0/virtio-mem');
    expect(names).toContain('0000:00:01.0/vm0');
    expect(names.filter((name) => /pmem|pm0|0000:00:02\.0/.test(name))).toEqual([]);
  });
});
