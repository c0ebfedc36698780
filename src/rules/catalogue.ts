/** All rules, family by family. */
import { recoveryOrder } from './commands/recovery-order.js';
import { postcopyPageTwice } from './ram/postcopy-page-twice.js';
import { pageNeverArrives } from './ram/page-never-arrives.js';
import { preemptPageUnrequested } from './ram/preempt-page-unrequested.js';
import { hostPageSplit } from './ram/host-page-split.js';
import { markWithAddress } from './ram/mark-with-address.js';
import { mappedRamArea } from './mapped-ram/mapped-ram-area.js';
import { mappedRamStrayBits } from './mapped-ram/mapped-ram-stray-bits.js';
import { mappedRamBitmapEmpty } from './mapped-ram/mapped-ram-bitmap-empty.js';
import { mappedRamRecord } from './mapped-ram/mapped-ram-record.js';
import { mappedRamCommand } from './mapped-ram/mapped-ram-command.js';
import { mappedRamIgnoreShared } from './mapped-ram/mapped-ram-ignore-shared.js';
import { mappedRamPageSize } from './mapped-ram/mapped-ram-page-size.js';
import { syncMissingBeforePostcopy } from './multifd/sync-missing-before-postcopy.js';
import { syncCount } from './multifd/sync-count.js';
import { packetOutsideGeneration } from './multifd/packet-outside-generation.js';
import { packetNumber } from './multifd/packet-number.js';
import { pageTwiceInGeneration } from './multifd/page-twice-in-generation.js';
import { pagesBeforeFirstSync } from './multifd/pages-before-first-sync.js';
import { pagesBehindLastSync } from './multifd/pages-behind-last-sync.js';
import { syncWithPages } from './multifd/sync-with-pages.js';
import { emptyPacket } from './multifd/empty-packet.js';
import { pageOnMain } from './multifd/page-on-main.js';
import { unusedBytes } from './multifd/unused-bytes.js';
import { sizeWithoutPages } from './multifd/size-without-pages.js';
import { methodBetweenChannels } from './multifd/method-between-channels.js';
import { packetsForOldTarget } from './multifd/packets-for-old-target.js';
import { devicePacketsMissing } from './device-state/device-packets-missing.js';
import { devicePacketOrder } from './device-state/device-packet-order.js';
import { devicePacketForm } from './device-state/device-packet-form.js';
import { devicePacketSection } from './device-state/device-packet-section.js';
import { devicePacketsWithoutSwitchover } from './device-state/device-packets-without-switchover.js';
import { devicePacketsBeside } from './device-state/device-packets-beside.js';
import { deviceStateOnBoth } from './device-state/device-state-on-both.js';
import { vfioWordMisplaced } from './device-state/vfio-word-misplaced.js';
import { vfioInitDataSent } from './device-state/vfio-init-data-sent.js';
import { vfioConfigLoadReady } from './device-state/vfio-config-load-ready.js';
import { pongWithoutPing } from './return-path/pong-without-ping.js';
import { destinationFailed } from './return-path/destination-failed.js';
import { messageBehindShut } from './return-path/message-behind-shut.js';
import { shutMissing } from './return-path/shut-missing.js';
import { pageRequestInvalid } from './return-path/page-request-invalid.js';
import { pageRequestWithoutPostcopy } from './return-path/page-request-without-postcopy.js';
import { recoveryAnswers } from './return-path/recovery-answers.js';
import { switchoverAckTwice } from './return-path/switchover-ack-twice.js';
import { returnPathUnasked } from './return-path/return-path-unasked.js';
import { multifdChannelMissing } from './channels/multifd-channel-missing.js';
import { multifdNotCaptured } from './channels/multifd-not-captured.js';
import { multifdUuid } from './channels/multifd-uuid.js';
import { preemptWithoutPostcopy } from './channels/preempt-without-postcopy.js';
import { preemptEndMark } from './channels/preempt-end-mark.js';
import { preemptForOldTarget } from './channels/preempt-for-old-target.js';
import type { Rule } from './rule.js';

export const RULES: readonly Rule[] = [
  // commands
  recoveryOrder,
  // ram
  postcopyPageTwice,
  pageNeverArrives,
  preemptPageUnrequested,
  hostPageSplit,
  markWithAddress,
  // mapped-ram
  mappedRamArea,
  mappedRamStrayBits,
  mappedRamBitmapEmpty,
  mappedRamRecord,
  mappedRamCommand,
  mappedRamIgnoreShared,
  mappedRamPageSize,
  // multifd
  syncMissingBeforePostcopy,
  syncCount,
  packetOutsideGeneration,
  packetNumber,
  pageTwiceInGeneration,
  pagesBeforeFirstSync,
  pagesBehindLastSync,
  syncWithPages,
  emptyPacket,
  pageOnMain,
  unusedBytes,
  sizeWithoutPages,
  methodBetweenChannels,
  packetsForOldTarget,
  // device-state
  devicePacketsMissing,
  devicePacketOrder,
  devicePacketForm,
  devicePacketSection,
  devicePacketsWithoutSwitchover,
  devicePacketsBeside,
  deviceStateOnBoth,
  vfioWordMisplaced,
  vfioInitDataSent,
  vfioConfigLoadReady,
  // return-path
  pongWithoutPing,
  destinationFailed,
  messageBehindShut,
  shutMissing,
  pageRequestInvalid,
  pageRequestWithoutPostcopy,
  recoveryAnswers,
  switchoverAckTwice,
  returnPathUnasked,
  // channels
  multifdChannelMissing,
  multifdNotCaptured,
  multifdUuid,
  preemptWithoutPostcopy,
  preemptEndMark,
  preemptForOldTarget,
];

/** The rule with this code (`MIG201`, any case) or name. */
export function findRule(codeOrName: string): Rule | undefined {
  const wanted = codeOrName.toLowerCase();
  return RULES.find(({ meta }) => meta.code.toLowerCase() === wanted || meta.name === wanted);
}
