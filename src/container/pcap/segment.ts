/**
 * Finds the TCP segment in a packet: link layer, VLAN tags, IPv4 or IPv6 with its extension headers.
 *
 * Sources: the link types of the pcap registry (draft-ietf-opsawg-pcaplinktype), RFC 791, 8200, 9293.
 */
import type { FileWindow } from './file-window.js';
import type { Packet } from './packet.js';

/** What a packet turned out to be. */
export const OTHER_PACKET = 0;
export const TCP_SEGMENT = 1;
/** A part of a datagram of TCP that is not the first: it has no ports. */
export const LATER_FRAGMENT = 2;
/** A link type that is not known. */
export const UNKNOWN_LINK = 3;

export const FLAG_FIN = 0x01;
export const FLAG_SYN = 0x02;
export const FLAG_RST = 0x04;
export const FLAG_ACK = 0x10;

/** More headers than any packet has before its payload. */
const HEADER_ROOM = 1024;

const ETHERTYPE_IPV4 = 0x0800;
const ETHERTYPE_IPV6 = 0x86dd;
const VLAN_TAGS = new Set([0x8100, 0x88a8, 0x9100]);
const PROTOCOL_TCP = 6;
const FRAGMENT_HEADER = 44;
const AUTHENTICATION_HEADER = 51;
/** Hop-by-hop, routing, fragment, authentication, destination options, mobility, host identity, shim6. */
const EXTENSION_HEADERS = new Set([0, 43, FRAGMENT_HEADER, AUTHENTICATION_HEADER, 60, 135, 139, 140]);

const NO_IP = -1;
const UNKNOWN = -2;

const LINK_NULL = 0;
const LINK_ETHERNET = 1;
/** Raw IP: by the registry, and as BSD and OpenBSD have numbered it. */
const LINK_RAW = new Set([101, 12, 14, 228, 229]);
const LINK_LOOP = 108;
const LINK_LINUX_SLL = 113;
const LINK_LINUX_SLL2 = 276;

/** The segment that was found last; one object is used for all. */
export class Segment {
  /** Where the addresses stand in the window, and how long each is. */
  source = 0;
  destination = 0;
  addressSize = 4;
  sourcePort = 0;
  destinationPort = 0;
  sequence = 0;
  acknowledged = 0;
  flags = 0;
  /** Bytes of payload on the wire, and those of them that are in the file. */
  length = 0;
  captured = 0;
  /** The byte of the file at which the payload begins. */
  payload = 0;
  private end = 0;

  /** Looks into a packet. */
  read(window: FileWindow, packet: Packet): number {
    const room = Math.min(packet.captured, HEADER_ROOM);
    const at = window.at(packet.start, room);
    if (at < 0) return OTHER_PACKET;
    this.end = at + room;
    const { view } = window;
    const ip = this.network(view, at, packet.linkType);
    if (ip < 0) return ip === UNKNOWN ? UNKNOWN_LINK : OTHER_PACKET;
    if (ip + 20 > this.end) return OTHER_PACKET;
    const version = view.getUint8(ip) >> 4;
    if (version === 4) return this.ipv4(view, packet, at, ip);
    return version === 6 ? this.ipv6(view, packet, at, ip) : OTHER_PACKET;
  }

  /** The index of the IP header, or `NO_IP`, or `UNKNOWN` for the link type. */
  private network(view: DataView, at: number, linkType: number): number {
    if (linkType === LINK_ETHERNET) return this.tagged(view, at + 12);
    if (LINK_RAW.has(linkType)) return at;
    // The word before the header is the address family, and the header itself says which IP it is.
    if (linkType === LINK_NULL || linkType === LINK_LOOP) return at + 4;
    if (linkType === LINK_LINUX_SLL) return this.tagged(view, at + 14);
    if (linkType === LINK_LINUX_SLL2) {
      if (at + 20 > this.end) return NO_IP;
      const protocol = view.getUint16(at);
      return isIp(protocol) ? at + 20 : VLAN_TAGS.has(protocol) ? this.tagged(view, at + 22) : NO_IP;
    }
    return UNKNOWN;
  }

  /** The header behind an EtherType and the VLAN tags that it may announce. */
  private tagged(view: DataView, at: number): number {
    for (let type = at; type + 2 <= this.end; type += 4) {
      const value = view.getUint16(type);
      if (isIp(value)) return type + 2;
      if (!VLAN_TAGS.has(value)) return NO_IP;
    }
    return NO_IP;
  }

  private ipv4(view: DataView, packet: Packet, at: number, ip: number): number {
    if (view.getUint8(ip + 9) !== PROTOCOL_TCP) return OTHER_PACKET;
    if ((view.getUint16(ip + 6) & 0x1fff) !== 0) return LATER_FRAGMENT;
    const total = view.getUint16(ip + 2);
    this.source = ip + 12;
    this.destination = ip + 16;
    this.addressSize = 4;
    // Segmentation that is left to the network card shows as a length of 0.
    const end = total === 0 ? at + packet.original : ip + total;
    return this.tcp(view, packet, at, ip + (view.getUint8(ip) & 0x0f) * 4, end);
  }

  private ipv6(view: DataView, packet: Packet, at: number, ip: number): number {
    if (ip + 40 > this.end) return OTHER_PACKET;
    const payload = view.getUint16(ip + 4);
    let next = view.getUint8(ip + 6);
    let header = ip + 40;
    while (EXTENSION_HEADERS.has(next)) {
      if (header + 8 > this.end) return OTHER_PACKET;
      const units = view.getUint8(header + 1);
      if (next === FRAGMENT_HEADER && (view.getUint16(header + 2) & 0xfff8) !== 0) {
        return view.getUint8(header) === PROTOCOL_TCP ? LATER_FRAGMENT : OTHER_PACKET;
      }
      const length = next === FRAGMENT_HEADER ? 8 : next === AUTHENTICATION_HEADER ? units * 4 + 8 : units * 8 + 8;
      next = view.getUint8(header);
      header += length;
    }
    if (next !== PROTOCOL_TCP) return OTHER_PACKET;
    this.source = ip + 8;
    this.destination = ip + 24;
    this.addressSize = 16;
    return this.tcp(view, packet, at, header, payload === 0 ? at + packet.original : ip + 40 + payload);
  }

  /** `end` is where the datagram ends, in indices of the window that may lie behind it. */
  private tcp(view: DataView, packet: Packet, at: number, tcp: number, end: number): number {
    if (tcp + 20 > this.end) return OTHER_PACKET;
    const header = (view.getUint8(tcp + 12) >> 4) * 4;
    const payload = tcp + header;
    if (header < 20 || payload > end || end > at + packet.original) return OTHER_PACKET;
    this.sourcePort = view.getUint16(tcp);
    this.destinationPort = view.getUint16(tcp + 2);
    this.sequence = view.getUint32(tcp + 4);
    this.acknowledged = view.getUint32(tcp + 8);
    this.flags = view.getUint8(tcp + 13);
    this.length = end - payload;
    this.captured = Math.max(0, Math.min(this.length, at + packet.captured - payload));
    this.payload = packet.start + (payload - at);
    return TCP_SEGMENT;
  }
}

function isIp(etherType: number): boolean {
  return etherType === ETHERTYPE_IPV4 || etherType === ETHERTYPE_IPV6;
}
