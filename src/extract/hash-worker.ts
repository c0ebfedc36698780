/** A thread that hashes files while they are being written; `file-hasher.ts` is its other side. */
import { parentPort } from 'node:worker_threads';
import { type HashOrder, RunningHash } from './running-hash.js';

const hashes = new Map<string, RunningHash>();

parentPort!.on('message', (order: HashOrder) => {
  const { path } = order;
  let hash = hashes.get(path);
  if (!hash) hashes.set(path, (hash = new RunningHash(path)));
  if (order.kind === 'again') hash.again();
  else if (order.kind === 'grown') hash.upTo(order.length);
  else {
    hashes.delete(path);
    void hash.finish().then((found) => parentPort!.postMessage({ path, ...found }));
  }
});
