/** Layouts of streams: sections, fields, and what their bytes tell of the rest. */
import { describe, expect, it } from 'vitest';
import { compareLayouts } from '../../src/diff/compare-layout.js';
import { join, noise, u16, u32, u8 } from '../build/bytes.js';
import {
  type Device,
  inlineStruct,
  list,
  raw,
  struct,
  structArray,
  uint16,
  uint32,
  uint32Array,
  uint8,
} from '../build/device.js';
import { subsection } from '../build/elements.js';
import { compared, device, dumped, field, maybe, vmsd, written } from './layouts.js';

const A = uint32('a', 1);
const one = (...fields: Device['fields']): Device => device('dev', fields);

describe('sections', () => {
  it('are told apart by idstr and instance', () => {
    const a = written([device('dev', [A]), device('dev', [A], { instance: 1 })]);
    expect(compared(a, written([device('dev', [A])]))).toEqual(['dev#1 section-missing refused state-lost']);
  });

  it('that a side did not reach are not called missing', () => {
    const { differences, unreached } = compareLayouts(written([device('dev', [A])]), written([]), {
      a: true,
      b: false,
    });
    expect(differences).toEqual([]);
    expect(unreached).toMatchObject({ a: [], b: [{ idstr: 'dev' }] });
  });

  it('in another slot have moved, and are compared', () => {
    const [here, there] = [device('0000:00:03.0/nic', [A]), device('0000:00:04.0/nic', [A, uint8('b', 1)])];
    expect(compared(written([here]), written([there]))).toEqual([
      '0000:00:03.0/nic section-moved refused',
      '0000:00:03.0/nic/b field-missing depends',
    ]);
  });

  it('have versions on the wire', () => {
    const a = written([device('dev', [A], { version: 2 })]);
    expect(compared(a, written([device('dev', [A])]))).toEqual(['dev section-version refused depends']);
  });

  it('without a description are not compared', () => {
    const bare = { kind: 'written', counts: true, sections: [{ idstr: 'dev', instance: 0, version: 1 }] } as const;
    expect(compared(bare, written([one(A)]))).toEqual([]);
  });
});

describe('fields of a stream', () => {
  it('that one side lacks may not always be sent', () => {
    expect(compared(written([one(A, uint8('b', 1))]), written([one(A)]))).toEqual(['dev/b field-missing depends']);
  });

  it('may have another type of the same size', () => {
    expect(compared(written([one(uint32('a', 1))]), written([one(raw('a', u32(1), 'int32'))]))).toEqual([
      'dev/a field-retyped loads',
    ]);
  });

  it('may be known under another type', () => {
    const [old, now] = [one(raw('p', u8(0x30), 'nullptr')), one(raw('p', u8(0x30), 'ptr-marker'))];
    expect(compared(written([old]), written([now]))).toEqual([]);
  });

  it('that must be equal and are not', () => {
    const [a, b] = [one(raw('n', u32(4), 'int32 equal')), one(raw('n', u32(8), 'int32 equal'))];
    expect(compared(written([a]), written([b]))).toEqual(['dev/n must-be-equal refused']);
  });

  it('may give a part of their bytes to others', () => {
    const [a, b] = [
      one(raw('state', Buffer.alloc(10))),
      one(raw('state', Buffer.alloc(6)), uint16('flags', 0), raw('unused', Buffer.alloc(2), 'unused_buffer')),
    ];
    expect(compared(written([a]), written([b]))).toEqual(['dev/state fields-regrouped loads']);
    expect(compared(written([b]), written([a]))).toEqual(['dev/state fields-regrouped loads']);
  });

  it('that are lists may have any length', () => {
    const entry = { vmsdName: 'entry', version: 1, fields: [uint32('x', 1)] };
    expect(compared(written([one(list('l', [entry]))]), written([one(list('l', [entry, entry]))]))).toEqual([]);
  });

  it('are compared within structs, and subsections of these', () => {
    const inner = (more: Device['fields']) => ({
      vmsdName: 'inner',
      version: 1,
      fields: [A],
      subsections: [{ vmsdName: 'inner/sub', version: 1, fields: [A, ...more] }],
    });
    const [a, b] = [one(struct('s', inner([]))), one(struct('s', inner([uint8('b', 1)])))];
    expect(compared(written([a]), written([b]))).toEqual(['dev/s/inner/sub/b field-missing depends']);
    const [c, d] = [one(inlineStruct('s', 'tmp', inner([]))), one(inlineStruct('s', 'tmp', inner([uint8('b', 1)])))];
    expect(compared(written([c]), written([d]))).toEqual(['dev/s/inner/sub/b field-missing depends']);
  });

  it('of elements that are described one by one are told together', () => {
    const element = (more: Device['fields'], index: number) =>
      struct('e', { vmsdName: 'e', version: 1, fields: [A, ...more] }, { index });
    const plain = [0, 1, 2, 3].map((i) => element([], i));
    const grown = [0, 1, 2, 3].map((i) => element(i === 1 ? [] : [uint8('b', 1)], i));
    expect(compared(written([one(...plain)]), written([one(...grown)]))).toEqual([
      'dev/e[0,2-3]/b field-missing depends',
    ]);
  });
});

