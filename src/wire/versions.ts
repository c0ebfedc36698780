/**
 * Which QEMU writes what: every trace on the wire that tells a release from another.
 *
 * Sources: the compat properties of versioned machine types (`hw_compat_*`, hw/core/machine.c) and captures of 5.2 to 11.1.
 */

/** Something seen in a stream, and the releases that write it. */
export interface Trace {
  readonly since?: string;
  readonly until?: string;
  readonly text: string;
}

export const TRACES = {
  configuration: { since: '2.4', text: 'a configuration section' },
  'target-page-bits': { since: '2.9', text: 'target-page-bits in the configuration' },
  capabilities: { since: '4.0', text: 'capabilities in the configuration' },
  uuid: { since: '4.2', text: 'a uuid in the configuration' },
  'mapped-ram': { since: '9.0', text: 'a mapped-ram file' },
  'mapped-ram-ignored': { since: '11.0', text: 'a mapped-ram block without a place in the file' },
  command: { since: '2.5', text: 'commands' },
  'recovery-command': { since: '3.0', text: 'a recovery command' },
  'enable-colo': { since: '3.1', until: '10.2', text: 'ENABLE_COLO' },
  'switchover-start': { since: '10.0', text: 'SWITCHOVER_START' },
  'ping-packaged': { since: '10.2', text: 'PING 0x42 in the package' },
  'no-ping-packaged': { until: '10.1', text: 'no PING 0x42 in the package' },
  xbzrle: { since: '1.2', text: 'XBZRLE pages' },
  'compressed-pages': { since: '2.4', until: '9.0', text: 'compressed pages' },
  'multifd-flush': { since: '8.1', text: 'MULTIFD_FLUSH' },
  'block-section': { until: '9.0', text: 'a block section' },
  'early-full': { since: '8.0', text: 'device state before RAM' },
  'apic-first': { since: '10.2', text: 'apic before timer' },
  'timer-first': { until: '10.1', text: 'timer before apic' },
  'vfio-init-data-sent': { since: '8.1', text: 'VFIO INIT_DATA_SENT' },
  'vfio-config-load-ready': { since: '10.1', text: 'VFIO CONFIG_LOAD_READY' },
  'vmdesc-spaced': { until: '5.2', text: 'a vmdesc with spaces before its colons' },
  'vmdesc-compact': { since: '6.0', text: 'a vmdesc without spaces before its colons' },
  'vmdesc-configuration': { since: '8.2', text: 'the configuration in the vmdesc' },
  'vmdesc-no-configuration': { until: '8.1', text: 'no configuration in the vmdesc' },
  'vmdesc-index-all': { until: '9.2', text: 'an index on every array element in the vmdesc' },
  'vmdesc-index-some': {
    since: '9.2',
    until: '10.2',
    text: 'an index on all but the last array element in the vmdesc',
  },
  'vmdesc-index-none': { since: '11.0', text: 'repeated names without an index in the vmdesc' },
  'vmdesc-nullptr': { since: '9.2', until: '10.2', text: 'type nullptr in the vmdesc' },
  'vmdesc-ptr-marker': { since: '11.0', text: 'type ptr-marker in the vmdesc' },
} as const satisfies Record<string, Trace>;

export type TraceName = keyof typeof TRACES;

/** The version that a machine type's name ends with: no older QEMU has it. `pc-q35-7.2` gives 7.2. */
export function machineVersion(machine: string): string | undefined {
  return /-(\d+\.\d+)$/.exec(machine)?.[1];
}

/** Orders versions such as 9.2 and 10.0. */
export function compareVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}

export interface QemuGuess {
  /** A range of releases in words, or `unknown`. */
  readonly guess: string;
  readonly since?: string;
  readonly until?: string;
  readonly evidence: readonly string[];
}

/** Narrows the releases down by everything that was seen. Traces that say less than another are left out of the evidence. */
export function guessQemu(seen: Iterable<TraceName>, machine: string | undefined): QemuGuess {
  const traces: Trace[] = [...seen].map((name) => TRACES[name]);
  const version = machine === undefined ? undefined : machineVersion(machine);
  if (version !== undefined) traces.push({ since: version, text: `machine type ${machine}` });
  const since = best(traces, 'since', 1);
  const until = best(traces, 'until', -1);
  const evidence = [since, until].filter((trace) => trace !== undefined).map((trace) => trace.text);
  const bounds = {
    ...(since?.since !== undefined && { since: since.since }),
    ...(until?.until !== undefined && { until: until.until }),
  };
  return { guess: words(bounds), ...bounds, evidence: [...new Set(evidence)] };
}

function best(traces: readonly Trace[], key: 'since' | 'until', sign: 1 | -1): Trace | undefined {
  const having = traces.filter((trace) => trace[key] !== undefined);
  return having.reduce<Trace | undefined>(
    (found, trace) => (!found || sign * compareVersions(trace[key]!, found[key]!) > 0 ? trace : found),
    undefined,
  );
}

function words({ since, until }: { readonly since?: string; readonly until?: string }): string {
  if (since !== undefined && until !== undefined) {
    const order = compareVersions(since, until);
    if (order > 0) return `contradictory: not before ${since}, not after ${until}`;
    return order === 0 ? since : `${since} to ${until}`;
  }
  if (since !== undefined) return `${since} or later`;
  return until === undefined ? 'unknown' : `up to ${until}`;
}
