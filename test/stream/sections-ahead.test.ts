import { describe, expect, it } from 'vitest';
import { Cursor } from '../../src/bytes/cursor.js';
import { MemorySource } from '../../src/bytes/source.js';
import { Emitter } from '../../src/stream/emitter.js';
import { MainChannelDecoder } from '../../src/stream/main-channel.js';
import { type SectionAhead, sectionsAhead } from '../../src/stream/sections-ahead.js';
import { locateVmdesc } from '../../src/stream/vmdesc-lookup.js';
import { join } from '../build/bytes.js';
import { raw, vmdescText, vmsdPayload } from '../build/device.js';
import { full, vmdesc } from '../build/elements.js';
import { DEVICES, fullSections, SERIAL, TIMER } from '../build/samples.js';
import { precopy } from '../rules/streams.js';
import { decode } from '../build/decode.js';
import { readFixture } from '../fixtures.js';

function ahead(bytes: Buffer, wanted: (name: string) => boolean = () => true): readonly SectionAhead[] {
  const source = new MemorySource(bytes, 'm');
  return sectionsAhead(source, locateVmdesc(source)!, ({ name }) => wanted(name));
}

describe('sectionsAhead', () => {
  it('finds the sections at the end in their order, each where it will be met', async () => {
    const { bytes } = precopy();
    const found = ahead(bytes);
    expect(found.map(({ idstr }) => idstr)).toEqual(DEVICES.map(({ idstr }) => idstr));
    const met = (await decode(bytes, { wantsDeviceState: true })).of('device-state');
    expect(found.map(({ offset, id, instance, version }) => [offset, id, instance, version])).toEqual(
      met.map(({ offset, id, instance, version }) => [offset, id, instance, version]),
    );
    expect(found.map(({ payload }) => Buffer.from(payload))).toEqual(DEVICES.map(vmsdPayload));
  });

  it('finds all of a real stream', () => {
    expect(ahead(readFixture('microvm-7.2'))).toHaveLength(15);
  });

  it('hands on what is wanted alone', () => {
    expect(ahead(precopy().bytes, (name) => name === TIMER.idstr).map(({ idstr }) => idstr)).toEqual([TIMER.idstr]);
  });

  it('steps over what the vmdesc describes wrongly, and over what is not there', () => {
    const wrong = { ...SERIAL, fields: [raw('a', Buffer.alloc(3))] };
    const described = vmdesc(vmdescText([TIMER, wrong]));
    expect(ahead(precopy({ vmdesc: described }).bytes).map(({ idstr }) => idstr)).toEqual([TIMER.idstr]);
    const missing = precopy({ devices: fullSections([TIMER]) }).bytes;
    expect(ahead(missing).map(({ idstr }) => idstr)).toEqual([TIMER.idstr]);
  });

  it('wants the footer', () => {
    const devices = join(
      ...DEVICES.map((device) => full({ ...device, idstr: device.idstr }, vmsdPayload(device), false)),
    );
    expect(ahead(precopy({ devices }).bytes)).toEqual([]);
  });
});

describe('device-ahead', () => {
  it('comes behind the configuration, where somebody asks for it and the source can seek', async () => {
    const { bytes } = precopy();
    const kinds = async (seekable: boolean, wanted: boolean): Promise<string[]> => {
      const seen: string[] = [];
      const source = new MemorySource(bytes, 'm', { seekable });
      const sink = {
        event: ({ kind }: { kind: string }) => void seen.push(kind),
        ...(wanted && { wantsAhead: () => true }),
      };
      await new MainChannelDecoder(new Cursor(source), new Emitter([sink], 'm'), { role: 'main' }).decode();
      return seen;
    };
    expect((await kinds(true, true)).slice(0, 6)).toEqual([
      'begin',
      'header',
      'configuration',
      'device-ahead',
      'device-ahead',
      'section-start',
    ]);
    expect(await kinds(true, false)).not.toContain('device-ahead');
    expect(await kinds(false, true)).not.toContain('device-ahead');
  });
});
