/** What the program returns, the same for every command and output format. */

/** Clean, or identical. */
export const EXIT_OK = 0;
/** Findings at or above the threshold, or differences. */
export const EXIT_FINDINGS = 1;
/** Bad usage or configuration. */
export const EXIT_USAGE = 2;
/** An input could not be read, or is no stream at all. */
export const EXIT_INPUT = 3;
/** A bug in migscope. */
export const EXIT_BUG = 4;
