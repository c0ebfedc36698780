import { describe, expect, it } from 'vitest';
import { addressText, boundAddress, parseAddress } from '../../src/capture/address.js';
import { UsageError } from '../../src/finding.js';

describe('an address', () => {
  it.each([
    ['4444', 'tcp:127.0.0.1:4444'],
    [':4444', 'tcp:127.0.0.1:4444'],
    ['tcp:4444', 'tcp:127.0.0.1:4444'],
    ['dst.example.org:4444', 'tcp:dst.example.org:4444'],
    ['tcp:10.0.0.1:0', 'tcp:10.0.0.1:0'],
    ['tcp:0:4444', 'tcp:0.0.0.0:4444'],
    ['[::1]:4444', 'tcp:[::1]:4444'],
    ['tcp:[fe80::1%eth0]:4444', 'tcp:[fe80::1%eth0]:4444'],
    ['unix:mig.sock', 'unix:mig.sock'],
    ['/run/mig.sock', 'unix:/run/mig.sock'],
    ['./mig.sock', 'unix:./mig.sock'],
  ])('%s is %s', (text, expected) => {
    expect(addressText(parseAddress(text, '--listen'))).toBe(expected);
  });

  it.each(['', 'host', 'host:', 'host:port', '1:2:3', '::1:4444', 'host:65536', 'unix:', 'tcp:/x'])(
    'is not %j',
    (text) => {
      expect(() => parseAddress(text, '--listen')).toThrow(UsageError);
      expect(() => parseAddress(text, '--listen')).toThrow(`--listen ${text} is no address`);
    },
  );

  it('that was bound has the port that the system chose', () => {
    const asked = parseAddress('0', '--listen');
    expect(boundAddress({ address: '127.0.0.1', family: 'IPv4', port: 5000 }, asked)).toMatchObject({ port: 5000 });
    const unix = parseAddress('unix:x', '--listen');
    expect(boundAddress('x', unix)).toBe(unix);
  });
});
