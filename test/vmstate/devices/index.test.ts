/** Every section of fixtures/devices is named to its last byte, as NAME.txt beside it says; `UPDATE=1` writes these. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stateLines } from '../../../src/report/state-text.js';
import { stateTree } from '../../../src/report/state-tree.js';
import type { StructNode } from '../../../src/vmstate/decode.js';
import { LAYOUTS } from '../../../src/vmstate/devices/index.js';
import { VIRTIO_DEVICES } from '../../../src/vmstate/devices/virtio/index.js';
import { decodeDevice } from '../../../src/vmstate/device.js';
import { DEVICE_FIXTURE_NAMES, DEVICE_FIXTURES, deviceSections, type DeviceSection } from './fixtures.js';

const OPTIONS = { maxBytes: 16, offsets: false };

function decoded({ description, payload, context }: DeviceSection): StructNode {
  const { state, failures = [], mismatch } = decodeDevice(description, payload, context);
  expect({ failures, mismatch }).toEqual({ failures: [], mismatch: undefined });
  return state!;
}

function golden(name: string): string {
  const lines = deviceSections(name).flatMap((section) => {
    const tree = stateTree(decoded(section), section.payload, { idstr: section.idstr, instance: 0 });
    return [`${section.idstr}, ${section.payload.length} bytes`, ...stateLines(tree, 0, '  ', OPTIONS)];
  });
  return `${lines.join('\n')}\n`;
}

/** Fields lie one behind the other, and those of a structure cover it but for marks of lists and heads of subsections. */
function expectInside(struct: StructNode, start: number, end: number): void {
  expect(struct.start).toBeGreaterThanOrEqual(start);
  expect(struct.end).toBeLessThanOrEqual(end);
  let at = struct.start;
  for (const field of struct.fields) {
    expect(field.start).toBe(at);
    at += field.size * field.count;
    for (const inner of field.structs ?? []) expectInside(inner, field.start, at);
  }
  for (const subsection of struct.subsections) {
    expectInside(subsection, at + 6 + subsection.vmsdName.length, struct.end);
    at = subsection.end;
  }
  expect(at).toBe(struct.end);
}

describe('device fixtures', () => {
  it.each(DEVICE_FIXTURE_NAMES)('%s', (name) => {
    const path = join(DEVICE_FIXTURES, `${name}.txt`);
    const now = golden(name);
    if (process.env.UPDATE) writeFileSync(path, now);
    else expect(now).toBe(readFileSync(path, 'utf8'));
    for (const section of deviceSections(name)) expectInside(decoded(section), 0, section.payload.length);
  });
});

describe('the built-in layouts', () => {
  it('are each for something, and no type is claimed twice', () => {
    const claims = LAYOUTS.flatMap(({ types = [], fields = [] }) => [...types, ...fields]);
    expect(new Set(claims).size).toBe(claims.length);
    for (const { types, fields, sections } of LAYOUTS) expect(types ?? fields ?? sections).toBeDefined();
  });
});

describe.each(['docs/devices.md', 'README.md'])('%s', (page) => {
  const text = readFileSync(join(DEVICE_FIXTURES, '../..', page), 'utf8');
  const examples = [...text.matchAll(/<!-- fixtures\/devices\/(\S+) -->\n\n```text\n([\s\S]*?)```/g)];

  it.each(examples.map(([, file, shown]) => ({ file: file!, shown: shown! })))(
    'shows what $file has',
    ({ file, shown }) => {
      let rest = readFileSync(join(DEVICE_FIXTURES, file), 'utf8');
      for (const part of shown.split(/^…\n/m)) {
        const at = rest.indexOf(part);
        expect(at, part).toBeGreaterThanOrEqual(0);
        rest = rest.slice(at + part.length);
      }
    },
  );

  it('has an example', () => {
    expect(examples).not.toEqual([]);
  });
});

it('docs/devices.md names every type of virtio device', () => {
  const text = readFileSync(join(DEVICE_FIXTURES, '../../docs/devices.md'), 'utf8');
  for (const { name } of VIRTIO_DEVICES) expect(text).toMatch(new RegExp(`^\\|[^|]*\\b${name}\\b`, 'm'));
});
