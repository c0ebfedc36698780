/**
 * The capabilities of a migration: the names that a configuration section can hold.
 *
 * Source: `MigrationCapability` (qapi/migration.json) of 4.0 to 11.1. Only those that change how the destination has to read the stream are written
 * (`should_validate_capability`, migration/savevm.c).
 */
export interface CapabilityInfo {
  /** First release, where it is later than 4.0, from which on capabilities are written. */
  readonly since?: string;
  /** Last release. */
  readonly until?: string;
  /** Written into the configuration section where it is on, and compared there. */
  readonly recorded?: true;
}

export const CAPABILITIES: ReadonlyMap<string, CapabilityInfo> = new Map<string, CapabilityInfo>([
  ['xbzrle', {}],
  ['rdma-pin-all', {}],
  ['auto-converge', {}],
  ['zero-blocks', { until: '10.2' }],
  ['compress', { until: '9.0' }],
  ['events', {}],
  ['postcopy-ram', {}],
  ['x-colo', {}],
  ['release-ram', {}],
  ['block', { until: '9.0' }],
  ['return-path', {}],
  ['pause-before-switchover', {}],
  ['multifd', {}],
  ['dirty-bitmaps', {}],
  ['postcopy-blocktime', {}],
  ['late-block-activate', {}],
  ['x-ignore-shared', { recorded: true }],
  ['validate-uuid', { since: '4.2' }],
  ['background-snapshot', { since: '6.0' }],
  ['zero-copy-send', { since: '7.1' }],
  ['postcopy-preempt', { since: '7.1' }],
  ['switchover-ack', { since: '8.1' }],
  ['dirty-limit', { since: '8.1' }],
  ['mapped-ram', { since: '9.0', recorded: true }],
]);
