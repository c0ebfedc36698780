/** Main channels of a few hundred bytes, put together by hand. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export const PAGE = 0x1000;

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

export function counted(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([Buffer.of(bytes.length), bytes]);
}

function footer(id: number): Buffer {
  return Buffer.concat([Buffer.of(0x7e), u32(id)]);
}

function opening(type: number, id: number, idstr: string, version: number, payload: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type), u32(id), counted(idstr), u32(0), u32(version), payload, footer(id)]);
}

export const start = (id: number, idstr: string, payload: Buffer, version = 4): Buffer =>
  opening(1, id, idstr, version, payload);
export const full = (id: number, idstr: string, payload: Buffer): Buffer => opening(4, id, idstr, 1, payload);
export const end = (id: number, payload: Buffer): Buffer => Buffer.concat([Buffer.of(3), u32(id), payload, footer(id)]);

/** The records of RAM sections. */
export const ram = {
  blocks(blocks: Readonly<Record<string, number>>): Buffer {
    const entries = Object.entries(blocks);
    const total = entries.reduce((sum, [, length]) => sum + length, 0);
    return Buffer.concat([
      u64(total + 4),
      ...entries.map(([name, length]) => Buffer.concat([counted(name), u64(length)])),
      u64(0x10),
    ]);
  },
  page: (block: string, at: number, fill: number): Buffer =>
    Buffer.concat([u64(at + 8), counted(block), Buffer.alloc(PAGE, fill)]),
  zero: (block: string, at: number): Buffer => Buffer.concat([u64(at + 2), counted(block), Buffer.of(0)]),
  xbzrle: (block: string, at: number, runs: Buffer): Buffer =>
    Buffer.concat([u64(at + 0x40), counted(block), Buffer.of(1), u16(runs.length), runs]),
  compressed: (block: string, at: number, body: Buffer): Buffer =>
    Buffer.concat([u64(at + 0x100), counted(block), u32(body.length), body]),
  eos: u64(0x10),
};

/** A RAM section with all records between START and END. */
export function ramSections(id: number, blocks: Readonly<Record<string, number>>, ...records: Buffer[]): Buffer {
  return Buffer.concat([start(id, 'ram', ram.blocks(blocks)), end(id, Buffer.concat([...records, ram.eos]))]);
}

export interface Field {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly index?: number;
  readonly array_len?: number;
  readonly struct?: object;
}

/** An entry of the vmdesc. */
export function device(name: string, fields: readonly Field[], subsections?: readonly object[]): object {
  return { name, instance_id: 0, vmsd_name: name, version: 1, fields, ...(subsections && { subsections }) };
}

/** Header, elements, EOF, and the description of the device state where there is one. */
export function stream(elements: readonly Buffer[], devices?: readonly object[] | string): Buffer {
  const parts = [Buffer.from('QEVM'), u32(3), ...elements, Buffer.of(0)];
  if (devices !== undefined) {
    const text = typeof devices === 'string' ? devices : JSON.stringify({ page_size: PAGE, devices });
    parts.push(Buffer.of(6), u32(Buffer.byteLength(text)), Buffer.from(text));
  }
  return Buffer.concat(parts);
}

/** A directory that is removed behind the tests of the file, and a way to put inputs into it. */
export function workspace(): { readonly path: string; put(name: string, bytes: Uint8Array): string } {
  const path = mkdtempSync(join(tmpdir(), 'migscope-test-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  return {
    path,
    put(name, bytes) {
      const file = join(path, name);
      writeFileSync(file, bytes);
      return file;
    },
  };
}
