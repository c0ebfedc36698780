import { describe, expect, it } from 'vitest';
import { decodeReturnPath } from '../../src/stream/return-path.js';
import { run, runAllWays, type Outcome } from './channel-harness.js';
import { bytes } from './sections/harness.js';

const PONG = '0002 0004 00000001';
const SHUT = '0001 0004 00000000';

// Captured from QEMU 10.0: precopy with switchover-ack and no device that needs one.
const SWITCHOVER = bytes(`
  0007 0000              # SWITCHOVER_ACK
  0002 0004 00000001     # PONG of the setup
  0001 0004 00000000     # SHUT
`);

// Captured from QEMU 11.1: postcopy.
const POSTCOPY = bytes(`
  0002 0004 00000001
  0002 0004 00000002     # before the package
  0002 0004 00000004     # behind it
  0003 0013 0000000003fde000 00001000 06 "pc.ram"
  0004 000c 0000000003fdf000 00001000
  0002 0004 00000003     # in the package
  0002 0004 00000042     # QEMU_VM_PING_PACKAGED_LOADED
  0001 0004 00000000
`);

// Captured from QEMU 11.1: recovery, the bitmaps of the smaller blocks.
const RECOVERY = bytes(`
  0005 0015 14 "/rom@etc/acpi/tables" 0000000000000008 ffffffff00000000 0123456789abcdef
  0005 0008 07 "pc.bios"              0000000000000008 ffffffffffffffff 0123456789abcdef
  0005 0013 12 "/rom@etc/acpi/rsdp"   0000000000000008 0100000000000000 0123456789abcdef
  0006 0004 00000001
  0001 0004 00000000
`);

// Captured from QEMU 11.1: COLO, two checkpoints of three.
const COLO = bytes(`
  0002 0004 00000001
  0001 0004 00000000
  00000000                      # CHECKPOINT_READY
  00000002 00000005 00000006    # CHECKPOINT_REPLY, VMSTATE_RECEIVED, VMSTATE_LOADED
  00000002 00000005 00000006
`);

const messages = ({ events }: Outcome): unknown[] =>
  events.flatMap((event) =>
    event.kind === 'message' ? [[event.name, event.type, event.offset, event.length, event.fields]] : [],
  );
const names = ({ events }: Outcome): string[] =>
  events.flatMap((event) => (event.kind === 'message' ? [event.name] : []));
const skipped = ({ events }: Outcome): unknown[] =>
  events.flatMap((event) => (event.kind === 'skipped' ? [[event.offset, event.length]] : []));

async function expectWhole(data: Uint8Array): Promise<Outcome> {
  const outcome = await runAllWays(data, decodeReturnPath);
  expect(outcome.problems).toEqual([]);
  expect(outcome.events[0]).toEqual({ kind: 'begin', offset: 0, channel: 'test', role: 'return-path' });
  const { length } = data;
  expect(outcome.end).toEqual({
    kind: 'end',
    offset: length,
    bytes: length,
    explainedBytes: length,
    lastGoodOffset: length,
    complete: true,
  });
  return outcome;
}

