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
import { syncMissingBeforePostcopy } from './multifd/sync-missing-before-postcopy.js';
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
import { targetDeviceUnknown } from './vmstate/target-device-unknown.js';
import { targetSubsectionUnknown } from './vmstate/target-subsection-unknown.js';
import type { Rule } from './rule.js';

export const RULES: readonly Rule[] = [
  earlyEnd,
  vmdescCut,
  vmdescMissing,
  configurationMissing,
  capabilityRefused,
  capabilityNotRecorded,
  configurationOrder,
  configurationSubsectionUnknown,
  pageSizeContradiction,
  machineTooNew,
  capabilityConflict,
  sectionNameEmpty,
  sectionIdShared,
  sectionTwice,
  startTwice,
  unknownIterable,
  iterableAsFull,
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
  undeclaredBlock,
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
  syncMissingBeforePostcopy,
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
  targetSubsectionUnknown,
];

/** The rule with this code (`MIG201`, any case) or name. */
export function findRule(codeOrName: string): Rule | undefined {
  const wanted = codeOrName.toLowerCase();
  return RULES.find(({ meta }) => meta.code.toLowerCase() === wanted || meta.name === wanted);
}
