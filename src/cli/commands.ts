/** All commands, in the order of the help text. */
import type { Command } from './command.js';

export const COMMANDS: readonly Command[] = [];
