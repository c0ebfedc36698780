import { describe, expect, it } from 'vitest';
import { type ChosenPages, PageContents } from '../../src/diff/page-contents.js';
import { advise, discard } from '../build/elements.js';
import { compressed, page, xbzrle, xbzrleRuns, zero } from '../build/ram.js';
import { ONE, PAGE, pages, read, stream, TWO } from './ram-streams.js';

describe('PageContents', () => {
  it('has the final contents of the pages that were chosen', async () => {
    const pagesOf: ChosenPages = new Map([0, 1, 2, 3, 4, 5].map((number) => [number, undefined]));
    const bytes = stream(
      advise(PAGE, PAGE),
      pages(page(0, ONE, 'ram'), page(PAGE, ONE), zero(2 * PAGE, undefined, 9), page(4 * PAGE, ONE)),
      pages(xbzrle(0, xbzrleRuns([2, Buffer.from('xy')]), 'ram'), compressed(3 * PAGE, TWO), zero(PAGE)),
      discard('ram', [4 * PAGE, PAGE]),
    );
    await read(bytes, new PageContents(new Map([['ram', pagesOf]])));
    const changed = Buffer.from(ONE);
    changed.write('xy', 2);
    expect([...pagesOf.values()].map((content) => content?.toString('hex'))).toEqual(
      [changed, Buffer.alloc(PAGE), Buffer.alloc(PAGE, 9), TWO, undefined, undefined].map((bytes) =>
        bytes?.toString('hex'),
      ),
    );
  });
});
