import { describe, expect, it } from 'vitest';
import { join } from '../build/bytes.js';
import { RAM } from '../build/elements.js';
import { precopy } from '../build/samples.js';
import { MemorySource } from '../../src/bytes/source.js';
import { readStream } from '../../src/read.js';
import type { Rule } from '../../src/rules/rule.js';
import { Judge } from '../../src/validate.js';

const META = {
  code: 'MIG999',
  name: 'own-rule',
  family: 'ram',
  severity: 'warning',
  what: 'a rule of a program',
  why: 'It can.',
  fix: 'do nothing',
  cites: [{ function: 'f', text: 'says %d', versions: 'all' }],
  invariants: [],
} as const;

async function judge(rule: Rule, bytes: Uint8Array = precopy()) {
  const judging = new Judge(false, { rules: [rule] });
  await readStream(new MemorySource(bytes, 'main'), judging.channel('main'));
  return judging.verdict().findings;
}

describe('a rule', () => {
  it('is called for the events that it watches, pages too, with facts that are up to date', async () => {
    const seen: string[] = [];
    const findings = await judge({
      meta: META,
      watch: ({ facts, report }) => ({
        channel: ({ name, role }) => {
          seen.push(role);
          return {
            configuration: () => void seen.push(String(facts.machine)),
            pages: ({ length }) => void seen.push(`${length} pages`),
            'section-end': ({ section, idstr, offset }) => {
              if (section === 'end' && idstr === 'ram') {
                report({ message: `END of ram, ended: ${facts.ramEnded}`, channel: name, offset, section: idstr });
              }
            },
          };
        },
        end: ({ complete }) => void seen.push(`complete: ${complete}`),
      }),
    });
    expect(seen[0]).toBe('main');
    expect(seen[1]).toBe('pc-i440fx-7.2');
    expect(seen).toContain('3 pages');
    expect(seen.at(-1)).toBe('complete: true');
    expect(findings).toMatchObject([
      {
        code: 'MIG999',
        rule: 'own-rule',
        severity: 'warning',
        origin: 'stream',
        message: 'END of ram, ended: true',
        section: 'ram',
        qemu: { text: 'says %d', function: 'f' },
        help: 'do nothing',
      },
    ]);
  });

  it('has the pages of multifd packets read for it as long as it looks into them', () => {
    let looks = false;
    const judging = new Judge(false, {
      rules: [
        { meta: META, watch: () => ({ readsContents: () => looks }) },
        { meta: META, watch: () => ({}) },
      ],
    });
    const asks = (): boolean => judging.channel('main').some(({ pages, ignoresContents }) => pages && !ignoresContents);
    expect(asks()).toBe(false);
    looks = true;
    expect(asks()).toBe(true);
  });

  it('has device state decoded for it when it asks', async () => {
    const count = async (needs: Rule['needs']): Promise<number> => {
      let states = 0;
      await judge({
        meta: META,
        ...(needs && { needs }),
        watch: () => ({ channel: () => ({ 'device-state': () => void states++ }) }),
      });
      return states;
    };
    expect(await count(['device-state'])).toBe(2);
    expect(await count(undefined)).toBe(0);
  });

  it('hears nothing of channels that it does not watch', async () => {
    let ends = 0;
    const findings = await judge({ meta: META, watch: () => ({ end: () => void ends++ }) }, join(precopy()));
    expect([findings, ends]).toEqual([[], 1]);
  });

  it('does not hide what decoders report', async () => {
    const bytes = precopy();
    const footer = bytes.indexOf(Buffer.from([0x7e, 0, 0, 0, RAM.id]));
    bytes[footer] = 0x7f;
    const findings = await judge({ meta: META, watch: () => ({}) }, bytes);
    expect(findings[0]).toMatchObject({ rule: 'section-footer', severity: 'error' });
  });
});
