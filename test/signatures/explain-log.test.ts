import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainLog } from '../../src/signatures/explain-log.js';

const VLANS = [
  '2025-12-01 10:00:00 starting',
  'VQ 1 size 0x100 < last_avail_idx 0x9 - used_idx 0x3e30',
  "error while loading state for instance 0x0 of device '0000:00:13.0/virtio-net': Failed to load element of type virtio for virtio: -1",
  'Missing section footer for 0000:00:13.0/virtio-net',
  'Section footer error, section_id: 41',
  'load of migration failed: Invalid argument',
];

describe('explainLog', () => {
  it('explains the line that says most, with the device of another, and lists the others', () => {
    const [failure, ...more] = explainLog(VLANS.join('\r\n'));
    expect(failure).toMatchObject({ name: 'virtio-used-index', device: '0000:00:13.0/virtio-net' });
    expect(failure!.follows.map(({ name }) => name)).toEqual([
      'field',
      'section-footer',
      'section-footer',
      'load-failed',
    ]);
    expect(more).toEqual([]);
  });

  it('tells failures apart by the line that ends each', () => {
    const log = [
      ...VLANS,
      "Machine type received is 'pc' and local is 'q35'",
      'load of migration failed: Invalid argument',
    ];
    expect(explainLog(log.join('\n')).map(({ name }) => name)).toEqual(['virtio-used-index', 'machine-type']);
  });

  it('keeps what QEMU said beside it', () => {
    const [failure] = explainLog(
      [
        'qemu-system-x86_64: warning: slow',
        '2025-12-01T10:00:00Z qemu-system-x86_64: tpm-emulator: Setting the stateblob (type 1) failed with a TPM error 0x21 decryption error',
        "qemu-system-x86_64: error while loading state for instance 0x0 of device 'tpm-emulator'",
        'qemu-system-x86_64: load of migration failed: Invalid argument',
        'qemu-system-x86_64: terminating on signal 15 from pid 1 (x)',
      ].join('\n'),
    );
    expect(failure!.reasons).toEqual([
      'tpm-emulator: Setting the stateblob (type 1) failed with a TPM error 0x21 decryption error',
    ]);
  });

  it('takes a stream that ends for the cause of a footer that is missing', () => {
    const log =
      'check_section_footer: Read section footer failed: -5\nload of migration failed: Invalid argument: Section footer error, section_id: 2';
    expect(explainLog(log).map(({ name }) => name)).toEqual(['cut']);
  });

  it('passes over everything else', () => {
    expect(explainLog('a\nb\n')).toEqual([]);
    expect(explainLog(`${'x'.repeat(10_000)} load of migration failed: x`)).toEqual([]);
  });

  it('is bounded', () => {
    const log = 'load of migration failed: Input/output error\n'.repeat(1000);
    expect(explainLog(log)).toHaveLength(100);
    const footers = `${'Section footer error, section_id: 41\n'.repeat(1000)}check_section_footer: Read section footer failed: -5`;
    expect(explainLog(footers)[0]!.follows.length).toBeLessThanOrEqual(64);
  });

  it('answers any text', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void explainLog(text)));
  });
});
