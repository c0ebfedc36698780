/** Addresses of sockets as users write them, and as QEMU writes them in the URIs of `migrate`. */
import type { AddressInfo } from 'node:net';
import { UsageError } from '../finding.js';

export type SocketAddress =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

const LOOPBACK = '127.0.0.1';

/**
 * Reads `PORT`, `HOST:PORT`, `[IPv6]:PORT`, a path with a slash in it, or one of these behind `tcp:` or `unix:`. Without a host it is this machine
 * alone that is meant; the host `0` is all of its addresses, as it is to QEMU.
 *
 * @throws UsageError for anything else
 */
export function parseAddress(text: string, option: string): SocketAddress {
  const unix = /^unix:(.+)$/.exec(text)?.[1] ?? (text.includes('/') && !text.startsWith('tcp:') ? text : undefined);
  if (unix !== undefined) return { kind: 'unix', path: unix };
  const match = /^(?:tcp:)?(?:\[([0-9a-f:.]+(?:%\w+)?)\]:|([^:[\]]*):)?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3] ?? NaN);
  if (!match || port > 65_535) {
    throw new UsageError(`${option} ${text} is no address: HOST:PORT, PORT, or unix:PATH`);
  }
  const host = match[1] ?? match[2] ?? '';
  return { kind: 'tcp', host: host === '' ? LOOPBACK : host === '0' ? '0.0.0.0' : host, port };
}

/** As it is given to QEMU. */
export function addressText(address: SocketAddress): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  return `tcp:${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Where a server really listens: with port 0 the system has chosen one. */
export function boundAddress(bound: AddressInfo | string | null, asked: SocketAddress): SocketAddress {
  if (asked.kind === 'unix' || bound === null || typeof bound === 'string') return asked;
  return { kind: 'tcp', host: bound.address, port: bound.port };
}

/** What `connect` and `listen` of node:net take. */
export function pathOrPort(address: SocketAddress): { path: string } | { host: string; port: number } {
  return address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port };
}
