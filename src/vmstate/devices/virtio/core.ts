/**
 * The state of a virtio device: of its transport, of the core that all have, of the device, and the subsections of the core.
 *
 *     transport            `transport-*.ts`
 *     1, 1, 2              status, isr, queue_sel
 *     4                    guest_features, bits 0 to 31
 *     4, n                 config_len, config
 *     4                    number of queues, and for each: 4 size, (mmio: 4 alignment,) 8 address, 2 last_avail_idx, what the transport has beside it
 *     device               one file a device
 *     subsections          `tail.ts`
 *
 * Writer: `virtio_save` (hw/virtio/virtio.c). The layout is the same from 5.2 to 11.1; what was added came as subsections.
 */
import { type Cutter, LayoutMismatch } from '../../cutter.js';
import { ADDRESS } from '../../meaning.js';
import type { OpaqueField } from '../../opaque.js';
import { isBigEndianMachine } from '../../../wire/byte-order.js';
import { configRows, type VirtioContext, type VirtioDevice } from './device.js';
import { featureBits, featureMeanings, ISR, STATUS } from './features.js';
import { cutTail, MAX_QUEUES, type TailContext, tailFacts } from './tail.js';
import { type Transport, transportsOf } from './transport.js';

/** Bits of the status that no specification gives a meaning. */
const STATUS_RESERVED = 0x30;
/** More than any device has; QEMU's largest is that of virtio-input with 136. */
const MAX_CONFIG = 4096;
/** VIRTQUEUE_MAX_SIZE is 1024, but the queue of a split ring may have 32768 entries in later versions of the device. */
const MAX_RING = 32768;

/**
 * Cuts everything from the transport to the subsections. Where a part of it does not fit, that part stays bytes and the rest is cut.
 *
 * @throws LayoutMismatch when nothing fits
 */
export function cutVirtio(cut: Cutter, of: OpaqueField, device: VirtioDevice | undefined): void {
  const readings = transportsOf(of.idstr).map((transport) => () => core(cut, of, transport, device));
  let fits = false;
  try {
    cut.oneOf(
      ...readings.map((reading) => () => {
        const tail = reading();
        fits = true;
        cutTail(cut, tail);
      }),
    );
  } catch (error) {
    if (!(error instanceof LayoutMismatch)) throw error;
    const { distance } = tailFacts(cut);
    if (distance === cut.remaining) throw error;
    const failing = (): never => cut.fail(error.message, error.offset);
    if (!fits) {
      cut.part('core', 'buffer', distance, 'virtio', failing);
      const [transport] = transportsOf(of.idstr);
      cutTail(cut, { queues: 0, queueName: () => '', meanings: featureMeanings(device), transport: transport! });
    } else {
      cut.oneOf(...readings);
      cut.part('subsections', 'buffer', cut.remaining, 'virtio subsections', failing);
    }
  }
}

/** Everything before the subsections. @returns what they need to know of it */
function core(cut: Cutter, of: OpaqueField, transport: Transport, device: VirtioDevice | undefined): TailContext {
  const meanings = featureMeanings(device);
  const state = transport.state(cut);
  const start = cut.at;
  const tail = tailFacts(cut);
  const end = start + tail.distance;
  const status = cut.u8('status', STATUS);
  cut.check((status & STATUS_RESERVED) === 0, `the status is 0x${status.toString(16)}`);
  cut.u8('isr', ISR);
  const selected = cut.u16('queue_sel');
  cut.check(selected < MAX_QUEUES, `queue ${selected} is selected`);
  const features = new Set([...featureBits(cut.u32('guest_features', meanings.low)), ...tail.features]);
  const littleEndian = tail.littleEndian ?? !(transport.bigEndian ?? isBigEndianMachine(of.machine));
  const context = { features, packed: tail.packed, littleEndian, sectionVersion: of.sectionVersion };
  cutConfig(cut, device, { ...context, queues: 0 });
  const queues = cut.u32('num_queues');
  cut.check(queues <= MAX_QUEUES, `there are ${queues} queues`);
  const part: VirtioContext = { ...context, queues };
  const queueName = (i: number): string => device?.queue(i, queues, part) ?? `queue${i}`;
  cut.array('queues', queues, queueName, () => {
    const size = cut.u32('vring.num');
    cut.check(size > 0 && size <= MAX_RING, `a queue has ${size} entries`);
    if (transport.align) cut.u32('vring.align');
    cut.u64('vring.desc', ADDRESS);
    cut.u16('last_avail_idx');
    transport.queue?.(cut, state);
  });
  cut.check(cut.at <= end, 'the queues run into the subsections', end);
  cutPart(cut, end - cut.at, device, part);
  return { queues, queueName, meanings, transport };
}

/** The config space is what the guest last read of it: all zero where no driver ever did, and then it says nothing. */
function cutConfig(cut: Cutter, device: VirtioDevice | undefined, context: VirtioContext): void {
  const length = cut.u32('config_len');
  cut.check(length <= MAX_CONFIG, `the config space has ${length} bytes`);
  if (length === 0) return;
  if (cut.look(length).every((byte) => byte === 0)) {
    cut.bytes('config', length, 'zeros');
    return;
  }
  const config = device?.config;
  if (!config) {
    cut.bytes('config', length);
    return;
  }
  cut.part('config', 'buffer', length, `${device.name} config`, () => {
    if (typeof config === 'function') config(cut, context);
    else cut.tableUpToEnd(configRows(config, context.littleEndian));
    return `virtio-${device.name} config`;
  });
}

/** What the device saves for itself. */
function cutPart(cut: Cutter, length: number, device: VirtioDevice | undefined, context: VirtioContext): void {
  const own = device?.part;
  if (own) {
    cut.part('device', 'buffer', length, own.vmsd, () => {
      own.cut(cut, context);
      return own.vmsd;
    });
  } else if (length > 0) {
    cut.bytes('device', length);
  }
}
