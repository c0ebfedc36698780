/** `OpaquePayloads` as a whole stream meets it: what proves the end of a payload, and what is done where nothing does. */
import { describe, expect, it } from 'vitest';
import { join, noise, u32 } from '../build/bytes.js';
import { decode, type Decoded } from '../build/decode.js';
import { type Device, raw, vmdescText } from '../build/device.js';
import { eof, full, header, RAM, start, vmdesc } from '../build/elements.js';
import { eos, memSize } from '../build/ram.js';

const ODD = { id: 5, idstr: 'odd' };
const PAYLOAD = noise(300);
const described = (length: number): Device => ({
  ...ODD,
  vmsdName: 'odd',
  version: 1,
  fields: [raw('data', noise(length))],
});
/** RAM comes first, as in every stream of QEMU: it shows whether sections have footers. */
const stream = (footers: boolean, ...behind: readonly Uint8Array[]): Buffer =>
  join(
    header(),
    start(RAM, join(memSize([{ name: 'm', usedLength: 0x4000 }]), eos()), footers),
    full(ODD, PAYLOAD, footers),
    full({ id: 6, idstr: 'next' }, noise(9, 2), footers),
    eof(),
    ...behind,
  );
const lengths = (decoded: Decoded): number[] =>
  decoded.of('section-end').flatMap(({ section, payloadLength }) => (section === 'full' ? [payloadLength] : []));

describe('the end of a payload', () => {
  it.each([true, false])('is where the footer is (seekable: %s)', async (seekable) => {
    const decoded = await decode(stream(true), { seekable, chunk: 50 });
    expect(lengths(decoded)).toEqual([300, 9]);
    expect([decoded.rules, decoded.end.complete]).toEqual([[], true]);
  });

  it.each([true, false])('is where the vmdesc has it, without footers (seekable: %s)', async (seekable) => {
    const text = vmdescText([described(300), { ...described(9), idstr: 'next' }]);
    const decoded = await decode(stream(false, vmdesc(text)), { seekable });
    expect(lengths(decoded)).toEqual([300, 9]);
    expect([decoded.rules, decoded.end.complete]).toEqual([[], true]);
  });

  it('is guessed where there is neither: said once, and the bytes count as unexplained', async () => {
    const decoded = await decode(stream(false));
    expect(lengths(decoded)).toEqual([300, 9]);
    expect(decoded.rules).toEqual(['section-extent']);
    const { complete, bytes, explainedBytes } = decoded.end;
    expect([complete, bytes - explainedBytes]).toEqual([false, 309]);
  });

  it('is missing where only a later section has one', async () => {
    const bytes = join(header(), full({ id: 4, idstr: 'first' }, noise(8)), full(ODD, PAYLOAD, false), full({ id: 6, idstr: 'next' }, noise(9)), eof()); // prettier-ignore
    const decoded = await decode(bytes);
    expect(decoded.rules).toEqual(['section-footer']);
    expect(decoded.problems[0]).toMatchObject({ section: 'odd', message: 'no footer behind section odd' });
  });

  it('is not there in a stream that ends inside', async () => {
    const decoded = await decode(join(header(), full({ id: 4, idstr: 'first' }, noise(8)), full(ODD, PAYLOAD).subarray(0, -40))); // prettier-ignore
    expect(decoded.rules).toEqual(['truncated']);
    expect(decoded.problems[0]!.path).toBe('payload of odd');
  });
});

describe('a built-in layout', () => {
  it('that does not fit its extent is reported, and the section stays as bytes', async () => {
    const payload = join(u32(1), Buffer.from('running\0'), noise(200));
    const decoded = await decode(join(header(), full({ id: 4, idstr: 'globalstate' }, payload), eof()));
    expect(decoded.rules).toEqual(['section-record']);
    expect([decoded.only('section-end').payloadLength, decoded.end.complete]).toEqual([payload.length, true]);
  });
});
