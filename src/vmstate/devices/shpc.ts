/**
 * `shpc`: the registers of a standard hot-plug controller, in a PCI bridge, little-endian.
 *
 *     00h    4   base offset                    13h    1   programming interface
 *     04h    4   slots available 1              14h    1   command
 *     08h    4   slots available 2              15h    1   its slot
 *     0ch    1   slots (4:0)                    16h    2   status
 *     0dh    1   first device (4:0)             18h    4   interrupt locator
 *     0eh    2   physical slot                  1ch    4   SERR locator
 *     10h    2   secondary bus                  20h    4   controller SERR and interrupt
 *     12h    1   MSI control
 *     24h    4   each slot: status (2), event latch (1), event masks (1)
 *
 * Writer: `shpc_save` (hw/pci/shpc.c). Source: Standard Hot-Plug Controller specification 1.0 §4.
 */
import type { OpaqueLayout } from '../opaque.js';
import { bitField, bits } from '../meaning.js';

const SLOT = 4;
const HEADER = 0x24;

const SLOT_STATUS = bits(
  { 6: 'POWER_FAULT', 7: 'BUTTON', 8: 'MRL_OPEN', 9: '66MHZ' },
  bitField(0, 1, 'state', { 1: 'powered', 2: 'enabled', 3: 'disabled' }),
  bitField(2, 3, 'power indicator', { 1: 'on', 2: 'blink', 3: 'off' }),
  bitField(4, 5, 'attention', { 1: 'on', 2: 'blink', 3: 'off' }),
  bitField(10, 11, 'present', { 0: '7.5 W', 1: '25 W', 2: '15 W', 3: 'no' }),
);
const EVENTS = bits({ 0: 'PRESENCE', 1: 'ISOLATED_FAULT', 2: 'BUTTON', 3: 'MRL', 4: 'CONNECTED_FAULT' });
const EVENT_MASKS = bits({
  0: 'PRESENCE',
  1: 'ISOLATED_FAULT',
  2: 'BUTTON',
  3: 'MRL',
  4: 'CONNECTED_FAULT',
  5: 'MRL_SERR',
  6: 'CONNECTED_FAULT_SERR',
});

const SERR_INTERRUPT = bits({
  0: 'INT_DIS',
  1: 'SERR_DIS',
  2: 'CMD_INT_DIS',
  3: 'ARB_SERR_DIS',
  16: 'CMD_DETECTED',
  17: 'ARB_DETECTED',
});

export const SHPC: OpaqueLayout = {
  name: 'shpc',
  types: ['shpc'],
  cut(cut) {
    const slots = (cut.remaining - HEADER) / SLOT;
    cut.check(slots >= 0 && Number.isInteger(slots), `${cut.remaining} bytes are no whole number of slots`);
    cut.integer('base offset', 'le32');
    cut.integer('slots available 1', 'le32');
    cut.integer('slots available 2', 'le32');
    const configured = cut.u8('slots', bits({}, bitField(0, 4, 'slots'))) & 31;
    cut.check(configured === slots, `${configured} slots, and ${slots} have registers`);
    cut.u8('first device');
    cut.integer('physical slot', 'le16', bits({ 13: 'UP', 14: 'MRL_SENSOR', 15: 'BUTTON' }, bitField(0, 10, 'number')));
    cut.integer('secondary bus', 'le16', bits({}, bitField(0, 2, '', { 0: '33 MHz', 1: '66 MHz' })));
    cut.u8('MSI control');
    cut.u8('programming interface');
    cut.u8('command');
    cut.u8('command target');
    cut.integer('status', 'le16', bits({ 0: 'BUSY', 1: 'MRL_OPEN', 2: 'INVALID_COMMAND', 3: 'INVALID_MODE' }));
    cut.integer('interrupt locator', 'le32');
    cut.integer('SERR locator', 'le32');
    cut.integer('SERR and interrupt', 'le32', SERR_INTERRUPT);
    cut.array(
      'slot',
      slots,
      (i) => `slot ${i + 1}`,
      () => {
        cut.integer('status', 'le16', SLOT_STATUS);
        cut.u8('event latch', EVENTS);
        cut.u8('event masks', EVENT_MASKS);
      },
    );
    return `hot-plug controller of ${slots} slots`;
  },
};
