/**
 * The byte order of the guest, which no stream states: it is that of the target that QEMU was built for, and the machine type names the target.
 */

/** Machine types of big-endian targets: s390x, ppc and ppc64, sparc, m68k, hppa. Those called `virt` are taken for what they mostly are, arm and riscv. */
const BIG_ENDIAN =
  /^(s390-ccw-virtio|pseries|powernv|ppce500|mpc8544ds|g3beige|mac99|40p|bamboo|sam460ex|pegasos|amigaone|ref405ep|sun4[uv]|niagara|SS-|LX$|SPARC|q800|an5206|mcf5208evb|next-cube|hppa|B160L|C3700|715|A400)/;

/** True where guests of this machine type are big-endian unless they say otherwise; false where the machine type is not known. */
export function isBigEndianMachine(machine: string | undefined): boolean {
  return machine !== undefined && BIG_ENDIAN.test(machine);
}
