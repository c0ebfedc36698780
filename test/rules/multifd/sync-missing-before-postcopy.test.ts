import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import {
  advise,
  configuration,
  discard,
  end,
  eof,
  header,
  listen,
  openReturnPath,
  packaged,
  part,
  ping,
  RAM,
  run,
  start,
  switchoverStart,
} from '../../build/elements.js';
import { initialPacket, ramPacket, syncPacket } from '../../build/multifd.js';
import { eos, flush, memSize, page, zero } from '../../build/ram.js';
import { noise } from '../../build/bytes.js';
import { judgeCapture } from '../harness.js';

const BLOCKS = [{ name: 'pc.ram', usedLength: 0x3000, pageSize: 0x1000 }];

const before = join(
  header(),
  configuration('pc-q35-10.1', { pageBits: 12 }),
  openReturnPath(),
  ping(1),
  advise(0x1000, 0x1000),
  start(RAM, join(memSize(BLOCKS), flush(), eos())),
);

/** A main channel; `prepare` is what the section before the switch holds. */
const main = (prepare: Buffer): Buffer =>
  join(
    before,
    part(RAM.id, prepare),
    switchoverStart(),
    discard('pc.ram', [0x2000, 0x1000]),
    ping(2),
    packaged(join(listen(), ping(3), ping(0x42), run())),
    ping(4),
    end(RAM.id, join(page(0x2000, noise(0x1000), 'pc.ram'), eos())),
    eof(),
  );

const pages = ramPacket({ num: 1, normal: [0x1000], zero: [0, 0x2000] });

describe('sync-missing-before-postcopy', () => {
  it('is silent where a flush stands between the pages and the switch', async () => {
    const channel = join(initialPacket(), syncPacket(0), pages, syncPacket(2));
    expect(await judgeCapture({ 'main.bin': main(join(flush(), eos())), 'channel-01.bin': channel })).toEqual([]);
  });

  it('names LISTEN and the packets that no sync follows', async () => {
    const channel = join(initialPacket(), syncPacket(0), pages);
    const bytes = main(eos());
    const findings = await judgeCapture({ 'main.bin': bytes, 'channel-01.bin': channel });
    const offset = bytes.indexOf(listen(), before.length);
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      code: 'MIG201',
      severity: 'error',
      channel: 'main.bin',
      offset,
      related: [{ channel: 'channel-01.bin', offset: 64 + 1344 }],
    });
  });

  it('is silent where nothing was sent since the last flush', async () => {
    const channel = join(initialPacket(), syncPacket(0));
    const whole = join(
      before,
      part(RAM.id, join(zero(0, 'pc.ram'), zero(0x1000), zero(0x2000), eos())),
      part(RAM.id, eos()),
      switchoverStart(),
      ping(2),
      packaged(join(listen(), ping(3), run())),
      ping(4),
      end(RAM.id, eos()),
      eof(),
    );
    expect(await judgeCapture({ 'main.bin': whole, 'channel-01.bin': channel })).toEqual([]);
  });
});
