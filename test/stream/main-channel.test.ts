import { describe, expect, it } from 'vitest';
import { hexBytes, join, noise, u16, u32, u8 } from '../build/bytes.js';
import { decode } from '../build/decode.js';
import { vmdescText } from '../build/device.js';
import {
  command,
  configuration,
  end,
  eof,
  full,
  header,
  listen,
  packaged,
  part,
  ping,
  RAM,
  run,
  start,
  vmdesc,
} from '../build/elements.js';
import { eos, memSize, zero } from '../build/ram.js';
import { DEVICES, fullSections, postcopy, precopy, recovery, SERIAL, TIMER } from '../build/samples.js';

const OPENING = join(
  header(),
  configuration('pc', { pageBits: 12 }),
  start(RAM, join(memSize([{ name: 'a', usedLength: 0x4000 }]), eos())),
);

describe('the order of events', () => {
  it('is the order of the stream', async () => {
    const decoded = await decode(
      join(OPENING, ping(1), part(RAM.id, join(zero(0, 'a'), eos())), end(RAM.id, eos()), fullSections([TIMER]), eof()),
    );
    expect(decoded.entries.map((entry) => ('page' in entry ? 'page' : entry.kind))).toEqual([
      'begin',
      'header',
      'configuration',
      'section-start',
      'ram-blocks',
      'ram-mark',
      'section-end',
      'command',
      'section-start',
      'page-size',
      'page',
      'ram-mark',
      'section-end',
      'section-start',
      'ram-mark',
      'section-end',
      'section-start',
      'section-end',
      'eof',
      'device-state',
      'end',
    ]);
  });

  it('shows a postcopy stream', async () => {
    const decoded = await decode(postcopy());
    expect(decoded.of('command').map(({ name, packaged: inside }) => `${inside ? '> ' : ''}${name}`)).toEqual([
      'OPEN_RETURN_PATH',
      'PING',
      'POSTCOPY_ADVISE',
      'SWITCHOVER_START',
      'POSTCOPY_RAM_DISCARD',
      'PING',
      'PACKAGED',
      '> POSTCOPY_LISTEN',
      '> PING',
      '> POSTCOPY_RUN',
      'PING',
    ]);
    expect(decoded.only('packaged-end').unread).toBe(0);
    expect(decoded.of('section-start').filter(({ packaged: inside }) => inside)).toHaveLength(DEVICES.length);
    expect(decoded.pages.map(({ postcopy: late }) => late)).toEqual([false, true, true]);
  });
});

describe('a header', () => {
  it('of version 2 ends the decoding', async () => {
    const decoded = await decode(join(header(2), eof()));
    expect(decoded.rules).toEqual(['file-version']);
    expect(decoded.end).toMatchObject({ complete: false, lastGoodOffset: 0 });
  });

  it('may stand without a configuration', async () => {
    const decoded = await decode(join(header(), start(RAM, join(memSize([]), eos())), eof()));
    expect(decoded.of('configuration')).toEqual([]);
    expect(decoded.end.complete).toBe(true);
  });
});

describe('footers', () => {
  it('that come later show that the first section lacks its own', async () => {
    const bytes = join(header(), start(RAM, eos(), false), part(RAM.id, eos()), end(RAM.id, eos()), eof());
    const decoded = await decode(bytes);
    expect(decoded.problems).toMatchObject([
      { rule: 'section-footer', offset: header().length + start(RAM, eos(), false).length, section: 'ram' },
    ]);
    expect(decoded.of('eof')).toHaveLength(1);
  });

  it('of a device are looked for where the vmdesc lets the section end', async () => {
    const bytes = precopy(true);
    const whole = await decode(bytes);
    const [first] = whole.of('section-end').filter(({ section }) => section === 'full');
    const footer = first!.payloadOffset + first!.payloadLength;
    bytes[footer + 4]! ^= 0x80;
    const decoded = await decode(bytes);
    expect(decoded.problems).toMatchObject([
      { rule: 'section-footer', offset: footer, message: expect.stringContaining('has another id') as string },
    ]);
    expect(decoded.of('section-end').filter(({ section }) => section === 'full')).toHaveLength(
      whole.of('section-end').filter(({ section }) => section === 'full').length - 1,
    );
  });

  it.each([true, false])('are there or not for the whole stream: %s', async (footers) => {
    const decoded = await decode(precopy(footers));
    expect(decoded.rules).toEqual([]);
    expect(new Set(decoded.of('section-end').map(({ footer }) => footer))).toEqual(new Set([footers]));
    expect(decoded.of('device-state').every(({ state }) => state)).toBe(true);
  });

  it('that are missing are made up for by the description at the end', async () => {
    for (const seekable of [true, false]) {
      const decoded = await decode(precopy(false), { seekable });
      expect(decoded.rules).toEqual([]);
      expect(decoded.end.complete).toBe(true);
    }
  });

  it('that are missing leave ends of sections to be guessed, unless a description is given', async () => {
    const bytes = precopy(false);
    const whole = await decode(bytes);
    const { description, offset } = whole.only('vmdesc');
    const bare = bytes.subarray(0, offset);
    const guessed = await decode(bare);
    expect(guessed.rules).toEqual(['section-extent']);
    expect(guessed.end.complete).toBe(false);
    expect(guessed.end.explainedBytes).toBeLessThan(guessed.end.bytes);
    expect(guessed.of('section-end').map(({ idstr }) => idstr)).toEqual(
      whole.of('section-end').map(({ idstr }) => idstr),
    );
    const helped = await decode(bare, { vmdesc: description! });
    expect(helped.rules).toEqual([]);
    expect(helped.end.complete).toBe(true);
  });
});

