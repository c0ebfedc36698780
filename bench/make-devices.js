/** Writes a stream of nothing but devices: the sections of fixtures/devices over and over, as if a guest had 100 of them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';

const FIXTURES = fileURLToPath(new URL('../fixtures/devices/', import.meta.url));
const DEVICES = 100;
/** The screen of a virtio-gpu would be most of the stream. */
const LARGEST = 200_000;

/** @param {number} value */
function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** @param {string} text */
const counted = (text) => Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);

/** @returns {string} the file */
export function makeDevices() {
  /** @type {{ idstr: string, version: number, payload: string, description?: object }[]} */
  const known = readdirSync(FIXTURES)
    .filter((name) => name.endsWith('.json.br'))
    .flatMap((name) => JSON.parse(brotliDecompressSync(readFileSync(join(FIXTURES, name))).toString()).sections)
    .filter(({ payload, description }) => description && payload.length < LARGEST);
  const devices = Array.from({ length: DEVICES }, (_, i) => ({ ...known[i % known.length], instance: i }));
  const sections = devices.map(({ idstr, version, payload, instance }) => {
    const id = u32(instance + 10);
    const head = [Buffer.of(4), id, counted(idstr), u32(instance), u32(version)];
    return Buffer.concat([...head, Buffer.from(payload, 'base64'), Buffer.of(0x7e), id]);
  });
  const text = Buffer.from(
    JSON.stringify({
      page_size: 4096,
      devices: devices.map(({ description, instance }) => ({ ...description, instance_id: instance })),
    }),
  );
  const file = join(tmpdir(), 'migscope-bench-devices.bin');
  writeFileSync(
    file,
    Buffer.concat([Buffer.from('QEVM'), u32(3), ...sections, Buffer.of(0, 6), u32(text.length), text]),
  );
  return file;
}
