/** All rules, family by family. */
import { earlyEnd } from './framing/early-end.js';
import { vmdescCut } from './framing/vmdesc-cut.js';
import { vmdescMissing } from './framing/vmdesc-missing.js';
import { configurationMissing } from './configuration/configuration-missing.js';
import { capabilityRefused } from './configuration/capability-refused.js';
import { capabilityNotRecorded } from './configuration/capability-not-recorded.js';
import { configurationSubsectionUnknown } from './configuration/configuration-subsection-unknown.js';
import { configurationOrder } from './configuration/configuration-order.js';
import { pageSizeContradiction } from './configuration/page-size-contradiction.js';
import { machineName } from './configuration/machine-name.js';
import { targetRamBlockUnknown } from './ram/target-ram-block-unknown.js';
import { targetMachine } from './configuration/target-machine.js';
import { machineTooNew } from './configuration/machine-too-new.js';
import { capabilityConflict } from './configuration/capability-conflict.js';
import { sectionNameEmpty } from './sections/section-name-empty.js';
import { sectionIdShared } from './sections/section-id-shared.js';
import { sectionTwice } from './sections/section-twice.js';
import { startTwice } from './sections/start-twice.js';
import { iterableAsFull } from './sections/iterable-as-full.js';
import { unknownIterable } from './sections/unknown-iterable.js';
import { iterableInstance } from './sections/iterable-instance.js';
import { endMissing } from './sections/end-missing.js';
import { ramMissing } from './sections/ram-missing.js';
import { endTwice } from './sections/end-twice.js';
import { partAfterEnd } from './sections/part-after-end.js';
import { startLate } from './sections/start-late.js';
import { deviceStateBeforeRamEnd } from './sections/device-state-before-ram-end.js';
import { sectionBehindSwitch } from './sections/section-behind-switch.js';
import { bitmapRecord } from './sections/bitmap-record.js';
import { blockSectionRefused } from './sections/block-section-refused.js';
import { htabRecord } from './sections/htab-record.js';
import { keysNotSaved } from './sections/keys-not-saved.js';
import { pingWithoutReturnPath } from './commands/ping-without-return-path.js';
import { returnPathInFile } from './commands/return-path-in-file.js';
import { openingCommandLate } from './commands/opening-command-late.js';
import { returnPathTwice } from './commands/return-path-twice.js';
import { postcopyOrder } from './commands/postcopy-order.js';
import { listenOutsidePackage } from './commands/listen-outside-package.js';
import { packageContents } from './commands/package-contents.js';
import { packageOrder } from './commands/package-order.js';
import { packageEnd } from './commands/package-end.js';
import { discardRange } from './commands/discard-range.js';
import { discardOrder } from './commands/discard-order.js';
import { advisePageSizes } from './commands/advise-page-sizes.js';
import { switchoverStartMissing } from './commands/switchover-start-missing.js';
import { switchoverStartMisplaced } from './commands/switchover-start-misplaced.js';
import { recoveryCommandOutside } from './commands/recovery-command-outside.js';
import { commandRefused } from './commands/command-refused.js';
import { switchOrder } from './commands/switch-order.js';
import { recoveryOrder } from './commands/recovery-order.js';
import { undeclaredBlock } from './ram/undeclared-block.js';
import { blockListPlace } from './ram/block-list-place.js';
import { pagesNeverSent } from './ram/pages-never-sent.js';
import { zeroFill } from './ram/zero-fill.js';
import { xbzrleWithoutBase } from './ram/xbzrle-without-base.js';
import { postcopyRecord } from './ram/postcopy-record.js';
import { flushWithoutMultifd } from './ram/flush-without-multifd.js';
import { recordRefused } from './ram/record-refused.js';
import { hookRecord } from './ram/hook-record.js';
import { blockNameMissing } from './ram/block-name-missing.js';
import { backgroundSnapshotTwice } from './ram/background-snapshot-twice.js';
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
import { deviceMissing } from './vmstate/device-missing.js';
import { deviceUndescribed } from './vmstate/device-undescribed.js';
import { deviceOrder } from './vmstate/device-order.js';
import { sectionVersionMismatch } from './vmstate/section-version-mismatch.js';
import { sectionSizeMismatch } from './vmstate/section-size-mismatch.js';
import { subsectionTwice } from './vmstate/subsection-twice.js';
import { sectionContents } from './vmstate/section-contents.js';
import { subsectionVersion } from './vmstate/subsection-version.js';
import { fieldValue } from './vmstate/field-value.js';
import { runState } from './vmstate/run-state.js';
import { clockMissing } from './vmstate/clock-missing.js';
import { targetSectionVersion } from './vmstate/target-section-version.js';
import { targetSectionUnknown } from './vmstate/target-section-unknown.js';
import { targetDeviceUnknown } from './vmstate/target-device-unknown.js';
import { targetSubsectionUnknown } from './vmstate/target-subsection-unknown.js';
import { queueState } from './devices/queue-state.js';
import { queueRing } from './devices/queue-ring.js';
import { featureDependency } from './devices/feature-dependency.js';
import { deviceStatus } from './devices/device-status.js';
import { requestOutsideRam } from './devices/request-outside-ram.js';
import { elementOfPackedDevice } from './devices/element-of-packed-device.js';
import { scanoutSize } from './devices/scanout-size.js';
import { interruptPin } from './devices/interrupt-pin.js';
import { targetConfigSpace } from './devices/target-config-space.js';
import { targetFeatures } from './devices/target-features.js';
import { configSpace } from './devices/config-space.js';
import { interruptLevel } from './devices/interrupt-level.js';
import { vlanFilterSize } from './devices/vlan-filter-size.js';
import { targetFieldLayout } from './vmstate/target-field-layout.js';
import { multifdChannelMissing } from './channels/multifd-channel-missing.js';
import { multifdNotCaptured } from './channels/multifd-not-captured.js';
import { multifdUuid } from './channels/multifd-uuid.js';
import { preemptWithoutPostcopy } from './channels/preempt-without-postcopy.js';
import { preemptEndMark } from './channels/preempt-end-mark.js';
import { preemptForOldTarget } from './channels/preempt-for-old-target.js';
import type { Rule } from './rule.js';