describe('a stream without a vmdesc', () => {
  it('is whole, and its device state is bytes', async () => {
    const decoded = await decode(join(OPENING, end(RAM.id, eos()), fullSections(DEVICES), eof()));
    expect(decoded.end.complete).toBe(true);
    expect(decoded.of('device-state').map(({ idstr, state }) => [idstr, state])).toEqual([
      [TIMER.idstr, undefined],
      [SERIAL.idstr, undefined],
    ]);
  });
});

describe('commands', () => {
  it('that nobody knows are stepped over', async () => {
    const decoded = await decode(join(OPENING, command(200, noise(300)), eof()));
    expect(decoded.rules).toEqual(['unknown-command']);
    expect(decoded.only('command')).toMatchObject({
      code: 200,
      name: 'command 0xc8',
      length: 305,
      raw: Uint8Array.from(noise(300)),
    });
    expect(decoded.end.complete).toBe(true);
  });

  it('with a bad payload are stepped over', async () => {
    const decoded = await decode(join(OPENING, command(2, noise(3)), command(6, noise(40)), command(1, u8(1)), eof()));
    expect(decoded.rules).toEqual(['command-payload', 'command-payload', 'command-payload']);
    expect(decoded.end.complete).toBe(true);
  });
});

describe('a package', () => {
  it('with bytes behind RUN', async () => {
    const bytes = join(OPENING, packaged(join(listen(), run(), noise(10))), end(RAM.id, eos()), eof());
    const decoded = await decode(bytes);
    expect(decoded.rules).toEqual(['packaged-end']);
    expect(decoded.problems[0]).toMatchObject({ length: 10, offset: OPENING.length + 9 + 10 });
    expect(decoded.only('packaged-end').unread).toBe(10);
    expect(decoded.end).toMatchObject({ complete: true, explainedBytes: bytes.length });
  });

  it('without RUN', async () => {
    const decoded = await decode(join(OPENING, packaged(listen()), end(RAM.id, eos()), eof()));
    expect(decoded.rules).toEqual(['packaged-end']);
    expect(decoded.problems[0]!.message).toContain('without POSTCOPY_RUN');
  });

  it('may end with EOF', async () => {
    const decoded = await decode(join(OPENING, packaged(join(listen(), eof())), end(RAM.id, eos()), eof()));
    expect(decoded.rules).toEqual([]);
    expect(decoded.of('eof').map(({ packaged: inside }) => inside)).toEqual([true, false]);
  });

  it('that is empty', async () => {
    expect((await decode(join(OPENING, packaged(Buffer.alloc(0)), eof()))).rules).toEqual(['packaged-end']);
  });

  it('in a package', async () => {
    const inner = packaged(join(full({ id: 9, idstr: 'x' }, noise(5)), run()));
    const decoded = await decode(join(OPENING, packaged(join(inner, run())), eof()));
    expect(decoded.rules).toEqual([]);
    expect(decoded.of('packaged-start')).toHaveLength(2);
  });

  it('in packages without end is not followed for ever', async () => {
    let nested = run();
    for (let i = 0; i < 50; i++) nested = join(packaged(nested), run());
    const decoded = await decode(join(OPENING, nested, eof()));
    expect(decoded.rules[0]).toBe('range-exceeded');
    expect(decoded.of('packaged-start')).toHaveLength(4);
    expect(decoded.of('end')).toHaveLength(1);
  });

  it('longer than the package around it', async () => {
    const decoded = await decode(join(OPENING, packaged(packaged(run(), 500)), eof()));
    expect(decoded.rules).toEqual(['range-exceeded']);
  });
});

describe('a recovery connection', () => {
  it('takes the sections of the connection before', async () => {
    const decoded = await decode(recovery(), { role: 'recovery-main' });
    expect(decoded.of('section-start').map(({ idstr }) => idstr)).toEqual(['ram', 'ram']);
    expect(decoded.pages.every(({ postcopy: late }) => late)).toBe(true);
  });

  it('may have dirty bitmaps', async () => {
    const bytes = join(recovery().subarray(0, -1), part(3, hexBytes('01')), end(3, hexBytes('01')), eof());
    const decoded = await decode(bytes, { role: 'recovery-main' });
    expect(decoded.rules).toEqual([]);
    expect(decoded.of('record').map(({ name }) => name)).toEqual(['EOS', 'EOS']);
  });
});

