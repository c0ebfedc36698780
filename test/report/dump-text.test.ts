import { describe, expect, it } from 'vitest';
import type { DumpOptions } from '../../src/report/dump-options.js';
import { TextDump } from '../../src/report/dump-text.js';
import { selection } from '../../src/report/select.js';
import { makeStyle, plain, type Style } from '../../src/report/style.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { EVENTS, FINDING, play, TextKeeper } from './samples.js';

const PLAIN: DumpOptions = { pages: false, memory: false, desc: false, offsets: false, maxBytes: 16 };

function lines(options: Partial<DumpOptions> = {}, events: readonly StreamEvent[] = EVENTS, style: Style = plain) {
  const out = new TextKeeper();
  play(new TextDump(out, { ...PLAIN, ...options }, style), events);
  return out.lines;
}

const select = (...globs: string[]): Pick<DumpOptions, 'selected'> => ({ selected: selection(globs)! });
const ofKind = (...kinds: StreamEvent['kind'][]): StreamEvent[] => EVENTS.filter(({ kind }) => kinds.includes(kind));

describe('TextDump', () => {
  it('has a line or more for every event of the sample but the silent ones', () => {
    const silent = EVENTS.filter((event) => lines({}, [event]).length === 0);
    expect(new Set(silent.map((event) => (event.kind === 'ram-mark' ? event.name : event.kind)))).toEqual(
      new Set(['section-start', 'section-end', 'EOS']),
    );
  });

  it('names the machine and what comes with it', () => {
    expect(lines({}, ofKind('configuration'))).toEqual([
      '0000000008  configuration: machine type pc-q35-9.2',
      '            target page bits 12',
      '            capabilities mapped-ram, x-ignore-shared',
      '            uuid 01234567-89ab-cdef-0123-456789abcdef',
    ]);
  });

  it('says what commands carry', () => {
    expect(lines({}, ofKind('command'))).toEqual([
      '000000003c  command OPEN_RETURN_PATH',
      '0000000046  command PING: 0x42',
      '0000000050  command POSTCOPY_ADVISE: target page size 0x1000, page sizes 0xfffffffffffff000',
      '000000005a  command POSTCOPY_RAM_DISCARD: pc.ram, 2 ranges, 12 KiB',
      '            0x0 +0x1000',
      '            0x4000 +0x2000',
      '000000005f  command 0x63: 01 02 03',
      '0000000348  command PACKAGED: 100 B',
    ]);
  });

  it('shows blocks as a table with the columns that there are', () => {
    expect(lines({}, ofKind('ram-blocks')).slice(1)).toEqual([
      '              block     bytes           page size  address  bitmap at  pages at  stored pages',
      '              pc.ram    0x8000  32 KiB  0x1000     0x0',
      '              vga.vram  0x4000  16 KiB                      0x200      0x100000  3',
    ]);
  });

  it('adds pages up at the end of their section, or lists them', () => {
    const ram = [...ofKind('page-size'), ...ofKind('end')];
    expect(lines({}, ram)[1]).toBe('              pages: 1 zero, 1 normal, 1 xbzrle, 1 compressed');
    expect(lines({ pages: true }, ram).slice(1, 5)).toEqual([
      '00000000b9    zero   pc.ram 0x0',
      '00000000c3    normal pc.ram 0x1000',
      '00000000cd    xbzrle vga.vram 0x2000, 40 bytes',
      '00000000d7    compressed vga.vram 0x3000, 50 bytes',
    ]);
    expect(lines({ memory: true }, ram).slice(2, 5)).toEqual([
      '00000000c3    normal pc.ram 0x1000',
      '    00001000  00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f  ................',
      '    … (4096 bytes)',
    ]);
  });

  it('puts the length of a FULL section into its header, and a package further in', () => {
    const all = lines();
    const at = all.indexOf('0000000352  package of 100 bytes');
    expect(all[at + 1]).toBe(`0000000352    section FULL  dev#1 (id 3, version 2, 43 bytes)`);
    expect(all).toContain('00000003b6  end of package');
  });

  it('names the section of a state that comes late', () => {
    expect(lines({}, ofKind('device-state')).filter((line) => line.includes('state of'))).toEqual([
      '0000000366  state of dev#1 (version 2)',
      '00000003a2  state of raw#1 (version 2)',
    ]);
  });

  it('shows the fields of a record', () => {
    expect(lines({}, ofKind('record'))).toEqual([
      '000000032a    BITS: on true, name x, big 0x8000000000000000, bytes ca fe ba, list 3 × 1, parts [{data 01 02 03}], inner {n 0x10}',
    ]);
  });

  it('shows the header of a FULL section that was cut off', () => {
    const cut = EVENTS.filter((event) => event.kind === 'section-start' && event.section === 'full');
    expect(lines({}, [...cut, ...ofKind('problem')])[0]).toBe('0000000352  section FULL  dev#1 (id 3, version 2)');
  });

  it('shows only what is selected, and problems and the end in any case', () => {
    expect(lines(select('dev/small'))).toEqual([
      'vm@0x300: error[MIG133] page at 0x9000 of pc.ram',
      '  in: section ram, ram > page',
      '  expected: below 0x8000; found: 0x9000',
      '  qemu: "Illegal RAM offset %lx" (ram_load_precopy)',
      '  also: vm@0x40: the block was declared here',
      '  help: a page lies outside its block',
      '0000000300  skipped 1 byte',
      '0000000352  section FULL  dev#1 (id 3, version 2)',
      '              small  7',
      '000000064c  end: 1,612 bytes, broken, good up to 0x300, 13 bytes not explained',
    ]);
  });

  it('shows the vmdesc with keys that repeat, safely', () => {
    const description = parseVmdesc('{"devices":[],"a":{"k":1,"k":18446744073709551615},"b":[null,"\\u001b\u009b"]}');
    const [, ...text] = lines({ desc: true }, [{ kind: 'vmdesc', offset: 0, length: 9, description }]);
    expect(text.map((line) => line.slice(12))).toEqual([
      '{',
      '  "devices": [],',
      '  "a": {',
      '    "k": 1,',
      '    "k": 18446744073709551615',
      '  },',
      '  "b": [',
      '    null,',
      '    "\\u001b\\u009b"',
      '  ]',
      '}',
    ]);
  });

  it('says that a stream is whole', () => {
    const end: StreamEvent = {
      kind: 'end',
      offset: 1,
      bytes: 1,
      explainedBytes: 1,
      lastGoodOffset: 1,
      complete: true,
    };
    expect(lines({}, [end])).toEqual(['0000000001  end: 1 byte, whole, every byte explained']);
    expect(lines({}, [{ ...end, explainedBytes: 0 }])[0]).toMatch(/, 1 byte not explained$/);
  });

  it('has colour when it is asked for, and none otherwise', () => {
    expect(lines().join('')).not.toContain('\x1b');
    expect(lines({}, EVENTS, makeStyle('always', false)).join('')).toContain('\x1b[32mdev#1\x1b[39m');
  });

  it('lets no control character of the input through', () => {
    const evil = 'e\x1b[2J\u009b\r';
    const text = lines({}, [
      { kind: 'begin', offset: 0, channel: evil, role: 'main' },
      { kind: 'problem', offset: 0, finding: { ...FINDING, message: evil } },
      {
        kind: 'device-state',
        offset: 0,
        id: 1,
        idstr: 'a',
        instance: 0,
        version: 1,
        payload: new Uint8Array(0),
        note: evil,
      },
    ]);
    expect(text.length).toBeGreaterThan(6);
    expect(text.join('')).not.toMatch(/[\x1b\u009b\r]/);
  });
});
