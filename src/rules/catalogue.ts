/** All rules, family by family. */
import { syncMissingBeforePostcopy } from './multifd/sync-missing-before-postcopy.js';
import type { Rule } from './rule.js';

export const RULES: readonly Rule[] = [syncMissingBeforePostcopy];

/** The rule with this code (`MIG201`, any case) or name. */
export function findRule(codeOrName: string): Rule | undefined {
  const wanted = codeOrName.toLowerCase();
  return RULES.find(({ meta }) => meta.code.toLowerCase() === wanted || meta.name === wanted);
}
