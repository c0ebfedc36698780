import { describe, expect, it } from 'vitest';
import { Facts } from '../../src/rules/facts.js';
import { vmdescMatch } from '../../src/rules/vmdesc-match.js';
import { parseVmdesc } from '../../src/vmstate/vmdesc.js';
import { describedSize } from '../../src/vmstate/vmdesc.js';
import { vmdescText } from '../build/device.js';
import { SERIAL, TIMER } from '../build/samples.js';

/** Facts of a stream with these sections, by name and instance. */
function factsOf(...sections: readonly (readonly [string, number])[]): Facts {
  const facts = new Facts(true);
  const channel = facts.begin('main', 'main');
  sections.forEach(([idstr, instance], offset) =>
    facts.event(channel, {
      kind: 'section-end',
      section: 'full',
      offset,
      id: 0,
      idstr,
      instance,
      version: 1,
      payloadOffset: 0,
      payloadLength: 0,
      footer: true,
    }),
  );
  const description = parseVmdesc(vmdescText([TIMER, SERIAL]));
  facts.event(channel, { kind: 'vmdesc', offset: 100, length: 10, description });
  return facts;
}

describe('vmdescMatch', () => {
  it('joins sections and entries by name and instance', () => {
    const match = vmdescMatch(factsOf(['0000:00:03.0/serial', 1], ['timer', 0], ['timer', 0], ['fdc', 0]))!;
    expect(match.matched.map(({ section, position, size }) => [section.idstr, position, size])).toEqual([
      ['0000:00:03.0/serial', 1, describedSize(match.matched[0]!.description)],
      ['timer', 0, 24],
    ]);
    expect(match.copies.map(({ offset }) => offset)).toEqual([2]);
    expect(match.unknown.map(({ idstr }) => idstr)).toEqual(['fdc']);
    expect(match.missing).toEqual([]);
  });

  it('tells what is missing', () => {
    expect(vmdescMatch(factsOf(['timer', 0]))!.missing.map(({ name }) => name)).toEqual(['0000:00:03.0/serial']);
  });

  it('has nothing to say where sections are guessed, or nothing describes them', () => {
    const facts = factsOf(['timer', 0]);
    facts.guessed = true;
    expect(vmdescMatch(facts)).toBeUndefined();
    expect(vmdescMatch(new Facts(true))).toBeUndefined();
  });
});
