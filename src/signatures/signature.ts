/** What a line of a QEMU log means: the shape of the table. */

/** A kind of line, recognised by its text. */
export interface Signature {
  /** Unique, kebab-case. */
  readonly name: string;
  /** The kind of failure, `F1` to `F29`; several lines may be of one. Never reused. */
  readonly failure: `F${number}`;
  /** Rules and problems, by name, that find in a capture what the line complains of. */
  readonly foundBy?: readonly string[];
  /** The line, or the part of it that tells, with named groups for what varies. */
  readonly pattern: RegExp;
  readonly title: string;
  /** What QEMU found. */
  readonly meaning: string;
  /** What it usually comes from. */
  readonly causes: string;
  /** What to change, and what to look at. */
  readonly fix: string;
  /** The function of QEMU that prints it, with its file. */
  readonly source: string;
  /** What the numbers of this very line say. */
  readonly details?: (groups: Groups, log: LogContext) => readonly string[];
}

/** The named groups of a pattern that matched; empty where an optional part is absent. */
export type Groups = Readonly<Record<string, string>>;

/** What the lines around tell. */
export interface LogContext {
  /** The section that was being loaded, as its idstr. */
  readonly device?: string;
}

/** A line explained. */
export interface Explanation extends Omit<Signature, 'pattern' | 'details'> {
  /** The part of the text that was recognised. */
  readonly line: string;
  readonly details: readonly string[];
  /** What varies in the line, by name. */
  readonly values: Groups;
  readonly device?: string;
}
