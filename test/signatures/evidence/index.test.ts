/** Every kind of failure with a capture that it is about. */
import { describe, expect, it } from 'vitest';
import { explain } from '../../../src/report/explain-capture.js';
import { explainedText } from '../../../src/report/explain.js';
import { plain } from '../../../src/report/style.js';
import { INQUIRIES } from '../../../src/signatures/evidence/index.js';
import { SIGNATURES } from '../../../src/signatures/explain-line.js';
import { CASES, UNTOLD } from '../cases.js';

describe('what captures say of a line', () => {
  it.each(CASES)('$name: $stream', async ({ name, line, captures, said }) => {
    const explained = await explain(line, await captures());
    expect(explained.failures.map((failure) => failure.name)).toEqual([name]);
    const text = explainedText(explained, plain);
    expect(text).toContain(said);
  });

  it('has a case for every kind of failure, or says why there is none', () => {
    const told = new Set([...CASES.map(({ name }) => name), ...Object.keys(UNTOLD)]);
    expect(SIGNATURES.map(({ name }) => name).filter((name) => !told.has(name))).toEqual([]);
    expect(new Set(SIGNATURES.map(({ failure }) => failure)).size).toBe(29);
  });

  it('is asked of signatures that there are', () => {
    const names = new Set(SIGNATURES.map(({ name }) => name));
    expect(Object.keys(INQUIRIES).filter((name) => !names.has(name))).toEqual([]);
  });
});
