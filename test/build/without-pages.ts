/** Makes a stream small without changing what it is: most of its pages become zero pages. */
import { join, u64, u8 } from './bytes.js';
import { decode } from './decode.js';

const ZERO = 0x002;
const PAGE = 0x008;

/** Keeps the first `keep` pages of each block as they are, and turns the others into ZERO records. */
export async function withoutPages(bytes: Buffer, keep: number): Promise<Buffer> {
  const { pages } = await decode(bytes, { wantsDeviceState: false });
  const kept = new Map<string, number>();
  const parts: Buffer[] = [];
  let from = 0;
  for (const { kind, block, offset, size, address } of pages) {
    const number = kept.get(block) ?? 0;
    kept.set(block, number + 1);
    if (kind !== 'normal' || number < keep) continue;
    const named = (bytes[offset + 7]! & 0x20) === 0;
    const body = offset + 8 + (named ? 1 + bytes[offset + 8]! : 0);
    const flags = bytes.readUInt32BE(offset + 4) - (address % 0x1_0000_0000);
    parts.push(
      bytes.subarray(from, offset),
      u64(address + flags - PAGE + ZERO),
      bytes.subarray(offset + 8, body),
      u8(0),
    );
    from = body + size;
  }
  return join(...parts, bytes.subarray(from));
}
