/**
 * migscope as a library: everything that the command line does is a call that a program can make.
 */
export * from './finding.js';
export { PROBLEMS, type ProblemName } from './problems.js';
export { type ByteSource, MemorySource } from './bytes/source.js';
export { openFile } from './bytes/file-source.js';
export { CHANNEL_ROLES, type ChannelRole, sniff } from './container/sniff.js';
export { type OpenOptions } from './container/open.js';
export {
  type Capture,
  type CaptureChannel,
  type CaptureNote,
  captureOfFiles,
  listChannels,
} from './container/capture.js';
export { type Arrival, channelFile, readArrivals } from './container/arrivals.js';
export * from './stream/events.js';
export { PAGE_KINDS, type PageBatch, type PageKind } from './stream/page-batch.js';
export { findVmdesc } from './stream/vmdesc-lookup.js';
export * from './vmstate/vmdesc.js';
export { decodeState, type FieldNode, type StructNode } from './vmstate/decode.js';
export { elementValue, type FieldValue } from './vmstate/values.js';
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
export {
  type ExtractCaptureOptions,
  extractCapture,
  EXTRACT_FORMATS,
  type ExtractFormat,
  type ExtractManifest,
} from './report/extract-capture.js';
export { Judge, type JudgeOptions, validate, type ValidateOptions, type Verdict } from './validate.js';
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
export { parseVmstateDump, type VmstateDump } from './vmstate/dump.js';
export { decodeXbzrle } from './wire/xbzrle.js';
export {
  analyzeMigration,
  type AnalyzeOptions,
  type AnalyzeResult,
  extractMigration,
  type ExtractOptions,
} from './report/analyze-migration.js';
