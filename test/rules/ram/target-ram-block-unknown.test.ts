import { describe, expect, it } from 'vitest';
import { brief, judgeMain, targetOf } from '../harness.js';
import { section, stream } from '../devices/streams.js';

describe('target-ram-block-unknown', () => {
  const devices = [section('11.1-pci-net', 'virtio-net')];
  const block = (name: string) => ({ name, usedLength: 0x1000 });
  const judged = async (...names: readonly string[]) =>
    judgeMain(stream(devices).bytes, {
      target: await targetOf(stream(devices, { blocks: names.map(block) }).bytes),
    });

  it('names a block that the destination lacks', async () => {
    const findings = await judged('ram0');
    expect(brief(findings)).toMatchObject([['target-ram-block-unknown', 'error', 'main', expect.any(Number)]]);
    expect(findings[0]!.message).toBe('block pc.ram, which the destination does not have');
  });

  it('is silent where it has more', async () => {
    expect(await judged('pc.ram', '0000:00:04.0/virtio-net-pci.rom')).toEqual([]);
  });
});
