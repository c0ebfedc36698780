import { describe, expect, it } from 'vitest';
import { brief, judgeMain, targetOf } from '../harness.js';
import { section, stream } from '../devices/streams.js';

describe('target-section-unknown', () => {
  const [net, rng] = [section('11.1-pci-net', 'virtio-net'), section('11.1-pci-rng', 'virtio-rng')];
  const source = stream([net, rng]);
  const judged = async (bytes: Buffer) => judgeMain(source.bytes, { target: await targetOf(bytes) });

  it('names a device that was moved, and one that is gone', async () => {
    const moved = { ...net, idstr: net.idstr.replace(/^0000:00:../, '0000:00:1f') };
    const found = await judged(stream([moved, rng]).bytes);
    expect(brief(found)).toMatchObject([['target-section-unknown', 'error', 'main', expect.any(Number)]]);
    expect(found[0]!.message).toBe(
      `section ${net.idstr}: the destination has none of this name: it has ${moved.idstr} instead`,
    );
    const gone = await judged(stream([net]).bytes);
    expect(gone.map(({ section: name, message }) => [name, message])).toEqual([
      [rng.idstr, `section ${rng.idstr}: the destination has none of this name`],
    ]);
  });

  it('is silent where the destination has more, and where its stream is cut', async () => {
    const more = { ...rng, idstr: rng.idstr.replace(/^0000:00:../, '0000:00:1f') };
    expect(await judged(stream([net, rng, more]).bytes)).toEqual([]);
    expect(await judged(stream([net]).bytes.subarray(0, -20))).toEqual([]);
  });

  it('is silent about what is sent in some states only', async () => {
    const globalstate = { ...rng, idstr: 'kvmclock' };
    const from = stream([net, globalstate]);
    const found = await judgeMain(from.bytes, { target: await targetOf(stream([net]).bytes) });
    expect(found.filter(({ rule }) => rule === 'target-section-unknown')).toEqual([]);
  });
});
