import { describe, expect, it } from 'vitest';
import { run } from './run.js';

describe('migscope explain', () => {
  it('finds a problem by any of the texts that it has', () => {
    expect(run("migscope explain 'check_section_footer: Read section footer failed: -5'")).toMatchObject({
      code: 0,
      output: expect.stringMatching(/^F17 cut: [^]*MIG101 truncated/) as string,
    });
  });

  it('fails where the capture cannot be read', () => {
    const { output, code } = run('migscope explain MIG101 /no/such');
    expect(code).toBe(3);
    expect(output).toMatch(/\/no\/such could not be read: \/no\/such: no such file\n$/);
  });
});
