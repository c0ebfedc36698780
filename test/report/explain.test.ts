import { describe, expect, it } from 'vitest';
import { explainedText, failureText, ruleText } from '../../src/report/explain.js';
import { type Explained, lookUp } from '../../src/report/explained.js';
import { plain } from '../../src/report/style.js';

const nothing: Explained = { rules: [], failures: [], captures: [], shown: false };
const failureOf = (line: string) => lookUp(line).failures[0]!;

describe('ruleText', () => {
  it('says what, why, what to do, what QEMU says and which invariants', () => {
    const [rule] = lookUp('MIG201').rules;
    const text = ruleText(rule!, plain);
    for (const part of [rule!.why, rule!.fix, 'multifd_recv_thread', 'INV-201', rule!.url])
      expect(text).toContain(part);
  });

  it('says of a problem what its catalogue does', () => {
    const [problem] = lookUp('MIG101').rules;
    expect(ruleText(problem!, plain)).toContain(problem!.fix.slice(1));
  });
});

describe('failureText', () => {
  it('has the line, its numbers, and what follows from it', () => {
    const text = failureText(
      failureOf(
        "Features 0x800100000044 unsupported. Allowed features: 0x10179006e54\nerror while loading state for instance 0x0 of device '0000:00:02.0/virtio-blk'\nload of migration failed: Operation not permitted",
      ),
      plain,
    );
    expect(text).toMatch(/^F6 virtio-features: the guest uses/);
    expect(text).toContain('  - the device is 0000:00:02.0/virtio-blk');
    expect(text).toContain('  - bit 47: ');
    expect(text).toContain('  Follows: load of migration failed: Operation not permitted (the destination gave up)');
  });

  it('hides what a terminal would act on', () => {
    const text = failureText(failureOf('Missing section footer for \x1b[31mdev'), plain);
    expect(text).not.toContain('\x1b');
  });
});

describe('explainedText', () => {
  const failure = { ...failureOf('uuid'), evidence: [] };
  const capture = { label: 'the stream', capture: 'c', complete: true, findings: [], others: [] };

  it('tells what was seen from what to do about it', () => {
    const evidence = [
      { kind: 'change', text: 'do this' },
      { kind: 'seen', text: 'it is there' },
      { kind: 'change', text: 'do this' },
    ] as const;
    const text = explainedText({ ...nothing, failures: [{ ...failure, evidence }], captures: [capture] }, plain);
    expect(text).toContain('In the capture\n  - it is there\nWhat to change\n  > do this\n\nc does not show it');
  });

  it('says which capture could not be read', () => {
    const unreadable = { ...capture, unreadable: 'no such file' };
    expect(explainedText({ ...nothing, failures: [failure], captures: [unreadable] }, plain)).toContain(
      'c could not be read: no such file',
    );
  });
});
