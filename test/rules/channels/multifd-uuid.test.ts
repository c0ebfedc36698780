import { describe, expect, it } from 'vitest';
import { configuration } from '../../build/elements.js';
import { initialPacket } from '../../build/multifd.js';
import { multifd } from '../captures.js';
import { judgeCapture } from '../harness.js';

const UUID = '8e3c1f4e-64a6-4b1d-9a53-0f1d2c3b4a59';
const OTHER = '11111111-64a6-4b1d-9a53-0f1d2c3b4a59';

const withUuids = (main: string, channels: string): Readonly<Record<string, Buffer>> => {
  const uuid = channels.replaceAll('-', '');
  return multifd({
    main: { configuration: configuration('pc-q35-10.1', { pageBits: 12, uuid: main }) },
    first: { init: initialPacket({ id: 0, uuid }) },
    second: { init: initialPacket({ id: 1, uuid }) },
  }).files;
};

describe('multifd-uuid', () => {
  it('names a channel of another guest', async () => {
    const findings = await judgeCapture(withUuids(UUID, OTHER));
    expect(findings.map(({ rule, severity, offset }) => [rule, severity, offset])).toEqual([
      ['multifd-uuid', 'error', 8],
    ]);
    expect(findings[0]).toMatchObject({ expected: UUID, found: OTHER });
  });

  it('is silent where they agree', async () => {
    expect(await judgeCapture(withUuids(UUID, UUID))).toEqual([]);
  });
});
