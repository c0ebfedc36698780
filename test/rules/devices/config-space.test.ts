import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { section, sections, stream } from './streams.js';

describe('config-space', () => {
  const real = section('10.0-pci-bridges', 'ioh-3240-express-root-port');
  /** Where the config space begins. */
  const start = real.at(real.places().find((place) => place.endsWith('vendor id'))!);
  const first = real.payload[start + 0x34]!;

  it.each([
    ['whose list comes back to its start', first + 1, [first], 'comes back'],
    ['whose list leads into the header', 0x34, [0x20], 'leads to 0x20'],
    ['whose list leads to no capability', 0x34, [0xf8], 'no capability at 0xf8'],
    ['of a header type that there is not', 0x0e, [0x05], 'header type 5'],
    ['whose extended list comes back', 0x102, [0x02, 0x10], 'comes back to 0x100'],
  ])('refuses a function %s', async (_, register, bytes, says) => {
    const made = stream([real.with(start + register, ...bytes)]);
    const findings = await judgeMain(made.bytes);
    expect(brief(findings)).toEqual([['config-space', 'error', 'main', made.at(0) + start + register]]);
    expect(findings[0]!.message).toContain(says);
  });

  it.each(['10.0-pci-bridges', '10.0-pci-functions', '5.2-pci-net', '11.1-pci-net'])(
    'is silent about %s',
    async (name) => {
      expect(await judgeMain(stream(sections(name)).bytes)).toEqual([]);
    },
  );
});