describe('arrays of another length', () => {
  const counted = (count: number): Device => one(uint8('n', count), uint32Array('list', ...Array(count).fill(7)));

  it('load where a field before them says the length', () => {
    expect(compared(written([counted(2)]), written([counted(3)]))).toEqual(['dev/list array-length loads']);
  });

  it('load where it counts something larger', () => {
    const [a, b] = [
      one(uint8('pairs', 1), uint32Array('list', 1, 2)),
      one(uint8('pairs', 3), uint32Array('list', 1, 2, 3, 4, 5, 6)),
    ];
    expect(compared(written([a]), written([b]))).toEqual(['dev/list array-length loads']);
  });

  it('are refused where none does', () => {
    const [a, b] = [one(uint32Array('list', 1, 2)), one(uint32Array('list', 1, 2, 3))];
    expect(compared(written([a]), written([b]))).toEqual(['dev/list array-length refused']);
    const element = { vmsdName: 'e', version: 1, fields: [A] };
    const [c, d] = [
      one(structArray('list', [element, element])),
      one(structArray('list', [element, element, element])),
    ];
    expect(compared(written([c]), written([d]))).toEqual(['dev/list array-length refused']);
  });

  it('may be either where the values are not there', () => {
    const [a, b] = [one(uint32Array('list', 1, 2)), one(uint32Array('list', 1, 2, 3))];
    expect(compared(written([a], false), written([b], false))).toEqual(['dev/list array-length depends']);
  });
});

describe('opaque fields of another size', () => {
  const bytes = noise(400, 3);
  const opaque = (payload: Buffer, more: Partial<Device> = {}): Device =>
    device('nic', [raw('virtio', payload, 'virtio')], more);
  const inserted = join(bytes.subarray(0, 150), Buffer.alloc(64), bytes.subarray(150));

  it('are refused where nothing before the growth announces it', () => {
    const { differences } = compareLayouts(written([opaque(bytes)]), written([opaque(inserted)]));
    expect(differences.map(({ kind, message, aToB, bToA }) => [kind, message, aToB.verdict, bToA.verdict])).toEqual([
      [
        'opaque-resized',
        'opaque, 400 bytes, 464: grew by 64 bytes, at byte 0x96, without a new version, a count or a subsection that says so',
        'refused',
        'refused',
      ],
    ]);
  });

  it('may load where something before it differs', () => {
    const counts = Buffer.from(inserted);
    counts[3]!++;
    expect(compared(written([opaque(bytes)]), written([opaque(counts)]))).toEqual([
      'nic/virtio opaque-resized depends',
    ]);
  });

  it('may load where a subsection makes the difference', () => {
    const tail = join(bytes, subsection('virtio/ringsize', u16(7)));
    const { differences } = compareLayouts(written([opaque(bytes)]), written([opaque(tail)]));
    expect(differences[0]?.message).toContain('subsections only in B: virtio/ringsize');
    expect(differences[0]?.aToB.verdict).toBe('depends');
  });

  it('may load where the version is another, or the contents are', () => {
    expect(compared(written([opaque(bytes)]), written([opaque(inserted, { version: 2 })]))).toContain(
      'nic/virtio opaque-resized depends',
    );
    expect(compared(written([opaque(bytes)]), written([opaque(noise(500, 9))]))).toEqual([
      'nic/virtio opaque-resized depends',
    ]);
  });

  it('may load where the bytes were not read', () => {
    expect(compared(written([opaque(bytes)], false), written([opaque(inserted)], false))).toEqual([
      'nic/virtio opaque-resized depends',
    ]);
  });

  it('are named by their parts where one side was decoded', () => {
    const layout = written([opaque(bytes)]);
    const [section] = layout.sections;
    const [virtio] = section!.struct!.fields;
    const part = (name: string, start: number, size: number) => ({ name, type: 'buffer', start, size, count: 1 });
    const contents = {
      vmsdName: 'contents',
      version: 1,
      start: 0,
      end: 400,
      fields: [part('head', 0, 100), part('vlans', 100, 50), part('rest', 150, 250)],
      subsections: [],
    };
    const nodes = [{ ...virtio!.nodes![0]!, structs: [contents] }];
    const decoded = {
      ...layout,
      sections: [{ ...section!, struct: { ...section!.struct!, fields: [{ ...virtio!, nodes }] } }],
    };
    const { differences } = compareLayouts(decoded, written([opaque(inserted)]));
    expect(differences[0]?.message).toContain('in vlans (at byte 0x96)');
  });
});

describe('a stream and a dump', () => {
  const stream = written([one(A, uint8('b', 1))]);

  it('are compared by vmsd', () => {
    expect(compared(stream, dumped({ 'some-class': vmsd('dev', [field('a', 4), field('b', 1)]) }))).toEqual([]);
  });

  it('show what the build does not read, and what it waits for', () => {
    expect(compared(stream, dumped({ dev: vmsd('dev', [field('a', 4)]) }))).toEqual([
      'dev/b field-missing refused depends',
    ]);
    const waits = dumped({
      dev: vmsd('dev', [field('a', 4), field('b', 1), field('c', 4, { num: 1 }), maybe('d', 1)]),
    });
    expect(compared(stream, waits)).toEqual(['dev/c field-missing refused depends', 'dev/d field-missing depends']);
  });

  it('leave arrays without elements open', () => {
    const waits = dumped({ dev: vmsd('dev', [field('a', 4), field('b', 1), field('c', 4)]) });
    expect(compared(stream, waits)).toEqual(['dev/c field-missing depends']);
  });

  it('say nothing of what a dump does not have', () => {
    expect(compared(written([one(A), device('timer', [A])]), dumped({ dev: vmsd('dev', [field('a', 4)]) }))).toEqual(
      [],
    );
  });

  it('match names that stand in a struct more than once', () => {
    const config = written([one(raw('config[1]', Buffer.alloc(8)))]);
    expect(compared(config, dumped({ dev: vmsd('dev', [maybe('config', 4), field('config', 8)]) }))).toEqual([
      'dev/config[0] field-missing depends',
    ]);
  });
});
