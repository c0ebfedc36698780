/** The JSON of `explain`; docs/schema/explain.schema.json is its schema. */
import type { Explained } from './explained.js';

export interface ExplainDocument extends Explained {
  readonly schema: 'migscope/explain/1';
  /** What was asked: a code, a name, a line, or the name of a log. */
  readonly what: string;
}

export function explainDocument(what: string, { shown, rules, failures, captures }: Explained): ExplainDocument {
  return { schema: 'migscope/explain/1', what, shown, rules, failures, captures };
}
