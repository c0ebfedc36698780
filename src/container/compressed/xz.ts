/** xz without the program. */
import { ReadableStream } from 'node:stream/web';
import { XzReadableStream } from 'xz-decompress';
import { Unpacked } from './unpacked.js';

const INPUT = 64 << 10;

export class XzBlocks extends Unpacked {
  constructor(packed: ConstructorParameters<typeof Unpacked>[1]) {
    super('xz', packed);
  }

  protected override async unpack(): Promise<void> {
    let fed = 0;
    const input = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const chunk = new Uint8Array(INPUT);
        const got = await this.packed.read(chunk);
        fed += got;
        if (got === 0) controller.close();
        else controller.enqueue(chunk.subarray(0, got));
      },
    });
    const reader = new XzReadableStream(input as globalThis.ReadableStream<Uint8Array>).getReader();
    try {
      for (;;) {
        const { done, value } = await reader.read();
        if (done || this.closed) return;
        this.arrive(Uint8Array.from(value));
        await this.room();
      }
    } catch (error) {
      // What xz-embedded calls XZ_BUF_ERROR: it wants more and there is no more.
      if (/code 8$/.test((error as Error).message)) this.fault('wrapper-cut', 'the file ends too early', fed);
      else this.fault('wrapper-damaged', 'the packed data is damaged', fed, 'before');
    }
  }
}
