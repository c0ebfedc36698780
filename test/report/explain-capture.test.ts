/** What is not about one kind of failure; `test/signatures/evidence` has those. */
import { describe, expect, it } from 'vitest';
import { explain } from '../../src/report/explain-capture.js';
import { fixturePath } from '../fixtures.js';

const path = (name: string): string => fixturePath(name).pathname;
const [RNG_A, RNG_B, MICROVM] = [
  path('diff/virtio-rng-5.2.bin'),
  path('diff/virtio-rng-7.2.bin'),
  path('microvm-7.2.bin'),
];

describe('explain', () => {
  it('calls one capture the stream, and two A and B', async () => {
    const one = await explain('F16', [MICROVM]);
    expect(one.captures).toMatchObject([{ label: 'the stream', capture: MICROVM, machine: 'microvm', complete: true }]);
    const two = await explain('F10', [RNG_A, RNG_B]);
    expect(two.captures.map(({ label, machine }) => [label, machine])).toEqual([
      ['A', 'pc-q35-5.2'],
      ['B', 'pc-q35-7.2'],
    ]);
  });

  it('goes on without what cannot be read', async () => {
    const { captures, failures, shown } = await explain("Machine type received is 'x' and local is 'y'", [
      'nowhere',
      RNG_B,
    ]);
    expect(captures).toMatchObject([{ unreadable: 'nowhere: no such file' }, { machine: 'pc-q35-7.2' }]);
    expect(failures[0]!.evidence).toEqual([]);
    expect(shown).toBe(false);
  });

  it('finds what a rule sees, and says else what is wrong', async () => {
    expect(await explain('MIG219', [RNG_A])).toMatchObject({
      shown: true,
      captures: [{ findings: [{ code: 'MIG219' }] }],
    });
    expect(await explain('MIG101', [RNG_A])).toMatchObject({
      shown: false,
      captures: [{ others: [{ code: 'MIG219' }] }],
    });
  });

  it.each([
    ["Unknown savevm section or instance 'no-such-device' 0", 'has no section no-such-device, instance 0'],
    [
      'get_pci_config_device: Bad config data: i=0x0 read: 11 device: 22 cmask: ff wmask: 0 w1cmask:0',
      'no PCI function of the stream has 0x11 at byte 0x0',
    ],
    ['Features 0x123 unsupported. Allowed features: 0x1', 'no virtio device of the stream uses these features'],
    [
      'VQ 0 size 0x100 < last_avail_idx 0x9 - used_idx 0x11',
      'no virtio device of the stream has a queue 0 with these numbers',
    ],
    ['Unknown ramblock "no.ram", cannot accept migration', 'has no block no.ram'],
    ['Length mismatch: no.ram: 0x1 in != 0x2: Invalid argument', 'has no block no.ram'],
    ["VM subsection 'a/b' in 'a' does not exist", 'has no subsection a/b'],
    ["unsupported version 3 for 'no-such-device' v2", 'has no no-such-device'],
    ["Machine type received is 'pc' and local is 'q35'", 'is of machine type microvm: the line is of another stream'],
    [
      'UUID received is 12345678-1234-1234-1234-123456789abc and local is 00000000-0000-0000-0000-000000000000',
      'has no uuid',
    ],
    [
      'Capability mapped-ram is off, but received capability is on',
      'was sent with mapped-ram off: the line is of another stream',
    ],
    ['CMD_POSTCOPY_LISTEN in wrong postcopy state (0)', 'has no commands'],
    ["Unknown bitmap alias 'bitmap0' on node 'drive0'", 'has no dirty bitmaps'],
    ['multifd: received packet with 200 pages, expected 128', 'has no multifd channel'],
    ['multifd: received packet magic 5145564d expected 11223344', 'has one channel only'],
    ['Mismatched GPAs for block pc.bios 1000 != 2000', 'does not say where pc.bios is'],
  ])('says of %s when it is of another stream', async (line, said) => {
    const { failures, shown } = await explain(line, [MICROVM]);
    expect(failures[0]!.evidence.map(({ text }) => text).join('\n')).toContain(said);
    expect(shown).toBe(false);
  });
});
