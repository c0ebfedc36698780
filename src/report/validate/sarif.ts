/** `validate --format sarif`. */
import { ruleDescriptions } from '../rule-descriptions.js';
import { type SarifResult, sarifText } from '../sarif.js';
import { type CaptureReport, fileOf, type ValidateReport } from './report.js';

export function validateSarif({ captures }: ValidateReport, version: string): string {
  return sarifText(version, ruleDescriptions(), captures.flatMap(results));
}

function results(capture: CaptureReport): SarifResult[] {
  const place = (finding: CaptureReport['findings'][number]): Omit<SarifResult, 'accepted'> => ({
    finding,
    file: fileOf(capture, finding),
    fileOf: (channel) => fileOf(capture, { ...finding, channel }),
  });
  return [
    ...capture.findings.map(place),
    ...capture.accepted.map(({ finding, reason }) => ({ ...place(finding), accepted: reason })),
  ];
}
