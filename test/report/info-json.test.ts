import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CaptureModel } from '../../src/model/capture-model.js';
import { readStream } from '../../src/read.js';
import { infoDocument } from '../../src/report/info-json.js';
import { jsonDocument } from '../../src/bytes/json.js';
import type { StreamEvent } from '../../src/stream/events.js';
import { EVENTS, FINDING, play } from './samples.js';
import { expectValid } from './schemas.js';

const FIXTURE = join(import.meta.dirname, '../../fixtures/microvm-7.2.bin');

function documentOf(events: readonly StreamEvent[]): Record<string, unknown> {
  const model = new CaptureModel();
  play(model.channel('vm'), events);
  const document = infoDocument({ capture: 'vm', layers: ['file'] }, model.summary());
  return JSON.parse(jsonDocument(document)) as Record<string, unknown>;
}

describe('infoDocument', () => {
  it('is what the schema says, for a stream that has everything', () => {
    const document = documentOf(EVENTS);
    expectValid('info', document);
    expect(document).toMatchObject({
      complete: false,
      machine: 'pc-q35-9.2',
      pageSize: 4096,
      pageSizeEvidence: 'target-page-bits',
      uuid: '01234567-89ab-cdef-0123-456789abcdef',
      checkpoints: 1,
      footers: true,
      vmdesc: { offset: 951, bytes: 500, devices: 1 },
      trailing: { offset: 1600, length: 12, zeros: false },
      skipped: [{ offset: 0x300, length: 1 }],
      problems: [{ code: FINDING.code, offset: 0x300 }],
    });
    expect(document.commands).toContainEqual(
      expect.objectContaining({ payload: { pageSizeSummary: `${0xffff_ffff_ffff_f000n}`, targetPageSize: 4096 } }),
    );
  });

  it('is what the schema says, for a stream that has nothing', () => {
    const ends = EVENTS.filter((event) => event.kind === 'begin' || event.kind === 'end');
    const document = documentOf(ends);
    expectValid('info', document);
    expect(document).toMatchObject({ machine: null, pageSize: null, footers: null, vmdesc: null, trailing: null });
  });

  it('is what the schema says, for a real stream', async () => {
    const model = new CaptureModel();
    const input = await readStream(FIXTURE, [model.channel(FIXTURE)]);
    const document = JSON.parse(jsonDocument(infoDocument(input, model.summary()))) as Record<string, unknown>;
    expectValid('info', document);
    expect(document).toMatchObject({
      capture: FIXTURE,
      layers: ['file'],
      complete: true,
      machine: 'microvm',
      qemu: { since: '6.0', until: '8.1' },
      channels: [{ role: 'main', bytes: 216320, explainedBytes: 216320, lastGoodOffset: 216320 }],
      sections: expect.arrayContaining([
        expect.objectContaining({
          idstr: 'ram',
          kinds: ['start', 'part', 'end'],
          counts: { start: 1, part: 1, end: 1 },
        }),
      ]) as unknown,
    });
  });
});

describe('a finding', () => {
  it('is what the schema says', () => {
    expectValid('finding', JSON.parse(jsonDocument(FINDING)));
  });
});
