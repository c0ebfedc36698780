/** The little of ELF that a core file needs, to read back what was written. */
export interface Header {
  readonly type: number;
  readonly offset: number;
  readonly vaddr: number;
  readonly paddr: number;
  readonly size: number;
}

export interface Core {
  readonly type: number;
  readonly machine: number;
  readonly big: boolean;
  readonly loads: readonly Header[];
  readonly notes: readonly { readonly name: string; readonly type: number; readonly body: Buffer }[];
}

export function readCore(file: Buffer): Core {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const big = file[5] === 2;
  const u16 = (at: number): number => view.getUint16(at, !big);
  const u32 = (at: number): number => view.getUint32(at, !big);
  const u64 = (at: number): number => Number(view.getBigUint64(at, !big));
  const headers = Array.from({ length: u16(56) }, (_, i): Header => {
    const at = u64(32) + i * u16(54);
    return { type: u32(at), offset: u64(at + 8), vaddr: u64(at + 16), paddr: u64(at + 24), size: u64(at + 32) };
  });
  const notes: { name: string; type: number; body: Buffer }[] = [];
  for (const { offset, size } of headers.filter(({ type }) => type === 4)) {
    for (let at = offset; at < offset + size;) {
      const [nameSize, bodySize] = [u32(at), u32(at + 4)];
      const body = at + 12 + Math.ceil(nameSize / 4) * 4;
      notes.push({
        name: file.toString('latin1', at + 12, at + 12 + nameSize - 1),
        type: u32(at + 8),
        body: file.subarray(body, body + bodySize),
      });
      at = body + Math.ceil(bodySize / 4) * 4;
    }
  }
  return { type: u16(16), machine: u16(18), big, loads: headers.filter(({ type }) => type === 1), notes };
}
