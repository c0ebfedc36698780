/**
 * migscope as a library: everything that the command line does is a call that a program can make.
 */
export * from './finding.js';
export { PROBLEMS, type ProblemName } from './problems.js';
export { type ByteSource, MemorySource, type SourceFault } from './bytes/source.js';
export { openFile } from './bytes/file-source.js';
export { CHANNEL_ROLES, type ChannelRole, sniff } from './container/sniff.js';
export { type OpenChannel, openChannel, openSource, type OpenOptions } from './container/open.js';
export type { Attachment } from './container/wrapper.js';
export { type LibvirtSaveHeader, readLibvirtSave } from './container/libvirt-save.js';
export { listSnapshots, SnapshotChoiceError } from './container/qcow2/index.js';
export type { Qcow2Snapshot } from './container/qcow2/snapshot-table.js';
export { type SnapshotsDocument, snapshotsDocument } from './report/snapshots.js';
export {
  type Capture,
  type CaptureChannel,
  type CaptureNote,
  captureOfFiles,
  listChannels,
} from './container/capture.js';
export { type Arrival, channelFile, readArrivals } from './container/arrivals.js';
export {
  type Recorder,
  type RecorderListener,
  recordMigration,
  type RecordingResult,
  type RecordOptions,
} from './capture/recorder.js';
export { type ChannelIdentity } from './capture/connection-recorder.js';
export { type EndReason } from './capture/relay.js';
export { type RecordedConnection, type RecordedDirection, type RecordingFacts } from './capture/recording.js';
export { type OpenRecordingFile, type RecordingCut, type RecordingFile } from './capture/write-queue.js';
export { type LiveState } from './capture/live-decoder.js';
export * from './stream/events.js';
export { PAGE_KINDS, type PageBatch, type PageKind } from './stream/page-batch.js';
export { findVmdesc } from './stream/vmdesc-lookup.js';
export * from './vmstate/vmdesc.js';
export { decodeState, type FieldNode, type StructNode } from './vmstate/decode.js';
export { elementValue, type FieldValue } from './vmstate/values.js';
export { type Meaning, namesOf } from './vmstate/meaning.js';
export { type Location, locate } from './vmstate/locate.js';
export { decodeDevice } from './vmstate/device.js';
export type { OpaqueContext } from './vmstate/opaque.js';
export { VIRTIO_DEVICES, virtioDevice } from './vmstate/devices/virtio/index.js';
export { type VirtioDevice } from './vmstate/devices/virtio/device.js';
export { featureName, missingFeatures } from './vmstate/devices/virtio/features.js';
export { decodeConfigSpace, type PciCapability, type PciConfigSpace } from './vmstate/pci/config-space.js';
export { type PciRegister, registerNames } from './vmstate/pci/register.js';
export { registerAt, type RegisterPlace } from './vmstate/pci/register-at.js';
export { configMasks, type ConfigMasks } from './vmstate/pci/masks.js';
export {
  compareConfigSpaces,
  type ConfigByte,
  type ConfigComparison,
  type ConfigDifference,
  type ConfigVerdict,
} from './vmstate/pci/compare.js';
export { explainLine, SIGNATURES } from './signatures/explain-line.js';
export { explainLog, type LogFailure } from './signatures/explain-log.js';
export { type Evidence } from './signatures/evidence/told.js';
export { type BadConfigData, explainBadConfigIn } from './signatures/pci-line.js';
export { type Explanation, type Signature } from './signatures/signature.js';
export { type Interpretation } from './vmstate/interpret/interpretation.js';
export { scsiElements, virtioFacts, type VirtioFacts } from './vmstate/devices/virtio/facts.js';
export { type GuestMemory, queueProblems, type RingProblem, ringProblems } from './vmstate/devices/virtio/rings.js';
export {
  grownVlans,
  packedElementsInFlight,
  packedScsiRequests,
  undefinedScanouts,
} from './vmstate/devices/virtio/known-faults.js';
export { guestMemory } from './model/guest-memory.js';
export { WatchedMemory } from './model/watched-memory.js';
export { StreamModel, type StreamSummary } from './model/stream-model.js';
export { CaptureModel, type CaptureSummary, type ChannelSummary } from './model/capture-model.js';
export {
  type DeviceTransferSummary,
  type GenerationSummary,
  type MultifdChannelSummary,
} from './model/multifd-model.js';
export {
  type CaptureFiles,
  type CaptureListener,
  type CaptureResult,
  type InputChannel,
  openCapture,
  readCapture,
  readInput,
  type ReadInputOptions,
  type ReadInputResult,
  type ReadableChannel,
  type ReadCaptureOptions,
} from './read-capture.js';
export { type InfoDocument, infoDocument } from './report/info-json.js';
export { loadVmdesc, readStream, type ReadOptions, type ReadResult, summarize } from './read.js';
export { EXTRACT_FORMATS, type ExtractFormat, type ExtractManifest } from './extract/manifest.js';
export { type ExtractCaptureOptions, extractCapture } from './extract-capture.js';
export {
  Judge,
  type JudgeOptions,
  readTargetCapture,
  validate,
  type ValidateOptions,
  type Verdict,
} from './validate.js';
export {
  type ChannelWatch,
  type Citation,
  type Family,
  FAMILIES,
  type Rule,
  type RuleContext,
  type RuleMeta,
  type RuleWatch,
  type Violation,
} from './rules/rule.js';
export type { TargetCapture, TargetDevice } from './rules/target-capture.js';
export { type ChannelFacts, Facts, type Target } from './rules/facts.js';
export { findRule, RULES } from './rules/catalogue.js';
export { compareSides, type DiffOptions, type DiffResult, type DiffSide, diffCaptures } from './compare.js';
export { readSide, type SideOptions } from './compare-side.js';
export { compareLayouts, type LayoutComparison } from './diff/compare-layout.js';
export {
  type Judgement,
  LAYOUT_DIFFERENCES,
  type LayoutDifference,
  type LayoutDifferenceKind,
  type LoadVerdict,
  VERDICTS,
} from './diff/layout-difference.js';
export {
  type Layout,
  type LayoutField,
  layoutOfDump,
  layoutOfVmdesc,
  type LayoutSection,
  type LayoutStruct,
} from './diff/layout.js';
export { compareRam, type RamBlockDifference, type RamComparison } from './diff/ram.js';
export { type RamSnapshot } from './diff/ram-index.js';
export { type Side } from './diff/side.js';
export { type ValueDifference } from './diff/values.js';
export { VOLATILE_PROFILES, type VolatileProfile } from './diff/volatile.js';
export { type DiffDocument, diffDocument } from './report/diff-json.js';
export { explain, explainIn, type ExplainOptions } from './report/explain-capture.js';
export {
  type Explained,
  type ExplainedCapture,
  type ExplainedFailure,
  lookUp,
  type LookedUp,
} from './report/explained.js';
export { type ExplainDocument, explainDocument } from './report/explain-json.js';
export { type RuleDescription } from './report/rule-descriptions.js';
export { parseVmstateDump, type VmstateDump } from './vmstate/dump.js';
export { decodeXbzrle } from './wire/xbzrle.js';
export {
  analyzeMigration,
  type AnalyzeOptions,
  type AnalyzeResult,
  extractMigration,
  type ExtractOptions,
} from './report/analyze-migration.js';
