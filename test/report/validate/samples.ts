/** A report with something of everything. */
import type { Finding } from '../../../src/finding.js';
import { type CaptureReport, validateReport, type ValidateReport } from '../../../src/report/validate/report.js';
import { FINDING } from '../samples.js';

export const NOTE: Finding = {
  ...FINDING,
  code: 'MIG198',
  rule: 'capture-name',
  severity: 'info',
  message: 'a name <odd> & "quoted", with 100%: colon\nand \x1b',
  channel: 'channel-01.bin',
  offset: 0,
  length: 0,
};

export const RULE_FINDING: Finding = {
  ...FINDING,
  code: 'MIG201',
  rule: 'sync-missing-before-postcopy',
  message: 'LISTEN while packets with pages are not synced',
  channel: 'main.bin',
  related: [{ message: '2 packets', channel: 'channel-01.bin', offset: 64 }],
};

export const CLEAN: CaptureReport = {
  capture: 'clean.bin',
  layers: ['file'],
  complete: true,
  machine: 'pc-q35-10.0',
  findings: [],
  accepted: [],
};

export const BROKEN: CaptureReport = {
  capture: 'runs/#1/',
  layers: ['directory'],
  complete: false,
  findings: [RULE_FINDING, NOTE],
  accepted: [{ finding: { ...FINDING, severity: 'warning' }, reason: 'the lab does so' }],
};

export const UNREAD: CaptureReport = {
  capture: 'gone.bin',
  layers: [],
  complete: false,
  findings: [],
  accepted: [],
  unreadable: 'gone.bin: no such file',
};

export const REPORT: ValidateReport = validateReport(
  [CLEAN, BROKEN, UNREAD],
  [{ rule: 'trailing-bytes', section: 'timer', reason: 'old' }],
);
