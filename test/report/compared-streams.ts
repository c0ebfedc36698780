/** Two small streams that differ in layout, values and memory, and one that was cut. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { afterAll } from 'vitest';
import { join, noise, u32 } from '../build/bytes.js';
import { type Device, raw, uint32, uint32Array, vmdescText, vmsdPayload } from '../build/device.js';
import { configuration, end, eof, full, header, part, RAM, start, vmdesc } from '../build/elements.js';
import { eos, memSize, page, zero } from '../build/ram.js';

const PAGE = 0x1000;

function stream(devices: readonly Device[], contents: Buffer): Buffer {
  return join(
    header(),
    configuration('pc'),
    start(RAM, join(memSize([{ name: 'ram', usedLength: 2 * PAGE }]), eos())),
    part(RAM.id, join(page(0, contents, 'ram'), zero(PAGE, 'ram'), eos())),
    end(RAM.id, eos()),
    ...devices.map((device) => full(device, vmsdPayload(device))),
    eof(),
    vmdesc(vmdescText(devices)),
  );
}

const timer = (offset: number): Device => ({
  id: 3,
  idstr: 'timer',
  vmsdName: 'timer',
  version: 2,
  fields: [uint32('cpu_clock_offset', offset)],
});

const nic = (fields: Device['fields'], version = 3): Device => ({
  id: 4,
  idstr: '0000:00:03.0/nic',
  vmsdName: 'nic',
  version,
  fields,
});

export function comparedStreams(): { readonly a: string; readonly b: string; readonly cut: string } {
  const folder = mkdtempSync(joinPath(tmpdir(), 'migscope-report-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const put = (name: string, bytes: Uint8Array): string => {
    writeFileSync(joinPath(folder, name), bytes);
    return joinPath(folder, name);
  };
  const one = noise(PAGE, 1);
  const other = Buffer.from(one);
  other[0x123]! ^= 0xff;
  const blob = noise(40, 2);
  const changed = Buffer.from(blob);
  changed.set([1, 2], 8);
  const a = stream(
    [
      timer(1),
      nic([uint32('status', 1), uint32Array('regs', 1, 2), raw('blob', blob), raw('n', u32(4), 'int32 equal')]),
    ],
    one,
  );
  const b = stream(
    [
      timer(2),
      nic(
        [
          uint32('status', 17),
          uint32Array('regs', 1, 2),
          raw('blob', changed),
          raw('n', u32(4), 'int32 equal'),
          uint32('more', 5),
        ],
        2,
      ),
    ],
    other,
  );
  return { a: put('a', a), b: put('b', b), cut: put('cut', a.subarray(0, 4000)) };
}
