import { describe, expect, it } from 'vitest';
import { TraceWatcher } from '../../src/model/traces.js';
import type { EventOf, StreamEvent } from '../../src/stream/events.js';
import { PAGE_COMPRESSED, PAGE_XBZRLE, PageBatch } from '../../src/stream/page-batch.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { guessQemu, type TraceName, TRACES } from '../../src/wire/versions.js';

const configuration = (more: Partial<EventOf<'configuration'>> = {}): StreamEvent => ({
  kind: 'configuration',
  offset: 8,
  length: 10,
  machine: 'none',
  subsections: [],
  ...more,
});

const section = (idstr: string, kind: EventOf<'section-start'>['section'] = 'full'): StreamEvent => ({
  kind: 'section-start',
  offset: 0,
  section: kind,
  packaged: false,
  id: 1,
  idstr,
  instance: 0,
  version: 1,
});

const command = (code: number, payload: EventOf<'command'>['payload'] = {}, packaged = false): StreamEvent => ({
  kind: 'command',
  offset: 0,
  length: 5,
  code,
  name: 'C',
  payload,
  packaged,
});

const record = (name: string): StreamEvent => ({
  kind: 'record',
  offset: 0,
  length: 8,
  section: 's',
  name,
  fields: {},
});
const mark: StreamEvent = { kind: 'ram-mark', offset: 0, flags: 0x200, name: 'MULTIFD_FLUSH' };

const blocks: StreamEvent = {
  kind: 'ram-blocks',
  offset: 0,
  length: 0,
  total: 0,
  blocks: [{ index: 0, name: 'b', usedLength: 0, declared: true }],
};

const vmdescText = (text: string): StreamEvent => ({
  kind: 'vmdesc',
  offset: 0,
  length: text.length,
  description: parseVmdesc(text),
});

/** A vmdesc whose one device has these fields. */
function vmdesc(...fields: object[]): StreamEvent {
  return vmdescText(JSON.stringify({ devices: [{ name: 'd', instance_id: 0, vmsd_name: 'd', version: 1, fields }] }));
}

const element = (index?: number, more: object = {}): object => ({
  name: 'a',
  type: 'struct',
  size: 0,
  ...(index !== undefined && { index }),
  struct: { vmsd_name: 's', version: 1, fields: [] },
  ...more,
});

function pages(...kinds: number[]): PageBatch {
  const batch = new PageBatch([]);
  batch.length = kinds.length;
  kinds.forEach((kind, i) => {
    batch.kind[i] = kind;
    batch.kinds |= 1 << kind;
  });
  return batch;
}

function guess(events: readonly (StreamEvent | PageBatch)[]) {
  const watcher = new TraceWatcher();
  for (const event of events) {
    if (event instanceof PageBatch) watcher.pages(event);
    else watcher.event(event);
  }
  return watcher.guess();
}

const ADVISE = command(3, { targetPageSize: 4096, pageSizeSummary: 4096n });
const MAPPED = configuration({ capabilities: ['mapped-ram'] });

/** What makes each trace seen: its text, or a trace that says more, becomes the evidence. */
const WAYS: Record<TraceName, (StreamEvent | PageBatch)[]> = {
  configuration: [configuration()],
  'target-page-bits': [configuration({ pageBits: 12 })],
  capabilities: [configuration({ capabilities: [] })],
  uuid: [configuration({ uuid: 'u' })],
  'mapped-ram': [MAPPED],
  'mapped-ram-ignored': [MAPPED, blocks],
  command: [command(1)],
  'recovery-command': [command(9)],
  'enable-colo': [command(8)],
  'switchover-start': [command(11)],
  'ping-packaged': [ADVISE, command(2, { value: 0x42 }, true), command(5, {}, true)],
  'no-ping-packaged': [ADVISE, command(5, {}, true)],
  xbzrle: [pages(PAGE_XBZRLE)],
  'compressed-pages': [pages(PAGE_COMPRESSED)],
  'multifd-flush': [mark],
  'block-section': [section('block', 'start')],
  'early-full': [section('virtio')],
  'apic-first': [section('ram', 'start'), section('apic'), section('timer')],
  'timer-first': [section('ram', 'start'), section('timer'), section('apic')],
  'vfio-init-data-sent': [record('DEV_INIT_DATA_SENT')],
  'vfio-config-load-ready': [record('DEV_CONFIG_LOAD_READY')],
  'vmdesc-spaced': [vmdescText('{"devices" : []}')],
  'vmdesc-compact': [vmdescText('{"devices": [], "configuration": {}}')],
  'vmdesc-configuration': [vmdescText('{"devices": [], "configuration": {}}')],
  'vmdesc-no-configuration': [vmdescText('{"devices": []}')],
  'vmdesc-index-all': [vmdesc(element(0), element(1))],
  'vmdesc-index-some': [vmdesc(element(0), element())],
  'vmdesc-index-none': [vmdesc(element(), element())],
  'vmdesc-nullptr': [vmdesc({ name: 'p', type: 'nullptr', size: 1 })],
  'vmdesc-ptr-marker': [vmdesc({ name: 'p', type: 'ptr-marker', size: 1 })],
};

