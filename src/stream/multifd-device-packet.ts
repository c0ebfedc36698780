/** Reads a packet of device state; wire/multifd.ts and wire/vfio-packet.ts have the layouts. */
import { type Cursor, printable } from '../bytes/cursor.js';
import { hex } from '../finding.js';
import {
  MULTIFD_DEVICE_STATE_FIELDS,
  MULTIFD_DEVICE_STATE_SIZE,
  MULTIFD_FLAG_SYNC,
  MULTIFD_IDSTR_AT,
  MULTIFD_NAME_SIZE,
  multifdName,
} from '../wire/multifd.js';
import {
  VFIO_DEVICE_STATE_CONFIG_STATE,
  VFIO_DEVICE_STATE_PACKET,
  VFIO_DEVICE_STATE_PACKET_VER_CURRENT,
  VFIO_INVALID_INDEX,
} from '../wire/vfio-packet.js';
import type { Emitter } from './emitter.js';

/**
 * Reads the packet at the cursor and reports it, unless its payload cannot be taken apart.
 *
 * @throws DecodeError `truncated` inside the packet, `unsupported` for a payload beyond what the cursor holds at once
 */
export async function readDevicePacket(cursor: Cursor, out: Emitter, flags: number): Promise<void> {
  const offset = cursor.offset;
  await cursor.need(MULTIFD_DEVICE_STATE_SIZE, 'multifd device state packet header');
  const header = cursor.bytes(MULTIFD_DEVICE_STATE_SIZE);
  const room = header.subarray(MULTIFD_IDSTR_AT, MULTIFD_IDSTR_AT + MULTIFD_NAME_SIZE);
  const fieldsAt = MULTIFD_IDSTR_AT + MULTIFD_NAME_SIZE;
  const fields = MULTIFD_DEVICE_STATE_FIELDS.parse(header.subarray(fieldsAt), offset + fieldsAt);
  const idstr = printable(multifdName(room) ?? room);
  const { instanceId, nextPacketSize } = fields;

  const wrong = (message: string, at: number, length: number, expected: string, found: string): void => {
    const place = { offset: at, length, path: `multifd device state packet > ${idstr}` };
    out.problem('multifd-device-packet', `device state packet of ${idstr}: ${message}`, place, { expected, found });
  };
  if (flags & MULTIFD_FLAG_SYNC) wrong('it says SYNC', offset + 8, 4, 'no SYNC', hex(flags));
  if (!multifdName(room)) wrong('idstr without an end', offset + MULTIFD_IDSTR_AT, room.length, 'a NUL', 'none');
  if (nextPacketSize < VFIO_DEVICE_STATE_PACKET.size) {
    wrong('too short', offset + fieldsAt + 4, 4, `at least ${VFIO_DEVICE_STATE_PACKET.size}`, `${nextPacketSize}`);
    await cursor.need(nextPacketSize, 'multifd device state');
    cursor.bytes(nextPacketSize);
    return;
  }

  await cursor.need(nextPacketSize, 'multifd device state');
  const payloadAt = cursor.offset;
  const head = VFIO_DEVICE_STATE_PACKET.parse(cursor.bytes(VFIO_DEVICE_STATE_PACKET.size), payloadAt);
  const data = cursor.bytes(nextPacketSize - VFIO_DEVICE_STATE_PACKET.size);
  if (head.version !== VFIO_DEVICE_STATE_PACKET_VER_CURRENT) {
    wrong(`version ${head.version}`, payloadAt, 4, `${VFIO_DEVICE_STATE_PACKET_VER_CURRENT}`, `${head.version}`);
    return;
  }
  if (head.idx === VFIO_INVALID_INDEX) wrong('invalid index', payloadAt + 4, 4, 'an index', hex(head.idx));
  out.event({
    kind: 'device-packet',
    offset,
    length: MULTIFD_DEVICE_STATE_SIZE,
    payloadLength: nextPacketSize,
    idstr,
    instance: instanceId,
    index: head.idx,
    flags: head.flags,
    config: (head.flags & VFIO_DEVICE_STATE_CONFIG_STATE) !== 0,
    data,
  });
}