describe('return path', () => {
  it('reads answers', async () => {
    expect(messages(await expectWhole(SWITCHOVER))).toEqual([
      ['SWITCHOVER_ACK', 7, 0, 4, {}],
      ['PONG', 2, 4, 8, { value: 1 }],
      ['SHUT', 1, 12, 8, { status: 0 }],
    ]);
  });

  it('reads requests for pages', async () => {
    expect(messages(await expectWhole(POSTCOPY)).slice(3, 5)).toEqual([
      ['REQ_PAGES_ID', 3, 24, 23, { start: 0x3fde000, length: 0x1000, block: 'pc.ram' }],
      ['REQ_PAGES', 4, 47, 16, { start: 0x3fdf000, length: 0x1000 }],
    ]);
  });

  it('counts the bits of a bitmap, which its length leaves out', async () => {
    expect(messages(await expectWhole(RECOVERY))).toEqual([
      ['RECV_BITMAP', 5, 0, 49, { block: '/rom@etc/acpi/tables', size: 8, received: 32 }],
      ['RECV_BITMAP', 5, 49, 36, { block: 'pc.bios', size: 8, received: 64 }],
      ['RECV_BITMAP', 5, 85, 47, { block: '/rom@etc/acpi/rsdp', size: 8, received: 1 }],
      ['RESUME_ACK', 6, 132, 8, { value: 1 }],
      ['SHUT', 1, 140, 8, { status: 0 }],
    ]);
  });

  it('never keeps a bitmap', async () => {
    const size = 5 << 20;
    const head = bytes('0005 0007 06 "pc.ram" 0000000000500000');
    const data = Buffer.concat([head, Buffer.alloc(size, 0x0f), bytes(`0123456789abcdef ${SHUT}`)]);
    let largest = 0;
    const outcome = await run(data, async (cursor, out) => {
      await decodeReturnPath(cursor, out);
      largest = cursor.buffer.length;
    });
    expect(messages(outcome)[0]).toEqual([
      'RECV_BITMAP',
      5,
      0,
      head.length + size + 8,
      { block: 'pc.ram', size, received: 4 * size },
    ]);
    expect(largest).toBeLessThanOrEqual(1 << 20);
  });

  it('reads the words of COLO', async () => {
    const outcome = await expectWhole(COLO);
    expect(names(outcome)).toEqual([
      'PONG',
      'SHUT',
      'COLO_CHECKPOINT_READY',
      'COLO_CHECKPOINT_REPLY',
      'COLO_VMSTATE_RECEIVED',
      'COLO_VMSTATE_LOADED',
      'COLO_CHECKPOINT_REPLY',
      'COLO_VMSTATE_RECEIVED',
      'COLO_VMSTATE_LOADED',
    ]);
    expect(messages(outcome)[3]).toEqual(['COLO_CHECKPOINT_REPLY', 2, 20, 4, {}]);
    // Captured from QEMU 5.2: the secondary went away before the first checkpoint.
    expect(names(await expectWhole(bytes(`${PONG} 00000000`)))).toEqual(['PONG', 'COLO_CHECKPOINT_READY']);
    expect(names(await expectWhole(bytes('00000000 00000002')))).toHaveLength(2);
  });

  it('says when COLO leaves its order', async () => {
    const outcome = await runAllWays(bytes(`${PONG} 00000000 00000002 00000006 00000002`), decodeReturnPath);
    expect(outcome.problems).toEqual([['return-path-colo', 16, 'COLO message']]);
    expect(names(outcome)).toHaveLength(5);
  });

  it('is not complete without SHUT, and good to its last message', async () => {
    for (const data of [bytes(''), bytes(PONG)]) {
      const { end, problems } = await runAllWays(data, decodeReturnPath);
      expect(problems).toEqual([]);
      expect([end.complete, end.explainedBytes, end.lastGoodOffset]).toEqual([false, data.length, data.length]);
    }
  });

  it.each([
    ['SWITCHOVER', SWITCHOVER],
    ['POSTCOPY', POSTCOPY],
    ['RECOVERY', RECOVERY],
    ['COLO', COLO],
  ])('keeps every message before a cut: %s', async (_, data) => {
    const whole = await run(data, decodeReturnPath);
    const ends = whole.events.flatMap((event) => (event.kind === 'message' ? [event.offset + event.length] : []));
    for (let cut = 0; cut < data.length; cut++) {
      const outcome = await runAllWays(data.subarray(0, cut), decodeReturnPath);
      const good = Math.max(0, ...ends.filter((end) => end <= cut));
      expect(outcome.end.lastGoodOffset).toBe(good);
      expect(outcome.end.explainedBytes).toBe(good);
      expect(outcome.problems.map(([rule]) => rule)).toEqual(cut === good ? [] : ['truncated']);
      expect(names(outcome)).toEqual(names(whole).slice(0, names(outcome).length));
    }
  });
});