/** The traces that a way shows besides its own. */
const ALSO: Partial<Record<TraceName, TraceName[]>> = {
  'target-page-bits': ['configuration'],
  capabilities: ['configuration'],
  uuid: ['configuration'],
  'mapped-ram': ['capabilities'],
  'mapped-ram-ignored': ['mapped-ram'],
  'recovery-command': ['command'],
  'enable-colo': ['command'],
  'switchover-start': ['command'],
  'ping-packaged': ['command'],
  'no-ping-packaged': ['command'],
  'vmdesc-spaced': ['vmdesc-no-configuration'],
  'vmdesc-compact': ['vmdesc-configuration'],
  'vmdesc-configuration': ['vmdesc-compact'],
  'vmdesc-no-configuration': ['vmdesc-compact'],
  'vmdesc-index-all': ['vmdesc-compact', 'vmdesc-no-configuration'],
  'vmdesc-index-some': ['vmdesc-compact', 'vmdesc-no-configuration'],
  'vmdesc-index-none': ['vmdesc-compact', 'vmdesc-no-configuration'],
  'vmdesc-nullptr': ['vmdesc-compact', 'vmdesc-no-configuration'],
  'vmdesc-ptr-marker': ['vmdesc-compact', 'vmdesc-no-configuration'],
};

describe('TraceWatcher', () => {
  it.each(Object.keys(TRACES) as TraceName[])('sees %s', (name) => {
    expect(guess(WAYS[name])).toEqual(guessQemu([...(ALSO[name] ?? []), name], undefined));
  });

  it('takes the machine type into account', () => {
    expect(guess([configuration({ machine: 'pc-q35-9.2' })]).guess).toBe('9.2 or later');
  });

  it.each<[string, (StreamEvent | PageBatch)[], string]>([
    ['device state behind RAM', [section('ram', 'start'), section('virtio')], 'unknown'],
    ['a package without ADVISE (COLO)', [command(5, {}, true)], '2.5 or later'],
    ['POSTCOPY_RUN outside a package', [ADVISE, command(5)], '2.5 or later'],
    ['a PING of another number', [ADVISE, command(2, { value: 1 }, true)], '2.5 or later'],
    ['PART of a block section', [section('block', 'part')], 'unknown'],
    ['a missing place in a file that is not mapped-ram', [configuration({ capabilities: [] }), blocks], '4.0 or later'],
    ['EOS', [{ kind: 'ram-mark', offset: 0, flags: 0x10, name: 'EOS' }], 'unknown'],
  ])('makes nothing of %s', (_name, events, expected) => {
    expect(guess(events).guess).toBe(expected);
  });

  it('does not take fields of one name for an array that are no array', () => {
    const plain = { name: 'a', type: 'uint8', size: 1 };
    const known = guessQemu(['vmdesc-compact', 'vmdesc-no-configuration'], undefined);
    expect(guess([vmdesc(plain, plain)])).toEqual(known);
    expect(guess([vmdesc(element(undefined, { array_len: 2 }), element(undefined, { array_len: 2 }))])).toEqual(known);
  });

  it('looks into structs and subsections', () => {
    const fields = [element(0), element()];
    const inner = { name: 'i', type: 'struct', size: 0, struct: { vmsd_name: 's', version: 1, fields } };
    expect(guess([vmdesc(inner)]).since).toBe('9.2');
  });
});
