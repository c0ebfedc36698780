/**
 * Cuts device sections out of streams, for fixtures/devices. Usage: node bench/cut-section.js OUT STREAM IDSTR…
 *
 * OUT gets, packed with brotli, what `test/vmstate/devices/fixtures.ts` reads: the section's name and version, its entry of the vmdesc where there is one, and its payload.
 */
import { writeFileSync } from 'node:fs';
import { brotliCompressSync, constants } from 'node:zlib';
import { readStream } from '../dist/index.js';

const [out, stream, ...idstrs] = process.argv.slice(2);
if (out === undefined || stream === undefined || idstrs.length === 0) {
  console.error('usage: node bench/cut-section.js OUT STREAM IDSTR…');
  process.exit(2);
}
/** @type {{ name: string, instance_id: number }[]} */
let described = [];
/** @type {string | undefined} */
let machine;
/** @type {{ idstr: string, instance: number, version: number, payload: string }[]} */
const sections = [];
await readStream(stream, [
  {
    wantsDeviceState: true,
    rawDevices: true,
    event(event) {
      if (event.kind === 'configuration') machine = event.machine;
      if (event.kind === 'vmdesc') described = JSON.parse(event.description?.text ?? '{}').devices ?? [];
      if (event.kind !== 'device-state' || !idstrs.includes(event.idstr)) return;
      const { idstr, instance, version, payload } = event;
      sections.push({ idstr, instance, version, payload: Buffer.from(payload).toString('base64') });
    },
  },
]);
if (sections.length === 0) throw new Error(`${stream} has no section ${idstrs.join(', ')}`);
const text = JSON.stringify({
  machine,
  sections: sections.map((section) => ({
    ...section,
    description: described.find(({ name, instance_id }) => name === section.idstr && instance_id === section.instance),
  })),
});
writeFileSync(
  out,
  brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }),
);
