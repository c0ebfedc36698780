import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { vmdescText } from '../../build/device.js';
import { switchoverStart, vmdesc } from '../../build/elements.js';
import { DEVICES, fullSections, SERIAL, TIMER } from '../../build/samples.js';
import { brief, judgeMain } from '../harness.js';
import { precopy } from '../streams.js';

describe('device-state-before-ram-end', () => {
  it('names the first device that comes too early', async () => {
    const { bytes, at } = precopy({
      switchover: join(switchoverStart(), fullSections([TIMER])),
      devices: fullSections([SERIAL]),
    });
    expect(brief(await judgeMain(bytes))).toEqual([
      ['device-state-before-ram-end', 'error', 'main', at('end') - fullSections([TIMER]).length],
    ]);
  });

  it('is silent about a device that is set up early', async () => {
    const early = { ...TIMER, id: 9, idstr: '0000:00:05.0/virtio-mem-device-early' };
    const { bytes } = precopy({ opening: fullSections([early]), vmdesc: vmdesc(vmdescText([early, ...DEVICES])) });
    expect(await judgeMain(bytes)).toEqual([]);
  });
});
