import { beforeAll, describe, expect, it } from 'vitest';
import { parseVmstateDump, type VmstateDump } from '../../../src/vmstate/dump.js';
import { withoutPages } from '../../build/without-pages.js';
import { fixtureText, readFixture } from '../../fixtures.js';
import { judgeStream } from '../harness.js';

/** What a real 11.1 dumped for another machine type of the PC; its device classes are those of all of them. */
const DUMP = fixtureText('vmstate-dumps/11.1-x86_64-pc-i440fx-5.2.json');

let stream: Buffer;

beforeAll(async () => {
  stream = await withoutPages(readFixture('11.1-x86_64-precopy-stopped-exec'), 60);
});

async function faults(vmstate: VmstateDump): Promise<readonly unknown[]> {
  const findings = await judgeStream(stream, { target: { vmstate } });
  return findings
    .filter(({ rule }) => rule === 'target-field-layout')
    .map(({ section, severity, message }) => [section, severity, message]);
}

/** The dump with one key of a field changed. */
function changed(vmsd: string, name: string, change: (field: Record<string, unknown>) => void): VmstateDump {
  interface Node {
    name: string;
    Fields: { field: string; [key: string]: unknown }[];
  }
  const dump = JSON.parse(DUMP) as Record<string, { Description?: Node }>;
  for (const { Description } of Object.values(dump)) {
    if (Description?.name === vmsd) change(Description.Fields.find(({ field }) => field === name)!);
  }
  return parseVmstateDump(JSON.stringify(dump));
}

describe('target-field-layout', () => {
  it('is silent about a real destination that loads the stream', async () => {
    expect(await faults(parseVmstateDump(DUMP))).toEqual([]);
  });

  it('names a field that has another size there', async () => {
    expect(
      await faults(
        changed('hpet', 'config', (field) => {
          field.size = 4;
        }),
      ),
    ).toEqual([['hpet', 'error', 'section hpet: field config has 8 bytes, the destination reads 4']]);
  });

  it('names one that the destination does not have', async () => {
    expect(
      await faults(
        changed('vmmouse', 'status', (field) => {
          field.version_id = 9;
        }),
      ),
    ).toEqual([['vmmouse', 'error', 'section vmmouse: field status of 2 bytes, which the destination does not read']]);
  });
});
