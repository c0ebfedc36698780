/** The handlers that send state in rounds, by the idstr of their sections. */
import { findSectionDecoder } from '../stream/sections/index.js';

/** True for sections that START, PART and END belong to (`save_live_iterate`); all other devices have FULL alone. */
export function isIterable(idstr: string): boolean {
  return idstr === 'ram' || (findSectionDecoder(idstr)?.kinds.includes('start') ?? false);
}

/** True for handlers that go on sending behind the switch (`has_postcopy`). */
export function isPostcopiable(idstr: string): boolean {
  return idstr === 'ram' || idstr === 'dirty-bitmap';
}

/** False for sections that a machine may send or not, whatever its devices are. */
export function isSentByAll(idstr: string): boolean {
  return !/^(globalstate|dirty-bitmap|block|slirp|kvmclock|cpu_common|.*\/virtio-mem-device-early)$/.test(idstr);
}

/** True for device state that is sent at the setup (`early_setup`, since 8.0). */
export function isEarly(idstr: string): boolean {
  return idstr.endsWith('-early');
}
