/** Why what was extracted cannot be trusted: what the channels, the blocks and the devices lack. */
import { plural } from '../bytes/units.js';
import { type Finding, hex } from '../finding.js';
import { lostConnections, takenUp } from '../model/lost-connections.js';
import type { StreamSink } from '../stream/events.js';
import type { StoredDevice } from './device-store.js';
import type { ExtractedChannel } from './manifest.js';
import type { StoredBlock } from './page-store.js';
import type { VirtioMem } from './virtio-mem.js';

/** True for problems that a destination or a reader has to care about. */
export function isTrouble({ severity }: Finding): boolean {
  return severity !== 'info';
}

/** What of a block is not as a destination would have it. */
export function blockReasons(
  { block, file, pages, neverSent, notResent }: StoredBlock,
  virtioMem: VirtioMem,
): string[] {
  if (file === undefined) return [`${block.name} could not be written`];
  if (notResent > 0) return [`${plural(notResent, 'page')} of ${block.name} discarded for postcopy and not sent again`];
  const none = Object.values(pages).every((count) => count === 0) && neverSent.ranges.length > 0;
  const plugged = neverSent.ranges.some(([at, length]) => virtioMem.unplugged(block, at, length) < length);
  return none && plugged ? [`no page of ${block.name} is in the capture: it was shared, or never sent`] : [];
}

/** What of the state of a VFIO device was lost, or came twice. */
export function deviceReasons({ idstr, instance, missing, duplicates, configMissing }: StoredDevice): string[] {
  const name = instance === 0 ? idstr : `${idstr}#${instance}`;
  const ranges = missing.slice(0, 10).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  return [
    ...(ranges.length > 0 ? [`device ${name}: packets ${ranges.join(', ')} are missing`] : []),
    ...(duplicates.length > 0 ? [`device ${name}: packet ${duplicates[0]} came more than once`] : []),
    ...(configMissing ? [`device ${name}: the packet with the configuration is missing`] : []),
  ];
}

/** What the channels say of themselves. */
export class ChannelTrust {
  readonly channels: ExtractedChannel[] = [];
  /** By the name of the channel, as `ExtractedChannel` has them; to be told before the channel is read. */
  readonly layers = new Map<string, readonly string[]>();
  private readonly found: { readonly channel: string; readonly finding: Finding }[] = [];

  sink({ name, role }: Pick<ExtractedChannel, 'name' | 'role'>): StreamSink {
    return {
      event: (event) => {
        if (event.kind === 'end') {
          const { bytes, complete } = event;
          this.channels.push({ name, role, layers: this.layers.get(name) ?? [], bytes, complete });
        }
        if (event.kind === 'problem') this.found.push({ channel: name, finding: event.finding });
      },
    };
  }

  /** All that was found, of lost connections as what it means behind the recovery. */
  get problems(): Finding[] {
    const lost = lostConnections(this.channels);
    return this.found.map(({ channel, finding }) => (lost.has(channel) ? takenUp(finding) : finding));
  }

  /** What is said the other way tells nothing of memory, and a connection that was taken up by another may end anywhere. */
  reasons(): string[] {
    const lost = lostConnections(this.channels);
    const { problems } = this;
    return this.channels.flatMap(({ name, role, complete }) => {
      if (role === 'return-path') return [];
      const trouble = problems.filter((finding) => finding.channel === name && isTrouble(finding));
      const [first] = trouble;
      if (first) {
        const more = trouble.length === 1 ? '' : ` (and ${plural(trouble.length - 1, 'more problem')})`;
        return [`${name}@${hex(first.offset)}: ${first.message}${more}`];
      }
      return complete || lost.has(name) ? [] : [`${name} is not complete`];
    });
  }
}
