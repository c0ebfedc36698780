import { describe, expect, it } from 'vitest';
import { PROBLEMS } from '../../src/problems.js';
import { problemsPage } from '../../src/report/problems-page.js';

const sections = problemsPage().split('\n## ').slice(1);

describe('problemsPage', () => {
  it('has one section a problem, in the order of the catalogue', () => {
    expect(sections.map((section) => section.split('\n', 1)[0])).toEqual(
      Object.entries(PROBLEMS).map(([name, { code }]) => `${code} ${name}`),
    );
  });

  it('says what QEMU says where it says something, and whose fault it is', () => {
    const [command] = sections.filter((section) => section.startsWith('MIG120 '));
    expect(command).toContain('Severity: warning. Origin: stream.');
    expect(command).toContain('QEMU says `MIG_CMD 0x%x unknown (len 0x%x)` (`loadvm_process_command`; versions: all).');
    expect(sections.find((section) => section.startsWith('MIG105 '))).toContain('Origin: tool.');
  });

  it('has sentences, which end once', () => {
    for (const section of sections) {
      const [, , , , help] = section.split('\n');
      expect(help).toMatch(/^[A-Z0-9].*[^.]\.$/);
    }
  });
});
