import { describe, expect, it } from 'vitest';
import { validate } from '../../src/validate.js';
import { captureNames, unpackCapture } from '../fixtures.js';
import { deviceState, legacyMultifd, multifd, preempt, recovery } from './captures.js';
import { judgeCapture } from './harness.js';

describe('the captures of the tests', () => {
  it('have nothing wrong', async () => {
    expect(await judgeCapture(multifd().files)).toEqual([]);
    expect(await judgeCapture(legacyMultifd().files)).toEqual([]);
    expect(await judgeCapture(deviceState().files)).toEqual([]);
    expect(await judgeCapture(preempt())).toEqual([]);
    expect((await judgeCapture(recovery())).map(({ rule, severity }) => [rule, severity])).toEqual([
      ['truncated', 'info'],
    ]);
  });
});

describe('real captures', () => {
  it.each(captureNames())('%s has nothing above info, unless it was cut', async (name) => {
    const { findings } = await validate(unpackCapture(name));
    const loud = findings.filter(({ severity }) => severity !== 'info');
    expect(loud.map(({ rule, channel }) => [rule, channel])).toEqual(
      name.includes('-fail-cut-') ? [['truncated', 'main.bin']] : [],
    );
  });

  it('of a run that was cut names the channels that were cut with it', async () => {
    const { findings } = await validate(unpackCapture('5.2-x86_64-fail-cut-multifd'));
    expect(findings).toHaveLength(1);
    expect(findings[0]!.related.map(({ channel, message }) => [channel, message])).toEqual([
      ['channel-01.bin', 'the input ends inside multifd page'],
    ]);
  });
});
