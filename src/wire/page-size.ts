/**
 * The target page size by machine type, for streams that do not say it.
 *
 * A stream says it with the `target-page-bits` subsection (where it is above the architecture's smallest), in POSTCOPY_ADVISE, in a
 * mapped-ram header, and in the vmdesc. The rest is `TARGET_PAGE_BITS` of the architecture (target/ARCH/cpu-param.h).
 */

/** Sizes that some target of QEMU has had, commonest first. */
export const PAGE_SIZES = [0x1000, 0x400, 0x2000, 0x4000, 0x1_0000, 0x100, 0x800, 0x8000] as const;

/** True for the sizes that a target can have. */
export function isPageSize(value: number): boolean {
  return PAGE_SIZES.some((size) => size === value);
}

/** Machine types whose pages are not 4 KiB, as far as the name alone tells. */
const BY_MACHINE: readonly (readonly [RegExp, number])[] = [
  [/^(clipper|sun4u|sun4v|niagara|or1k-sim|virt-or1k)/, 0x2000],
  [/^(arduino|mega|2009|uno)/, 0x100],
  [/^(tricore|KIT_AURIX)/i, 0x4000],
  [/^(raspi|versatile|integrator|realview|vexpress|smdk|nuri|sbsa|xlnx|netduino|lm3s|mps2|musca|ast|palmetto)/, 0x400],
];

/** The page size that the machine type suggests; a stream that contradicts it wins. */
export function likelyPageSize(machine: string | undefined): number {
  return BY_MACHINE.find(([pattern]) => machine !== undefined && pattern.test(machine))?.[1] ?? 0x1000;
}