export const RULES: readonly Rule[] = [
  // framing
  earlyEnd,
  vmdescCut,
  vmdescMissing,
  // configuration
  configurationMissing,
  capabilityRefused,
  capabilityNotRecorded,
  configurationSubsectionUnknown,
  configurationOrder,
  pageSizeContradiction,
  machineName,
  machineTooNew,
  targetMachine,
  capabilityConflict,
  // sections
  sectionNameEmpty,
  sectionIdShared,
  sectionTwice,
  startTwice,
  iterableAsFull,
  unknownIterable,
  iterableInstance,
  endMissing,
  ramMissing,
  endTwice,
  partAfterEnd,
  startLate,
  deviceStateBeforeRamEnd,
  sectionBehindSwitch,
  bitmapRecord,
  blockSectionRefused,
  htabRecord,
  keysNotSaved,
  // commands
  pingWithoutReturnPath,
  returnPathInFile,
  openingCommandLate,
  returnPathTwice,
  postcopyOrder,
  listenOutsidePackage,
  packageContents,
  packageOrder,
  packageEnd,
  discardRange,
  discardOrder,
  advisePageSizes,
  switchoverStartMissing,
  switchoverStartMisplaced,
  recoveryCommandOutside,
  commandRefused,
  switchOrder,
  recoveryOrder,
  // ram
  undeclaredBlock,
  targetRamBlockUnknown,
  blockListPlace,
  pagesNeverSent,
  zeroFill,
  xbzrleWithoutBase,
  postcopyRecord,
  flushWithoutMultifd,
  recordRefused,
  hookRecord,
  blockNameMissing,
  backgroundSnapshotTwice,
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
  // vmstate
  deviceMissing,
  deviceUndescribed,
  deviceOrder,
  sectionVersionMismatch,
  sectionSizeMismatch,
  subsectionTwice,
  sectionContents,
  subsectionVersion,
  fieldValue,
  runState,
  clockMissing,
  targetSectionVersion,
  targetDeviceUnknown,
  targetSectionUnknown,
  targetSubsectionUnknown,
  // devices
  queueState,
  queueRing,
  featureDependency,
  deviceStatus,
  requestOutsideRam,
  elementOfPackedDevice,
  scanoutSize,
  interruptPin,
  configSpace,
  interruptLevel,
  targetConfigSpace,
  targetFeatures,
  vlanFilterSize,
  targetFieldLayout,
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
