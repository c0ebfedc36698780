/** A line on standard error that says how far reading is; only on a terminal, and only for work that takes a second. */
import { writeSync } from 'node:fs';
import { size } from '../bytes/units.js';
import { visible } from '../bytes/visible.js';
import type { StreamSink } from '../stream/events.js';

const FIRST = 1000;
const EVERY = 200;

export function progress(name: string, wanted: boolean): { readonly sink: StreamSink; clear(): void } | undefined {
  if (!wanted || !process.stderr.isTTY) return undefined;
  const started = Date.now();
  let next = started + FIRST;
  let shown = false;
  return {
    sink: {
      ignoresContents: true,
      pages(batch) {
        const now = Date.now();
        if (now < next) return;
        next = now + EVERY;
        shown = true;
        const offset = batch.offset[batch.length - 1] ?? 0;
        const rate = offset / ((now - started) / 1000);
        writeSync(2, `\r\x1b[K${visible(name)}: ${size(offset)}, ${size(rate)}/s`);
      },
    },
    clear() {
      if (shown) writeSync(2, '\r\x1b[K');
    },
  };
}

/** The same for many captures: how many are done. */
export function countProgress(total: number, wanted: boolean): { step(): void; clear(): void } | undefined {
  if (!wanted || !process.stderr.isTTY) return undefined;
  const started = Date.now();
  let done = 0;
  let shown = false;
  return {
    step() {
      done++;
      if (Date.now() - started < FIRST) return;
      shown = true;
      writeSync(2, `\r\x1b[K${done} of ${total} captures`);
    },
    clear() {
      if (shown) writeSync(2, '\r\x1b[K');
    },
  };
}
