/**
 * JSON that keeps every key: QEMU writes one key several times for list elements, and `JSON.parse` would keep the last.
 *
 * Built on jsonc-parser's event interface.
 */
import { printParseErrorCode, visit } from 'jsonc-parser';

export type JsonValue = string | number | bigint | boolean | null | readonly JsonValue[] | JsonObject;

/** An object as its pairs in the order of the text. */
export class JsonObject {
  readonly pairs: [string, JsonValue][] = [];

  /** The value of a key; the last one wins, as in every parser that keeps only one. */
  get(key: string): JsonValue | undefined {
    for (let i = this.pairs.length - 1; i >= 0; i--) if (this.pairs[i]![0] === key) return this.pairs[i]![1];
    return undefined;
  }

  /** Each key once: where it first stood, with the value it had last. */
  unique(): [string, JsonValue][] {
    return [...new Map(this.pairs)];
  }
}

/** Deeper than any vmdesc (about ten), and shallow enough for every recursive reader. */
const MAX_DEPTH = 200;

/**
 * Parses one JSON text.
 *
 * @param mostValues how many commas and brackets it may have: what bounds the memory that the result takes
 * @throws SyntaxError with the position in the text
 * @throws RangeError when it has more values
 */
export function parseJson(text: string, mostValues = Infinity): JsonValue {
  checkBounds(text, mostValues);
  let root: JsonValue | undefined;
  const open: (JsonObject | JsonValue[])[] = [];
  let key = '';
  const add = (value: JsonValue): void => {
    const parent = open[open.length - 1];
    if (!parent) root = value;
    else if (parent instanceof JsonObject) parent.pairs.push([key, value]);
    else parent.push(value);
  };
  const begin = (container: JsonObject | JsonValue[]): void => {
    add(container);
    open.push(container);
  };
  const end = (): void => void open.pop();
  visit(
    text,
    {
      onObjectBegin: () => begin(new JsonObject()),
      onObjectEnd: end,
      onArrayBegin: () => begin([]),
      onArrayEnd: end,
      onObjectProperty: (name) => {
        key = name;
      },
      onLiteralValue: (value: JsonValue, offset, length) => {
        add(
          typeof value === 'number' && !Number.isSafeInteger(value)
            ? exact(text.slice(offset, offset + length), value)
            : value,
        );
      },
      onError: (error, offset) => {
        throw new SyntaxError(`${printParseErrorCode(error)} at character ${offset}`);
      },
    },
    { disallowComments: true, allowTrailingComma: false },
  );
  if (root === undefined) throw new SyntaxError('no value');
  return root;
}

function exact(text: string, value: number): number | bigint {
  return /^-?\d+$/.test(text) ? BigInt(text) : value;
}

/** The parser recurses: nesting is bounded before it starts. */
function checkBounds(text: string, mostValues: number): void {
  let depth = 0;
  let values = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (inString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x2c) values++;
    else if (code === 0x7b || code === 0x5b) {
      values++;
      if (++depth > MAX_DEPTH) throw new SyntaxError(`nesting deeper than ${MAX_DEPTH} at character ${i}`);
    } else if (code === 0x7d || code === 0x5d) depth--;
  }
  if (values > mostValues) throw new RangeError(`more than ${mostValues} values`);
}
