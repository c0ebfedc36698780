import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fixturePath } from '../../fixtures.js';
import { judgeMain, judgeStream, targetOf } from '../harness.js';
import { section, stream } from './streams.js';

describe('target-config-space', () => {
  const net = section('11.1-pci-net', 'virtio-net');
  const start = net.at(net.places().find((place) => place.endsWith('vendor id'))!);
  const source = stream([net]);
  /** A destination whose device has other bytes in its config space. */
  const judged = async (offset: number, ...bytes: readonly number[]) =>
    judgeMain(source.bytes, { target: await targetOf(stream([net.with(offset, ...bytes)]).bytes) });

  it('names the list of capabilities of a real pair, as QEMU names its byte', async () => {
    const [a, b] = ['5.2', '7.2'].map((release) => readFileSync(fixturePath(`diff/virtio-rng-${release}.bin`)));
    const findings = await judgeStream(a!, { target: await targetOf(b!) });
    const [found] = findings.filter(({ rule }) => rule === 'target-config-space');
    expect(found).toMatchObject({
      code: 'MIG412',
      offset: 0x74,
      section: '0000:00:06.0/virtio-rng',
      qemu: { text: 'get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98' },
    });
    expect(found!.message).toContain('only the destination has MSI-X at 0x98');
  });

  it('names each register that differs', async () => {
    const old = { ...section('5.2-pci-net', 'virtio-net'), idstr: net.idstr };
    const made = stream([old]);
    const findings = (await judgeMain(made.bytes, { target: await targetOf(source.bytes) })).filter(
      ({ rule }) => rule === 'target-config-space',
    );
    expect(findings).toMatchObject([
      {
        offset: made.at(0) + old.at('virtio/transport/pci_dev/config/MSI-X/control'),
        expected: '0x3 vectors=4',
        found: '0x2 vectors=3',
        qemu: { text: 'get_pci_config_device: Bad config data: i=0x9a read: 2 device: 3' },
      },
    ]);
    expect(findings[0]!.message).toContain('MSI-X > control is 0x2 vectors=3, and 0x3 vectors=4 at the destination');
    const other = await judged(start + 2, 0x99, 0x99);
    expect(other.map(({ path }) => path)).toEqual(['virtio > transport > pci_dev > config > device id']);
  });

  it.each([
    ['the interrupt line', 0x3c],
    ['the address in a BAR', 0x13],
    ['the command register', 0x04],
  ])('is silent about %s, which a destination takes over', async (_, register) => {
    const at = start + register;
    expect(await judged(at, net.payload[at]! ^ 0x02)).toEqual([]);
  });

  it('is silent about the same device', async () => {
    expect(await judgeMain(source.bytes, { target: await targetOf(source.bytes) })).toEqual([]);
  });
});
