/** `validate --format json` and `jsonl`; docs/schema/validate.schema.json describes both. */
import { jsonDocument, jsonLine } from '../../bytes/json.js';
import type { CaptureReport, ValidateReport } from './report.js';

export const VALIDATE_SCHEMA = 'migscope/validate/1';

/** One document. */
export function validateJson({ captures, summary, stale }: ValidateReport): string {
  return `${jsonDocument({ schema: VALIDATE_SCHEMA, captures, summary, stale })}\n`;
}

/** A line that names the schema, one for each finding, one for each capture behind its findings, and the summary. */
export function* validateJsonLines({ captures, summary, stale }: ValidateReport): Generator<string> {
  yield jsonLine({ kind: 'header', schema: VALIDATE_SCHEMA });
  for (const capture of captures) yield* captureLines(capture);
  yield jsonLine({ kind: 'summary', ...summary, stale });
}

function* captureLines({ findings, accepted, ...rest }: CaptureReport): Generator<string> {
  const { capture } = rest;
  for (const finding of findings) yield jsonLine({ kind: 'finding', capture, ...finding });
  for (const { finding, reason } of accepted) yield jsonLine({ kind: 'accepted', capture, reason, ...finding });
  yield jsonLine({ kind: 'capture', ...rest });
}
