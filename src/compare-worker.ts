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

void answer(workerData as SideRequest).then(
  ({ answer, memory }) => parentPort?.postMessage(answer, memory),
  (error: unknown) =>
    parentPort?.postMessage(
      (error instanceof InputError
        ? { input: { message: error.message, ...(error.hint !== undefined && { hint: error.hint }) } }
        : { error }) satisfies SideAnswer,
    ),
);

/** Reads the side. Its page states are handed over without a copy. */
async function answer({ path, options }: SideRequest): Promise<{ answer: SideAnswer; memory: ArrayBuffer[] }> {
  const side = await readSide(path, options);
  const memory = (side.ram?.blocks ?? []).flatMap(({ chunks }) =>
    [...chunks.values()].flatMap(({ states, hashes }) => [states.buffer, ...(hashes ? [hashes.buffer] : [])]),
  );
  return { answer: { side: withoutStates(side) }, memory: memory as ArrayBuffer[] };
}
