import { describe, expect, it } from 'vitest';
import { brief, judgeMain, targetOf } from '../harness.js';
import { section, stream } from '../devices/streams.js';

describe('target-machine', () => {
  const devices = [section('11.1-pci-net', 'virtio-net')];
  const judged = async (machine: string) =>
    judgeMain(stream(devices, { machine: 'pc-q35-10.0' }).bytes, {
      target: await targetOf(stream(devices, { machine }).bytes),
    });

  it('names both machine types', async () => {
    const findings = await judged('pc-q35-10.1');
    expect(brief(findings)).toEqual([['target-machine', 'error', 'main', 8]]);
    expect(findings[0]!.message).toBe('machine type pc-q35-10.0, and pc-q35-10.1 at the destination');
  });

  it('is silent about the same', async () => {
    expect(await judged('pc-q35-10.0')).toEqual([]);
  });
});
