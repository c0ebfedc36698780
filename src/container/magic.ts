/** The first bytes of the wrappers whose code is loaded only when there is one; big-endian. */

/** Two bytes, before each member; the third is the method. Document: RFC 1952. */
export const GZIP_MAGIC = 0x1f8b;

/** `QFI` and fb. Document: docs/interop/qcow2.rst of QEMU. */
export const QCOW2_MAGIC = 0x514649fb;

/** pcap with microseconds and nanoseconds in both byte orders, and the section header of pcapng. */
export const PACKET_CAPTURE_MAGICS: readonly number[] = [0xa1b2c3d4, 0xd4c3b2a1, 0xa1b23c4d, 0x4d3cb2a1, 0x0a0d0d0a];
