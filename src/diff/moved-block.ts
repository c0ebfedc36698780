/** The RAM blocks of devices that stand elsewhere on the other side, and so have another name there. */

/** Where devices stand in B, by where they stand in A. */
export type MovedPlaces = ReadonlyMap<string, string>;

/** The name that a block has where its device stands in B: the place of the device, and what the device calls it. */
export function movedName(name: string, moved: MovedPlaces): string | undefined {
  const end = name.lastIndexOf('/');
  const place = moved.get(name.slice(0, Math.max(0, end)));
  return place === undefined ? undefined : `${place}${name.slice(end)}`;
}
