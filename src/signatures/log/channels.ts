/** What goes wrong between the channels of a migration, and in its commands. */
import type { Signature } from '../signature.js';

export const CHANNEL_SIGNATURES: readonly Signature[] = [
  {
    name: 'multifd-magic',
    failure: 'F18',
    foundBy: ['multifd-init', 'multifd-magic', 'capture-multifd'],
    pattern: /multifd: received packet magic (?<found>[0-9a-f]{1,8}),? expected (?<expected>[0-9a-f]{1,8})/i,
    title: 'a connection was taken for a multifd channel that is none',
    meaning:
      'The destination tells its channels apart by the order of their connections, and by their first bytes where it can.',
    causes:
      'Connections that were accepted in another order: a proxy, a lossy network, TLS, a preempt channel; or bytes that are not of this migration.',
    fix: 'migscope info DIRECTORY names what each recorded connection is. Releases from 8.0 on look at the first bytes; with TLS they cannot.',
    source: 'multifd_recv_initial_packet, multifd_recv_unfill_packet (migration/multifd.c)',
    details: ({ found }) =>
      found!.toLowerCase() === '5145564d' ? ['0x5145564d is QEVM: it was the main channel'] : [],
  },
  {
    name: 'multifd-packet',
    failure: 'F19',
    foundBy: [
      'multifd-page-count',
      'multifd-block',
      'multifd-offset',
      'multifd-payload',
      'multifd-method',
      'multifd-packet-size',
      'multifd-flags',
      'method-between-channels',
    ],
    pattern:
      /multifd: received packet with (?<pages>\d+) (?:normal )?pages?,? expected (?<most>\d+)|multifd(?: \d+)?: (?:offset too long|unknown ram block|packet size received|flags received)[^\n]{0,200}/i,
    title: 'a multifd packet does not fit',
    meaning:
      'A packet has more pages, another compression or another size than the destination is set up for, or names a block that it lacks.',
    causes:
      'Parameters that differ between the sides (multifd-compression, page counts), releases that do not fit together, a damaged packet.',
    fix: 'Set the same multifd parameters on both sides. migscope dump DIRECTORY shows each packet with its method.',
    source: 'multifd_recv_unfill_packet (migration/multifd.c), multifd_ram_unfill_packet (migration/multifd-nocomp.c)',
    details: ({ pages, most }) => (pages ? [`${pages} pages in a packet, at most ${most} expected`] : []),
  },
  {
    name: 'multifd-terminated',
    failure: 'F20',
    foundBy: ['sync-count', 'sync-missing-before-postcopy', 'pages-behind-last-sync', 'multifd-channel-missing'],
    pattern: /multifd_recv_(?:sync_main|terminate_threads)[^\n]{0,200}|multifd_recv_terminate[^\n]{0,200}/,
    title: 'the multifd channels did not come to a sync point together',
    meaning: 'At the end of each pass all channels wait for each other; one of them never came.',
    causes: 'A lost connection, or releases that disagree about the sync messages.',
    fix: 'migscope validate counts the sync points of each channel against those of the main channel.',
    source: 'multifd_recv_sync_main (migration/multifd.c)',
  },
  {
    name: 'postcopy-state',
    failure: 'F21',
    foundBy: ['postcopy-order', 'listen-outside-package', 'package-order'],
    pattern: /(?<command>CMD_POSTCOPY_[A-Z_]+) in wrong postcopy state \((?<state>\d+)\)/,
    title: 'a command of postcopy came out of order',
    meaning: 'ADVISE, DISCARD, LISTEN and RUN come in this order, once each.',
    causes:
      'postcopy-ram is on at one side only; a stream that was cut and joined; a second migration on the same connection.',
    fix: 'Set postcopy-ram on both sides. migscope dump shows the commands in their order.',
    source: 'loadvm_postcopy_handle_advise and its like (migration/savevm.c)',
    details: ({ command, state }) => [
      `${command} in state ${['none', 'advise', 'discard', 'listening', 'running', 'end'][Number(state)] ?? state}`,
    ],
  },
  {
    name: 'command',
    failure: 'F21',
    foundBy: ['unknown-command', 'command-payload', 'command-refused', 'package-contents', 'packaged-end'],
    pattern:
      /CMD_PACKAGED: Buffer receive fail[^\n]{0,80}|Unreasonably large packaged state: (?<size>\d+)|MIG_CMD 0x(?<code>[0-9a-f]+) unknown[^\n]{0,80}|[A-Za-z_]+ received with bad length[^\n]{0,80}|CMD_POSTCOPY_ADVISE invalid length[^\n]{0,80}|RAM postcopy is (?:enabled but have 0|disabled but have 16) byte advise|MIG_CMD 0x[0-9a-f]+ deprecated[^\n]{0,80}|CMD_[A-Z_]+ \(0x[0-9a-f]+\) received with no return path|invalid payload length \(\d+\)/,
    title: 'a command cannot be understood',
    meaning:
      'Between the sections stand commands with a length of their own; one of them is unknown or has a length that it never has.',
    causes: 'A newer source, another setting of postcopy-ram, a stream that is cut or damaged.',
    fix: 'migscope dump shows each command with its payload.',
    source: 'loadvm_process_command, loadvm_handle_cmd_packaged (migration/savevm.c)',
  },
];
