import { expect, it } from 'vitest';
import { VirtioMem } from '../../src/extract/virtio-mem.js';
import { decodeState } from '../../src/vmstate/decode.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { hexBytes, u64 } from '../build/bytes.js';
import { inlineStruct, raw, vmdescText, vmsdPayload } from '../build/device.js';

const MIB = 1 << 20;
const PATH = '0000:00:01.0';
const block = (name: string, usedLength = 64 * MIB) => ({ index: 0, name, usedLength, declared: true });

/** A device of 64 MiB in blocks of 1 MiB, as its section before RAM tells of it. */
function device(bitmap: string, section = 'virtio-mem-device-early', blockSize = MIB): VirtioMem {
  const of = {
    id: 1,
    idstr: `${PATH}/${section}`,
    vmsdName: section,
    version: 1,
    fields: [
      inlineStruct('tmp', 'tmp', {
        vmsdName: 'virtio-mem-device/sanity-checks',
        version: 0,
        fields: [raw('region_size', u64(64 * MIB), 'uint64'), raw('block_size', u64(blockSize), 'uint64')],
      }),
      raw('bitmap', hexBytes(bitmap), 'bitmap'),
    ],
  };
  const payload = vmsdPayload(of);
  const { state } = decodeState(parseVmdesc(vmdescText([of])).devices[0]!, payload);
  const memory = new VirtioMem();
  const { id, idstr, version } = of;
  memory.event({ kind: 'device-state', offset: 0, id, idstr, instance: 0, version, payload, state: state! });
  return memory;
}

it('says how much of a range is not plugged', () => {
  // Blocks 0 and 63.
  const memory = device('8000000000000001');
  const of = block(`${PATH}/vm0`);
  expect(memory.unplugged(of, 0, 64 * MIB)).toBe(62 * MIB);
  expect(memory.unplugged(of, 0, MIB)).toBe(0);
  expect(memory.unplugged(of, MIB / 2, MIB)).toBe(MIB / 2);
  expect(memory.unplugged(of, 63 * MIB, MIB)).toBe(0);
  expect(device('0000000000000000', 'virtio-mem').unplugged(of, 0, 64 * MIB)).toBe(64 * MIB);
});

it('knows nothing of other blocks, and believes no device that makes no sense', () => {
  const memory = device('0000000000000000');
  for (const other of [block('pc.ram'), block('0000:00:02.0/vm0'), block(`${PATH}/vm0`, 32 * MIB)])
    expect(memory.unplugged(other, 0, MIB)).toBe(0);
  for (const size of [0, 1, 2048])
    expect(device('00', undefined, size).unplugged(block(`${PATH}/vm0`), 0, MIB)).toBe(0);
});
