/** What the main channel says of RAM, for the channels that carry pages without saying it themselves. */
import type { RamBlock, StreamEvent, StreamSink } from './events.js';
import type { MultifdContext } from './multifd-blocks.js';

export class SharedRam implements StreamSink, MultifdContext {
  pageSize: number | undefined;
  machine: string | undefined;
  private readonly byName = new Map<string, RamBlock>();

  get blocksListed(): boolean {
    return this.byName.size > 0;
  }

  get blocks(): readonly RamBlock[] {
    return [...this.byName.values()];
  }

  findBlock(name: string): RamBlock | undefined {
    return this.byName.get(name);
  }

  event(event: StreamEvent): void {
    switch (event.kind) {
      case 'configuration':
        this.machine = event.machine;
        if (event.pageBits !== undefined) this.pageSize = 2 ** event.pageBits;
        break;
      case 'command':
        this.pageSize ??= event.payload.targetPageSize;
        break;
      case 'page-size':
        this.pageSize = event.pageSize;
        break;
      case 'ram-blocks':
        for (const block of event.blocks) this.byName.set(block.name, block);
        break;
      default:
    }
  }
}
