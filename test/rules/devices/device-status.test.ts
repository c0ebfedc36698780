import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { section, stream } from './streams.js';

const STATUS = 'virtio/status';

describe('device-status', () => {
  const modern = section('10.0-pci-packed', 'virtio-blk');

  it.each([
    ['runs without its features agreed on', 0x07, 'FEATURES_OK'],
    ['agrees on features without a driver', 0x09, 'DRIVER'],
    ['has a driver that has not seen it', 0x0e, 'ACKNOWLEDGE'],
  ])('warns of a device that %s', async (_, status, expected) => {
    const { bytes, at } = stream([modern.with(STATUS, status)]);
    const findings = await judgeMain(bytes);
    expect(brief(findings)).toEqual([['device-status', 'warning', 'main', at(0) + modern.at(STATUS)]]);
    expect(findings[0]).toMatchObject({ expected, path: 'virtio > status' });
  });

  it.each([0x01, 0x03, 0x0b, 0x0f, 0x4f, 0x8f])('is content with the status %i', async (status) => {
    expect(await judgeMain(stream([modern.with(STATUS, status)]).bytes)).toEqual([]);
  });

  it('leaves legacy drivers alone', async () => {
    const legacy = section('10.0-mmio-legacy');
    expect(await judgeMain(stream([legacy.with(STATUS, 4)]).bytes)).toEqual([]);
  });
});
