/** Reads one side of a comparison on a second core, and hands it over. */
import { parentPort, workerData } from 'node:worker_threads';
import { readSide, type SideOptions } from './compare-side.js';
import { withoutStates } from './diff/side.js';
import { InputError } from './finding.js';

/** What the worker is asked for. */
export interface SideRequest {
  readonly path: string;
  readonly options: SideOptions;
}

/** What it answers: a side, or an error in parts, since an error loses its class on the way. */
export type SideAnswer =
  | { readonly side: Awaited<ReturnType<typeof readSide>> }
  | { readonly input: { readonly message: string; readonly hint?: string } }
  | { readonly error: unknown };

const { path, options } = workerData as SideRequest;
try {
  const side = await readSide(path, options);
  const memory = side.ram?.blocks.flatMap(({ chunks }) =>
    [...chunks.values()].flatMap(({ states, hashes }) => [states.buffer, ...(hashes ? [hashes.buffer] : [])]),
  );
  parentPort?.postMessage({ side: withoutStates(side) } satisfies SideAnswer, (memory ?? []) as ArrayBuffer[]);
} catch (error) {
  parentPort?.postMessage(
    (error instanceof InputError
      ? { input: { message: error.message, ...(error.hint !== undefined && { hint: error.hint }) } }
      : { error }) satisfies SideAnswer,
  );
}
