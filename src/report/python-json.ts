/**
 * JSON text as Python's `json` module writes it with `indent=4, separators=(',', ': ')`: written piece by piece, so that a document of
 * any size needs no memory.
 */
import { JsonObject, type JsonValue } from '../vmstate/json.js';

/** Where text goes; a `TextWriter` is one. */
export interface TextOutput {
  write(text: string): void;
}

const INDENT = '    ';
/** Everything but printable ASCII, and the two characters that JSON itself escapes. */
const ESCAPED = /[^ !#-[\]-~]/g;
const NEEDS_ESCAPE = /[^ !#-[\]-~]/;
const SHORT: Record<string, string> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\f': '\\f',
  '\b': '\\b',
};

/** A string literal with `ensure_ascii`: one `\uXXXX` for every UTF-16 unit outside printable ASCII. */
export function pythonString(text: string): string {
  if (!NEEDS_ESCAPE.test(text)) return `"${text}"`;
  const escaped = text.replace(
    ESCAPED,
    (unit) => SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `"${escaped}"`;
}

/** A number: integers in full, fractions as Python's `repr` has them. */
export function pythonNumber(value: number | bigint): string {
  if (typeof value === 'bigint') return value.toString();
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (Number.isSafeInteger(value)) return (value + 0).toString();
  // Python turns to exponents from 1e16 on and below 1e-4, JavaScript from 1e21 on and below 1e-6.
  const size = Math.abs(value);
  if (size < 1e16 && size >= 1e-4) return value.toString();
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Writes one JSON value, from the outside in. */
export class PythonJsonWriter {
  /** For each open container: whether nothing has been written into it yet. */
  private readonly empty: boolean[] = [];
  private afterKey = false;

  constructor(private readonly out: TextOutput) {}

  key(name: string): void {
    this.separate();
    this.out.write(`${pythonString(name)}: `);
    this.afterKey = true;
  }

  string(text: string): void {
    this.literal(pythonString(text));
  }

  /** A value whose JSON text is known. */
  literal(text: string): void {
    this.separate();
    this.out.write(text);
  }

  beginObject(): void {
    this.begin('{');
  }

  endObject(): void {
    this.end('}');
  }

  beginArray(): void {
    this.begin('[');
  }

  endArray(): void {
    this.end(']');
  }

  /** A parsed JSON value; of keys that repeat, the last value stands at the place of the first. */
  value(value: JsonValue): void {
    if (value instanceof JsonObject) {
      this.beginObject();
      for (const [name, member] of value.unique()) {
        this.key(name);
        this.value(member);
      }
      this.endObject();
    } else if (typeof value === 'string') this.string(value);
    else if (typeof value === 'number' || typeof value === 'bigint') this.literal(pythonNumber(value));
    else if (typeof value === 'boolean') this.literal(value ? 'true' : 'false');
    else if (value === null) this.literal('null');
    else {
      this.beginArray();
      for (const element of value as readonly JsonValue[]) this.value(element);
      this.endArray();
    }
  }

  private begin(bracket: string): void {
    this.separate();
    this.out.write(bracket);
    this.empty.push(true);
  }

  private end(bracket: string): void {
    const empty = this.empty.pop();
    this.out.write(empty ? bracket : `\n${INDENT.repeat(this.empty.length)}${bracket}`);
  }

  /** What stands between the last thing written and the next: nothing behind a key, else a comma and a new line. */
  private separate(): void {
    if (this.afterKey) {
      this.afterKey = false;
      return;
    }
    const depth = this.empty.length;
    if (depth === 0) return;
    this.out.write(`${this.empty[depth - 1] ? '' : ','}\n${INDENT.repeat(depth)}`);
    this.empty[depth - 1] = false;
  }
}
