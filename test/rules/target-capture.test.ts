import { expect, it } from 'vitest';
import { fixturePath } from '../fixtures.js';
import { readTargetCapture } from '../../src/validate.js';
import { sections, stream } from './devices/streams.js';
import { targetOf } from './harness.js';

it('gathers what a real destination has', async () => {
  const { machine, complete, blocks, devices } = await readTargetCapture(
    fixturePath('diff/virtio-rng-7.2.bin').pathname,
  );
  expect([machine, complete, blocks.size]).toEqual(['pc-q35-7.2', true, 0]);
  const rng = devices.get('0000:00:06.0/virtio-rng')!;
  expect(rng.configs.map(({ path, bytes }) => [path, bytes.length])).toEqual([
    ['virtio > transport > pci_dev > config', 256],
  ]);
  expect(rng.virtio!.offered).toEqual({ version1: true, packed: false, wide: true, widest: false });
});

it('has the config spaces of plain functions too, and the blocks', async () => {
  const { capture } = await targetOf(stream(sections('10.0-pci-bridges')).bytes);
  const found = [...capture!.devices.values()].filter(({ configs }) => configs.length > 0);
  expect(found.length).toBeGreaterThan(2);
  expect(found.every(({ virtio }) => virtio === undefined)).toBe(true);
  expect([...capture!.blocks]).toEqual(['pc.ram']);
});

it('is not complete where the stream is cut', async () => {
  const { bytes } = stream(sections('11.1-pci-net'));
  expect((await targetOf(bytes.subarray(0, -20))).capture!.complete).toBe(false);
});
