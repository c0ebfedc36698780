import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settingsOf } from '../../src/cli/validate-settings.js';
import { UsageError } from '../../src/finding.js';
import { fixturePath } from '../fixtures.js';

const DUMP = '{"vmschkmachine": {"Name": "pc"}, "dev": {"version_id": 1, "minimum_version_id": 1}}';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'migscope-settings-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('settingsOf', () => {
  it('has defaults', async () => {
    expect(await settingsOf({ disable: [] })).toMatchObject({ config: {}, failOn: 'warning', target: {} });
  });

  it('takes the configuration, with paths relative to it, and options before it', async () => {
    file('dump.json', DUMP);
    file('base.json', '{"schema": "migscope/baseline/1", "entries": []}');
    const config = file(
      'config.json',
      '{"failOn": "error", "target": "9.2", "targetVmstate": "dump.json", "baseline": "base.json", "rules": {"MIG202": "info"}}',
    );
    const settings = await settingsOf({ config, disable: ['MIG130'] });
    expect(settings).toMatchObject({
      failOn: 'error',
      target: { version: '9.2', vmstate: { machine: 'pc' } },
      baselineFile: join(folder, 'base.json'),
      config: { rules: { MIG202: 'info', 'ram-flags': 'off' } },
    });
    expect(await settingsOf({ config, disable: [], failOn: 'info', target: '10.0' })).toMatchObject({
      failOn: 'info',
      target: { version: '10.0' },
    });
  });

  it('begins a baseline that is not there only when it is asked to', async () => {
    const baseline = join(folder, 'new.json');
    expect((await settingsOf({ disable: [], baseline, updateBaseline: true })).baseline.stale).toEqual([]);
    await expect(settingsOf({ disable: [], baseline })).rejects.toThrow(
      `--baseline ${baseline}: no such file; --update-baseline makes one`,
    );
    await expect(settingsOf({ disable: [], updateBaseline: true })).rejects.toThrow('--update-baseline needs');
  });

  it.each<[Record<string, unknown>, string]>([
    [{ disable: ['nonsense'] }, '--disable nonsense: there is no such rule'],
    [{ target: 'new' }, '--target new is no QEMU release'],
    [{ targetVmstate: '/no/such' }, '--target-vmstate /no/such: no such file'],
    [{ targetVmstate: '/' }, '--target-vmstate /: it is a directory'],
    [{ targetCapture: '/no/such' }, '--target-capture /no/such: no such file'],
    [{ config: '/no/such' }, '--config /no/such: no such file'],
  ])('names what is wrong with %o in one line', async (parsed, words) => {
    const said: unknown = await settingsOf({ disable: [], ...parsed }).catch((error: unknown) => error);
    expect(said).toBeInstanceOf(UsageError);
    expect((said as UsageError).message).toContain(words);
    expect((said as UsageError).message).not.toContain('\n');
  });

  it('reads the stream of the destination', async () => {
    const targetCapture = fixturePath('diff/virtio-rng-7.2.bin').pathname;
    const { target } = await settingsOf({ disable: [], targetCapture });
    expect(target.capture!.machine).toBe('pc-q35-7.2');
    expect(target.capture!.devices.has('0000:00:06.0/virtio-rng')).toBe(true);
  });

  it('says what a dump is not', async () => {
    const targetVmstate = file('stream.bin', 'QEVM');
    await expect(settingsOf({ disable: [], targetVmstate })).rejects.toThrow('is not what -dump-vmstate writes');
  });
});
