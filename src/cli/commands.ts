/** All commands, in the order of the help text. */
import { analyzeMigration } from './analyze-migration.js';
import { capture } from './capture.js';
import type { Command } from './command.js';
import { diff } from './diff.js';
import { dump } from './dump.js';
import { explain } from './explain.js';
import { extract } from './extract.js';
import { info } from './info.js';
import { rules } from './rules.js';
import { validate } from './validate.js';

export const COMMANDS: readonly Command[] = [
  info,
  dump,
  validate,
  diff,
  explain,
  rules,
  extract,
  capture,
  analyzeMigration,
];
