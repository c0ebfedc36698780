/** All commands, in the order of the help text. */
import { analyzeMigration } from './analyze-migration.js';
import type { Command } from './command.js';
import { diff } from './diff.js';
import { dump } from './dump.js';
import { extract } from './extract.js';
import { info } from './info.js';

export const COMMANDS: readonly Command[] = [info, dump, diff, extract, analyzeMigration];
