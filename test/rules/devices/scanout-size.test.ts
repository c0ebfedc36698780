import { describe, expect, it } from 'vitest';
import { u32 } from '../../build/bytes.js';
import { brief, judgeMain } from '../harness.js';
import { section, type Section, stream } from './streams.js';

/** A real device of one output, with as many more scanouts, with or without a frame buffer. */
function gpu(...frameBuffers: readonly boolean[]): Section {
  const real = section('11.1-pci-gpu');
  const last = Buffer.concat(frameBuffers.map((has) => Buffer.alloc(has ? 64 : 40)));
  const payload = Buffer.concat([real.payload, last]);
  const outputs = real.at('virtio-gpu/conf.max_outputs');
  payload.set(u32(1 + frameBuffers.length), outputs);
  const json = structuredClone(real.json) as { fields: { name: string; size: number }[] };
  const field = json.fields.find(({ name }) => name === 'virtio-gpu')!;
  field.size += last.length;
  return real.of(payload, json);
}

describe('scanout-size', () => {
  it('tells of scanouts of which only some have a frame buffer', async () => {
    const device = gpu(true, false);
    const { bytes, at } = stream([device]);
    const findings = await judgeMain(bytes);
    expect(brief(findings)).toEqual([
      ['scanout-size', 'info', 'main', at(0) + device.at('virtio-gpu/scanout[0]/resource_id')],
    ]);
    expect(findings[0]).toMatchObject({ message: expect.stringContaining('2 of 3 scanouts') as unknown, found: '2' });
  });

  it.each([[[]], [[true]], [[true, true]]])('is silent about scanouts that all have one', async (more) => {
    expect(await judgeMain(stream([gpu(...more)]).bytes)).toEqual([]);
  });
});
