/** Config spaces to test with: real ones from fixtures/devices, and hand-made ones. */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
import { decodeDevice } from '../../../src/vmstate/device.js';
import type { FieldNode, StructNode } from '../../../src/vmstate/decode.js';
import { deviceSection } from '../devices/fixtures.js';

/** The config space of a section of a device fixture. */
export function realSpace(fixture: string, end: string): Buffer {
  const { description, payload, context } = deviceSection(fixture, end);
  const field = findConfig(decodeDevice(description, payload, context).state!)!;
  return Buffer.from(payload.subarray(field.start, field.start + field.size));
}

function findConfig({ fields, subsections }: StructNode): FieldNode | undefined {
  for (const field of fields) {
    const found = field.type === 'pci config' ? field : (field.structs ?? []).map(findConfig).find(Boolean);
    if (found) return found;
  }
  return subsections.map(findConfig).find(Boolean);
}

/** A function of 256 bytes whose list of capabilities is given as `[offset, bytes]`, each starting with its id; they are linked in this order. */
export function madeSpace(...capabilities: readonly (readonly [offset: number, bytes: readonly number[]])[]): Buffer {
  const space = Buffer.alloc(256);
  space.writeUInt16LE(0x8086, 0);
  space.writeUInt16LE(0x100e, 2);
  if (capabilities.length > 0) space.writeUInt16LE(0x10, 6);
  let pointer = 0x34;
  for (const [offset, [id, ...rest]] of capabilities) {
    space[pointer] = offset;
    space[offset] = id!;
    space.set(rest, offset + 2);
    pointer = offset + 1;
  }
  return space;
}

/** What a real destination compared of the functions that it had, byte by byte: mask of the bits that it refuses when they differ. */
export interface ComparedFunction {
  readonly device: string;
  readonly config: Buffer;
  readonly tried: readonly number[];
  readonly compared: Readonly<Record<string, number>>;
}

export function comparedFunctions(): ComparedFunction[] {
  const file = new URL('../../../fixtures/pci/compared-7.2.json.br', import.meta.url);
  const parsed = JSON.parse(brotliDecompressSync(readFileSync(file)).toString()) as (Omit<
    ComparedFunction,
    'config'
  > & {
    readonly config: string;
  })[];
  return parsed.map(({ config, ...rest }) => ({ ...rest, config: Buffer.from(config, 'hex') }));
}