describe('damage on the return path', () => {
  const damaged = async (text: string): Promise<Outcome> => {
    const outcome = await runAllWays(bytes(text), decodeReturnPath);
    expect(outcome.end.complete).toBe(false);
    return outcome;
  };

  it('is stepped over where the length is right', async () => {
    const outcome = await damaged(`${PONG} 0009 0004 00010004 ${PONG} ${SHUT}`);
    expect(outcome.problems).toEqual([['return-path-message', 8, 'return path message > type']]);
    expect(skipped(outcome)).toEqual([[8, 8]]);
    expect(names(outcome)).toEqual(['PONG', 'PONG', 'SHUT']);
    expect([outcome.end.explainedBytes, outcome.end.lastGoodOffset]).toEqual([24, 8]);
  });

  it('is searched through where it is not', async () => {
    const outcome = await damaged(`${PONG} deadbeef0002 0003 0013 0000000003fde000 00001000 06 "pc.ram" ${PONG}`);
    expect(outcome.problems).toEqual([['return-path-message', 8, 'return path message > type']]);
    expect(skipped(outcome)).toEqual([[8, 6]]);
    expect(names(outcome)).toEqual(['PONG', 'REQ_PAGES_ID', 'PONG']);
  });

  it('may be a length that is not of the type', async () => {
    const long = await damaged(`0002 0008 0000000100000000 ${PONG}`);
    expect(long.problems).toEqual([['return-path-length', 0, 'PONG > length']]);
    expect(skipped(long)).toEqual([[0, 12]]);
    const name = await damaged(`0003 0013 0000000003fde000 00001000 07 "pc.ram" ${PONG}`);
    expect(name.problems).toEqual([['return-path-length', 0, 'REQ_PAGES_ID > length']]);
    const nameless = await damaged(`0005 0001 00 ${PONG}`);
    expect(nameless.problems).toEqual([['return-path-length', 0, 'RECV_BITMAP > length']]);
    expect(names(nameless)).toEqual(['PONG']);
  });

  it('may be an address that no guest has', async () => {
    const outcome = await damaged(`0004 000c ffffffffffffffff 00001000 ${PONG}`);
    expect(outcome.problems).toEqual([['implausible-value', 4, 'page request start']]);
    expect(skipped(outcome)).toEqual([[0, 16]]);
  });

  it('may be a bitmap of a size that no block has', async () => {
    for (const [size, rule] of [
      ['0000000000000007', 'return-path-bitmap'],
      ['0010000000000000', 'return-path-bitmap'],
      ['ffffffffffffffff', 'implausible-value'],
    ] as const) {
      const outcome = await damaged(`0005 0007 06 "pc.ram" ${size} ${PONG} 0006 0004 00000001`);
      expect(outcome.problems.map(([name, offset]) => [name, offset])).toEqual([[rule, 11]]);
      expect(names(outcome)).toContain('RESUME_ACK');
    }
    const { problems } = await damaged('0005 0007 06 "pc.ram" 0000004000000000 ff');
    expect(problems.map(([rule]) => rule)).toEqual(['truncated']);
  });

  it('may be the mark behind a bitmap', async () => {
    const head = '0005 0008 07 "pc.bios" 0000000000000008 ffffffffffffffff';
    const mark = await runAllWays(bytes(`${head} 0123456789abcdee 0006 0004 00000001 ${SHUT}`), decodeReturnPath);
    expect(mark.problems).toEqual([['return-path-end-mark', 28, 'RECV_BITMAP pc.bios > end mark']]);
    expect(names(mark)).toEqual(['RECV_BITMAP', 'RESUME_ACK', 'SHUT']);
    // The bitmap is 8 bytes longer than its size.
    const size = await damaged(`${head} ffffffffffffffff 0123456789abcdef 0006 0004 00000001 ${PONG}`);
    expect(size.problems).toEqual([['return-path-end-mark', 28, 'RECV_BITMAP pc.bios > end mark']]);
    expect(skipped(size)).toEqual([[0, 44]]);
    expect(names(size)).toEqual(['RESUME_ACK', 'PONG']);
  });

  it('may be a file that was never written to its end', async () => {
    const outcome = await damaged(`${PONG} ${'00'.repeat(40)}`);
    expect(outcome.problems).toEqual([['truncated', 8, 'return path message > type']]);
    expect(outcome.end.explainedBytes).toBe(8);
  });

  it('never throws, and accounts for every byte', async () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) % below;
    for (let round = 0; round < 300; round++) {
      const data = Buffer.concat([POSTCOPY, RECOVERY, COLO]);
      for (let n = 0; n < 3; n++) data[random(data.length)] = random(256);
      const { end, events } = await runAllWays(data, decodeReturnPath);
      const gaps = events.reduce((sum, event) => (event.kind === 'skipped' ? sum + event.length : sum), 0);
      expect(end.explainedBytes).toBeGreaterThanOrEqual(0);
      expect(end.explainedBytes + gaps).toBeLessThanOrEqual(data.length);
    }
  });
});
