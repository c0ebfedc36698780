/**
 * Compares the config spaces of a PCI function as a destination does: which registers and capabilities it refuses, and which it may refuse.
 * What it takes over is a value like any other, and is not told here.
 */
import { PCI_HEADER_END } from '../vmstate/pci/header.js';
import { compareConfigSpaces, type ConfigByte, type ConfigDifference } from '../vmstate/pci/compare.js';
import { type Judgement, type LayoutDifference, layoutDifference } from './layout-difference.js';
import { configMayDiffer, configRefused, configTakenOver } from './verdict.js';

/** What links capabilities into their list. */
const LINKS = /^capability list$|> (id|next|header)$/;

export function compareConfigs(a: Uint8Array, b: Uint8Array, section: string, path: string): LayoutDifference[] {
  const toB = compareConfigSpaces(a, b, { source: 'A', destination: 'B' });
  const toA = compareConfigSpaces(b, a, { source: 'B', destination: 'A' });
  const back = new Map(toA.differences.flatMap(({ bytes }) => bytes.map((byte) => [byte.offset, byte] as const)));
  const found: LayoutDifference[] = [];
  const ofLists: ConfigDifference[] = [];
  for (const difference of toB.differences) {
    const { path: register, sourcePath, bytes, source, destination, offset } = difference;
    if (toB.lists.length > 0 && (sourcePath !== undefined || LINKS.test(register))) {
      ofLists.push(difference);
      continue;
    }
    const aToB = judged(bytes, offset);
    const bToA = judged(
      bytes.flatMap((byte) => back.get(byte.offset) ?? []),
      offset,
    );
    if (aToB.verdict === 'loads' && bToA.verdict === 'loads') continue;
    found.push(
      layoutDifference('pci-register', {
        section,
        path: `${path}/${register.replaceAll(' > ', '/')}`,
        message: `PCI register: ${source}, ${destination}`,
        a: source,
        b: destination,
        aToB,
        bToA,
      }),
    );
  }
  if (toB.lists.length > 0) {
    const bytes = ofLists.flatMap((difference) => difference.bytes);
    found.unshift(
      layoutDifference('pci-capabilities', {
        section,
        path,
        message: oneSentence(toB.lists),
        aToB: refusedAt(bytes),
        bToA: refusedAt(bytes.flatMap(({ offset }) => back.get(offset) ?? [])),
      }),
    );
  }
  return found;
}

/** Addresses in the header are what firmware and guest make of them; that they may be compared is no news. */
function judged(bytes: readonly ConfigByte[], register: number): Judgement {
  const refused = bytes.find((byte) => byte.refused !== 0);
  if (refused) return configRefused(refused);
  return register >= PCI_HEADER_END && bytes.some(({ perhaps }) => perhaps !== 0)
    ? configMayDiffer()
    : configTakenOver();
}

function refusedAt(bytes: readonly ConfigByte[]): Judgement {
  return configRefused(bytes.find((byte) => byte.refused !== 0));
}

/** What is said of one list is said once. */
function oneSentence(lists: readonly string[]): string {
  const about = (said: string | undefined): string => said?.slice(0, said.indexOf(': ') + 2) ?? '';
  return lists
    .map((said, i) => (i > 0 && about(said) === about(lists[i - 1]) ? said.slice(about(said).length) : said))
    .join('; ');
}