describe('behind the end', () => {
  const whole = join(OPENING, end(RAM.id, eos()), eof());

  it.each([true, false])('zeros are padding (seekable: %s)', async (seekable) => {
    const decoded = await decode(join(whole, Buffer.alloc(100_000)), { seekable });
    expect(decoded.rules).toEqual([]);
    expect(decoded.only('trailing')).toMatchObject({ offset: whole.length, length: 100_000, zeros: true });
    expect(decoded.end).toMatchObject({
      complete: true,
      explainedBytes: whole.length + 100_000,
      lastGoodOffset: whole.length,
    });
  });

  it.each([true, false])('garbage is reported (seekable: %s)', async (seekable) => {
    const decoded = await decode(join(whole, Buffer.alloc(7), Buffer.alloc(3_000_000, 1)), { seekable });
    expect(decoded.rules).toEqual(['trailing-bytes']);
    expect(decoded.only('trailing')).toMatchObject({ offset: whole.length, length: 3_000_007, zeros: false });
    expect(decoded.end).toMatchObject({ bytes: whole.length + 3_000_007, explainedBytes: whole.length });
  });

  it('another stream is garbage', async () => {
    expect((await decode(join(whole, whole))).rules).toEqual(['trailing-bytes']);
  });

  it('a vmdesc that is no JSON is reported', async () => {
    const decoded = await decode(join(whole, vmdesc('{"devices": [')));
    expect(decoded.rules).toEqual(['vmdesc-json']);
    expect(decoded.end.complete).toBe(true);
  });
});

it('one id may be iterable and have device state', async () => {
  const section = { id: 5, idstr: 'dirty-bitmap' };
  const decoded = await decode(
    join(OPENING, start(section, hexBytes('01')), full(section, hexBytes('0102')), end(5, hexBytes('01')), eof()),
  );
  expect(decoded.rules).toEqual([]);
  expect(decoded.of('section-end').map(({ section: kind }) => kind)).toEqual(['start', 'start', 'full', 'end']);
});

it('a section may end twice', async () => {
  const decoded = await decode(join(OPENING, end(RAM.id, eos()), end(RAM.id, eos()), eof()));
  expect(decoded.end.complete).toBe(true);
});

it('an iterable section of unknown layout goes to its footer', async () => {
  const section = { id: 5, idstr: 'pbs-state' };
  const trap = join(hexBytes('7e 00000005 ff'), noise(30));
  const decoded = await decode(join(OPENING, start(section, trap), part(5, trap), end(5, u16(1)), vmdescLess(), eof()));
  expect(decoded.rules).toEqual([]);
  expect(
    decoded
      .of('section-end')
      .slice(1)
      .map(({ payloadLength }) => payloadLength),
  ).toEqual([36, 36, 2, 24]);
});

function vmdescLess(): Buffer {
  return fullSections([TIMER]);
}

it('a vmdesc over 10 MB is read, from a file and from a pipe', async () => {
  const fields = Array.from({ length: 100_000 }, (_, i) => ({
    name: `a field with quite a long name ${'x'.repeat(60)} ${i}`,
    type: 'uint8',
    bytes: u8(i & 0xff),
  }));
  const device = { id: 9, idstr: 'large', vmsdName: 'large', version: 1, fields };
  const text = vmdescText([device]);
  expect(text.length).toBeGreaterThan(10 << 20);
  const bytes = join(OPENING, end(RAM.id, eos()), fullSections([device]), eof(), vmdesc(text));
  for (const seekable of [true, false]) {
    const decoded = await decode(bytes, { seekable });
    expect(decoded.rules).toEqual([]);
    expect(decoded.only('device-state').state!.fields).toHaveLength(100_000);
    expect(decoded.end.explainedBytes).toBe(bytes.length);
  }
});

it('a section that is not what the vmdesc says is reported, as bytes', async () => {
  const bytes = join(
    OPENING,
    end(RAM.id, eos()),
    full(TIMER, noise(20)),
    full({ id: 8, idstr: 'other' }, u32(1)),
    eof(),
    vmdesc(vmdescText([TIMER])),
  );
  const decoded = await decode(bytes, { seekable: false });
  expect(decoded.rules).toEqual(['vmdesc-mismatch', 'vmdesc-mismatch']);
  expect(decoded.problems[0]!.message).toBe('section timer has 20 bytes, the vmdesc describes 24');
  expect(decoded.problems[1]!.message).toBe('section other is not in the vmdesc');
  expect(decoded.of('device-state').map(({ state }) => state)).toEqual([undefined, undefined]);
});
