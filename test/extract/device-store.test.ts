import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { OutputDirectory } from '../../src/bytes/output-directory.js';
import { DeviceStore } from '../../src/extract/device-store.js';
import { SafeNames } from '../../src/extract/safe-name.js';
import { VFIO_END_OF_STATE_BYTES, VFIO_MIG_FLAG_DEV_CONFIG_STATE } from '../../src/wire/vfio.js';
import { u64 } from '../build/bytes.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-devices-'));
afterAll(() => rmSync(folder, { recursive: true }));

let root: string;
let store: DeviceStore;
beforeEach(() => {
  root = mkdtempSync(join(folder, 'out-'));
  store = new DeviceStore(new OutputDirectory(root), new SafeNames([]));
});

const read = (file: string): string => readFileSync(join(root, file), 'latin1');

function packet(index: number, text: string, { config = false, instance = 0 } = {}): void {
  store.event({
    kind: 'device-packet',
    offset: 0,
    length: 0,
    payloadLength: text.length,
    idstr: 'vfio',
    instance,
    index,
    flags: 0,
    config,
    data: Buffer.from(text, 'latin1'),
  });
}
const main = (name: string, text: string): void =>
  store.event({ kind: 'section-data', offset: 0, section: 'vfio', instance: 0, name, data: Buffer.from(text) });

describe('DeviceStore', () => {
  it('lays packets behind the data of the main channel, in the order of their indexes', () => {
    packet(2, 'three');
    main('DEV_DATA_STATE', 'main ');
    packet(0, 'one ');
    main('DEV_SETUP_STATE', 'nothing of it');
    packet(1, 'two ');
    main('DEV_DATA_STATE', 'goes on ');
    packet(3, 'config', { config: true });
    const [device] = store.finish();
    expect(device).toMatchObject({ mainBytes: 13, packetBytes: 13, packets: 3, missing: [], configMissing: false });
    expect([read(device!.file), read(device!.config!)]).toEqual(['main goes on one two three', 'config']);
    expect(readdirSync(join(root, 'devices')).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('takes the words off the configuration of a packet, where they are', () => {
    const text = `${u64(VFIO_MIG_FLAG_DEV_CONFIG_STATE).toString('latin1')}config${Buffer.from(VFIO_END_OF_STATE_BYTES).toString('latin1')}`;
    packet(0, text, { config: true });
    packet(0, text.slice(0, -1), { config: true, instance: 1 });
    expect(store.finish().map(({ config }) => read(config!))).toEqual(['config', text.slice(0, -1)]);
  });

  it('names the indexes that are missing, below data and below the configuration', () => {
    packet(1, 'a');
    packet(5, 'b');
    packet(5, 'again');
    packet(9, 'c', { config: true });
    packet(9, 'again', { config: true });
    const [device] = store.finish();
    expect(device).toMatchObject({ missing: [[0, 0], [2, 4], [6, 8]], duplicates: [5, 9], packets: 2 }); // prettier-ignore
    expect([read(device!.file), read(device!.config!)]).toEqual(['ab', 'c']);
  });

  it('tells that the last packets are lost where the configuration is', () => {
    packet(0, 'a');
    main('DEV_DATA_STATE', 'main');
    expect(store.finish()[0]).toMatchObject({ configMissing: true, missing: [] });
  });

  it('a device of the main channel alone has no packets that could be missing', () => {
    main('DEV_DATA_STATE', 'main');
    main('DEV_CONFIG_STATE', 'first');
    main('DEV_CONFIG_STATE', 'last');
    const [device] = store.finish();
    expect(device).toMatchObject({ packets: 0, configMissing: false });
    expect(read(device!.config!)).toBe('last');
  });

  it('leaves no temporary file behind when it is closed before its end', () => {
    packet(0, 'a');
    store.close();
    expect(readdirSync(join(root, 'devices'))).toEqual(['vfio.0.bin']);
  });
});
