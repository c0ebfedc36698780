/** What the bundle of the command line holds: the program and the threads that it starts. */
export { main } from './main.js';

/** The threads by the names of their files; each runs when it is loaded. */
const WORKERS = {
  'compare-worker': () => import('../compare-worker.js'),
  'hash-worker': () => import('../extract/hash-worker.js'),
  'validate-worker': () => import('./validate-worker.js'),
};

export const WORKER_NAMES = Object.keys(WORKERS) as readonly WorkerName[];
export type WorkerName = keyof typeof WORKERS;

/** Becomes that thread. */
export async function startWorker(name: WorkerName): Promise<void> {
  await WORKERS[name]();
}
