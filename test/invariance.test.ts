/** How the bytes arrive must not change what is said about them. */
import { describe, expect, it } from 'vitest';
import { join } from './build/bytes.js';
import { type Decoded, decode, type DecodeOptions, type Entry } from './build/decode.js';
import { configuration, end, eof, full, header, packaged, part, RAM, run, start } from './build/elements.js';
import { compressed, eos, memSize, page, xbzrle, zero } from './build/ram.js';
import { SAMPLES, type Sample } from './build/samples.js';
import { fixtureNames, readFixture } from './fixtures.js';

const CHUNKS = [1, 2, 3, 7, 4095, 4097] as const;

/** Streams with something wrong in them: problems have to come at the same place in the sequence, too. */
const DAMAGED: Sample[] = [
  {
    name: 'problems between pages',
    bytes: join(
      header(),
      configuration('pc', { pageBits: 12 }),
      start(RAM, join(memSize([{ name: 'a', usedLength: 0x2000 }]), eos())),
      part(
        RAM.id,
        join(
          page(0, Buffer.alloc(0x1000, 1), 'a'),
          zero(0x1000),
          zero(0x9000),
          xbzrle(0, Buffer.from([5, 0])),
          compressed(0x1000, Buffer.alloc(0x1000)),
          eos(),
        ),
      ),
      part(RAM.id, join(zero(0), xbzrle(0, Buffer.from([1]), undefined, 9), eos())),
      end(RAM.id, eos()),
      eof(),
    ),
  },
  { name: 'wrong version', bytes: join(header(9), configuration('pc'), Buffer.alloc(9000, 1)) },
  { name: 'garbage behind the end', bytes: join(header(), configuration('pc'), eof(), Buffer.alloc(9000, 1)) },
  { name: 'zeros behind the end', bytes: join(header(), configuration('pc'), eof(), Buffer.alloc(9000)) },
  {
    name: 'a package with a section that does not fit',
    bytes: join(header(), packaged(join(full({ id: 9, idstr: 'x' }, Buffer.alloc(50)), run()), 40), eof()),
  },
];

const small = fixtureNames().filter((name) => !/cpr-channel/.test(name) && readFixture(name).length < 450_000);
const fixtures = small.map((name): Sample => ({
  name,
  bytes: readFixture(name),
  ...(name.includes('recovery') && { role: 'recovery-main' as const }),
}));

/** What must be equal: everything but how a page size came to be known, which depends on being able to look ahead. */
function comparable(decoded: Decoded, seekability: boolean): Entry[] {
  if (!seekability) return decoded.entries;
  return decoded.entries.map((entry) =>
    'kind' in entry && entry.kind === 'page-size' ? { ...entry, evidence: '' } : entry,
  );
}

async function expectSame(sample: Sample, reference: Decoded, options: DecodeOptions): Promise<void> {
  const { bytes, role = 'main' } = sample;
  const other = await decode(bytes, { role, ...options });
  const seekability = options.seekable === false;
  // Compared as text first: a structural comparison of thousands of events takes its time.
  const [mine, theirs] = [comparable(other, seekability), comparable(reference, seekability)];
  if (textOf(mine) === textOf(theirs)) return;
  expect(mine).toEqual(theirs);
  expect.fail('the same values in another order of keys');
}

const textOf = (value: object): string =>
  JSON.stringify(value, (_key, inner: unknown) => (typeof inner === 'bigint' ? `${inner}n` : inner));

describe.each([...SAMPLES, ...DAMAGED, ...fixtures])('$name', (sample) => {
  const { bytes, role = 'main' } = sample;
  const chunks = bytes.length > 100_000 ? CHUNKS.slice(3) : CHUNKS;

  it('is the same for every size of read', async () => {
    const whole = await decode(bytes, { role });
    for (const chunk of chunks) await expectSame(sample, whole, { chunk });
  });

  it('is the same through a pipe, apart from when device state is decoded', async () => {
    const whole = await decode(bytes, { role, wantsDeviceState: false });
    // Without footers, a pipe does not show the ends of sections.
    if (sample.name.includes('without footers') || sample.name.includes('no-section-footer')) return;
    await expectSame(sample, whole, { seekable: false, wantsDeviceState: false });
    const pipe = await decode(bytes, { role, seekable: false });
    for (const chunk of chunks)
      for (const waits of chunk === 1 ? [false] : [false, true]) {
        const pieces = await decode(bytes, { role, chunk, seekable: false, waits });
        expect(textOf(pieces.entries)).toBe(textOf(pipe.entries));
      }
  });

  it('reports the same device state through a pipe', async () => {
    if (sample.name.includes('without footers') || sample.name.includes('no-section-footer')) return;
    const states = async (seekable: boolean): Promise<string> =>
      textOf((await decode(bytes, { role, seekable })).of('device-state'));
    expect(await states(false)).toBe(await states(true));
  });
});

it('reports the pages of mapped-ram the same from a pipe and from a file', async () => {
  const { bytes } = SAMPLES.find(({ name }) => name === 'mapped-ram')!;
  const wantsMappedPages = true;
  const whole = await decode(bytes, { wantsMappedPages });
  expect(whole.pages).toHaveLength(10);
  for (const chunk of CHUNKS) {
    expect((await decode(bytes, { wantsMappedPages, chunk })).pages).toEqual(whole.pages);
    expect((await decode(bytes, { wantsMappedPages, chunk, seekable: false })).pages).toEqual(whole.pages);
  }
});
