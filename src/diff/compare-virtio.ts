/** Compares what two streams say of one virtio device: the features that its driver uses, and its queues. */
import type { StructNode } from '../vmstate/decode.js';
import { virtioFacts, type VirtioFacts } from '../vmstate/devices/virtio/facts.js';
import { featureName } from '../vmstate/devices/virtio/features.js';
import { virtioDevice } from '../vmstate/devices/virtio/index.js';
import { mayOffer, type OfferedFeatures, offeredFeatures } from '../vmstate/devices/virtio/offered.js';
import { type Judgement, type LayoutDifference, layoutDifference } from './layout-difference.js';
import {
  featuresMayLack,
  featuresOffered,
  featuresRefused,
  queuesNotServed,
  queuesReset,
  ringSizesSent,
} from './verdict.js';

export interface VirtioSide {
  readonly state: StructNode;
  readonly payload: Uint8Array;
  readonly machine?: string;
}

/** Nothing where one of them is no virtio device, or is not decoded. */
export function compareVirtio(a: VirtioSide, b: VirtioSide, idstr: string, section: string): LayoutDifference[] {
  const [one, other] = [sideOf(a), sideOf(b)];
  if (!one || !other) return [];
  const name = (bit: number): string => featureName(virtioDevice(idstr), bit) ?? `bit ${bit}`;
  return [
    ...compareFeatures(one, other, section, name),
    ...compareQueueCount(one.facts, other.facts, section),
    ...compareRingSizes(one.facts, other.facts, section),
  ];
}

interface Told {
  readonly facts: VirtioFacts;
  readonly offered: OfferedFeatures;
}

function sideOf({ state, payload, machine }: VirtioSide): Told | undefined {
  const facts = virtioFacts(state, payload, machine);
  return facts && { facts, offered: offeredFeatures(state) };
}

function compareFeatures(a: Told, b: Told, section: string, name: (bit: number) => string): LayoutDifference[] {
  const [onlyA, onlyB] = [onlyIn(a.facts, b.facts), onlyIn(b.facts, a.facts)];
  if (onlyA.length + onlyB.length === 0) return [];
  const said = [
    ...(onlyA.length > 0 ? [`only A uses ${onlyA.map(name).join(', ')}`] : []),
    ...(onlyB.length > 0 ? [`only B uses ${onlyB.map(name).join(', ')}`] : []),
    ...[
      ['A', a],
      ['B', b],
    ].flatMap(([side, told]) =>
      (told as Told).facts.status === 0 ? [`no driver has started in ${side as string}`] : [],
    ),
  ];
  return [
    layoutDifference('virtio-features', {
      section,
      path: 'virtio/guest_features',
      message: `features: ${said.join('; ')}`,
      ...(onlyA.length > 0 && { a: onlyA.map(name).join(' ') }),
      ...(onlyB.length > 0 && { b: onlyB.map(name).join(' ') }),
      aToB: judgeFeatures(onlyA, b, name),
      bToA: judgeFeatures(onlyB, a, name),
    }),
  ];
}

function onlyIn({ features }: VirtioFacts, other: VirtioFacts): number[] {
  return [...features].filter((bit) => !other.features.has(bit)).sort((x, y) => x - y);
}

function judgeFeatures(missing: readonly number[], loader: Told, name: (bit: number) => string): Judgement {
  if (missing.length === 0) return featuresOffered();
  const never = missing.filter((bit) => !mayOffer(loader.offered, bit));
  return never.length > 0 ? featuresRefused(never.map(name)) : featuresMayLack(missing.map(name));
}

function compareQueueCount(a: VirtioFacts, b: VirtioFacts, section: string): LayoutDifference[] {
  const [countA, countB] = [a.queues.length, b.queues.length];
  if (countA === countB) return [];
  const [side, more, from] = countA > countB ? ['A', a, countB] : ['B', b, countA];
  const names = (more as VirtioFacts).queues.slice(from as number).map((queue) => queue.name);
  const [most, others] = [names.slice(0, MAX_NAMES).join(', '), names.length - MAX_NAMES];
  const judge = (sent: number, known: number): Judgement => (sent > known ? queuesNotServed() : queuesReset());
  return [
    layoutDifference('virtio-queues', {
      section,
      path: 'virtio/queues',
      message: `${countA} queues, ${countB}: only ${side as string} has ${others > 0 ? `${most} and ${others} more` : most}`,
      a: `${countA}`,
      b: `${countB}`,
      aToB: judge(countA, countB),
      bToA: judge(countB, countA),
    }),
  ];
}

/** Queues that are named in a message. */
const MAX_NAMES = 8;

function compareRingSizes(a: VirtioFacts, b: VirtioFacts, section: string): LayoutDifference[] {
  const groups = new Map<string, string[]>();
  for (const [i, { name, num }] of a.queues.entries()) {
    const other = b.queues[i];
    if (!other || other.num === num) continue;
    const sizes = `${num}, ${other.num}`;
    groups.set(sizes, [...(groups.get(sizes) ?? []), name]);
  }
  if (groups.size === 0) return [];
  const said = [...groups].map(([sizes, names]) => {
    const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
    return `${names.slice(0, MAX_NAMES).join(', ')}${more}: ${sizes} entries`;
  });
  return [
    layoutDifference('virtio-ring-sizes', {
      section,
      path: 'virtio/queues/vring.num',
      message: `sizes of rings: ${said.join('; ')}`,
      aToB: ringSizesSent(),
      bToA: ringSizesSent(),
    }),
  ];
}
