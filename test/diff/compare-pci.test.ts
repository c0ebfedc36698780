/** Config spaces of real devices of several releases, and of one with a byte changed. */
import { describe, expect, it } from 'vitest';
import { configStart, deviceLayout, differences } from './device-layouts.js';

const RNG = 'virtio-rng';
const NET = 'virtio-net';
const PATH = 'virtio/transport/pci_dev/config';

/** A virtio-net with one byte of its config space changed. */
const changed = (offset: number, value: number) =>
  deviceLayout('11.1-pci-net', NET, (payload, state) => (payload[configStart(state) + offset] = value));
const NET_LAYOUT = deviceLayout('11.1-pci-net', NET);

describe('compareConfigs', () => {
  it('finds nothing in one function', () => {
    expect(differences(NET_LAYOUT, NET_LAYOUT)).toEqual([]);
  });

  it('says how the lists of capabilities differ, once, with the first byte that a loader names', () => {
    const [a, b] = [deviceLayout('5.2-pci-rng', RNG), deviceLayout('11.1-pci-rng', RNG)];
    const pci = differences(a, b).filter(({ kind }) => kind.startsWith('pci'));
    expect(pci).toMatchObject([
      {
        code: 'MIG525',
        section: RNG,
        path: PATH,
        message:
          'capability list: A starts with virtio PCI_CFG at 0x84, B starts with MSI-X at 0x98; only B has MSI-X at 0x98',
        aToB: {
          verdict: 'refused',
          qemu: { text: 'get_pci_config_device: Bad config data: i=0x34 read: 84 device: 98' },
        },
        bToA: {
          verdict: 'refused',
          qemu: { text: 'get_pci_config_device: Bad config data: i=0x34 read: 98 device: 84' },
        },
      },
    ]);
  });

  it('names the register, and not what follows from it', () => {
    const [a, b] = [deviceLayout('5.2-pci-net', NET), NET_LAYOUT];
    const found = differences(a, b).filter(({ path }) => path.includes('transport') || path.includes('queues'));
    expect(found).toMatchObject([
      { code: 'MIG526', path: `${PATH}/MSI-X/control`, a: '0x2 vectors=3', b: '0x3 vectors=4' },
    ]);
  });

  it.each([
    ['a register that the loader takes over', 0x3c, 0x05],
    ['an address', 0x12, 0xff],
    ['a subsystem id', 0x2e, 0x77],
  ])('is silent about %s', (_, offset, value) => {
    expect(differences(NET_LAYOUT, changed(offset, value))).toEqual([]);
  });

  it.each([
    ['device id', 0x02, 'refused'],
    ['revision', 0x08, 'refused'],
    ['BAR1', 0x14, 'refused'],
  ])('knows that %s is compared', (path, offset, verdict) => {
    const [found, ...more] = differences(NET_LAYOUT, changed(offset, 0x07));
    expect(found).toMatchObject({ path: `${PATH}/${path}`, aToB: { verdict }, bToA: { verdict } });
    expect(more).toEqual([]);
  });

  it('says what depends on the model', () => {
    const port = 'ioh-3240-express-root-port';
    const aer = (payload: Buffer): number => payload.indexOf(Buffer.from('00004002', 'hex'));
    const root = deviceLayout('10.0-pci-bridges', port);
    const other = deviceLayout('10.0-pci-bridges', port, (payload) => {
      const at = aer(payload);
      expect(at).toBeGreaterThan(0);
      payload.fill(0, at, at + 4);
    });
    expect(differences(root, other)).toMatchObject([
      { code: 'MIG526', message: 'PCI register: 0x2400000 INTN TLP_PRF_BLOCKED, 0x0', aToB: { verdict: 'depends' } },
    ]);
  });
});
