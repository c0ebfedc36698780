/** All commands, in the order of the help text. */
import { analyzeMigration } from './analyze-migration.js';
import type { Command } from './command.js';
import { info } from './info.js';

export const COMMANDS: readonly Command[] = [info, analyzeMigration];
