import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { relay, type RelayOptions, type Tap } from '../../src/capture/relay.js';
import type { WriteBudget } from '../../src/capture/write-queue.js';

const ROOM: RelayOptions = {
  budget: { isFull: false, whenRoom: () => undefined } as unknown as WriteBudget,
  clock: () => 0,
};

/** The two ends of one connection on this machine. */
async function pair(): Promise<[near: Socket, far: Socket]> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const near = connect({ port: (server.address() as { port: number }).port, host: '127.0.0.1', allowHalfOpen: true });
  await once(near, 'connect');
  const [far] = await accepted;
  server.close();
  onTestFinished(() => void [near, far].map((socket) => socket.destroy()));
  for (const socket of [near, far]) socket.on('error', () => undefined);
  return [near, far];
}

function tap(): Tap & { readonly heard: string[] } {
  const heard: string[] = [];
  return { heard, data: (chunk) => void heard.push(chunk.toString()), end: (reason) => void heard.push(`<${reason}>`) };
}

/** What comes up to the half-close; the socket stays as it is. */
async function all(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  await once(socket, 'end');
  return text;
}

describe('relay', () => {
  it('passes a half-close on, and what comes the other way after it', async () => {
    const [[qemu, source], [destination, loader]] = [await pair(), await pair()];
    const taps = { forward: tap(), back: tap() };
    const over = relay({ source, destination }, taps, ROOM);
    qemu.end('stream');
    expect(await all(loader)).toBe('stream');
    expect(taps.back.heard).toEqual([]);
    loader.end('answer');
    expect(await all(qemu)).toBe('answer');
    await over;
    expect([taps.forward.heard, taps.back.heard]).toEqual([
      ['stream', '<closed>'],
      ['answer', '<closed>'],
    ]);
  });

  it('passes a reset on, and tells both directions of it', async () => {
    const [[qemu, source], [destination, loader]] = [await pair(), await pair()];
    const taps = { forward: tap(), back: tap() };
    const over = relay({ source, destination }, taps, ROOM);
    const seen = once(loader, 'error');
    qemu.resetAndDestroy();
    expect(await seen).toMatchObject([{ code: 'ECONNRESET' }]);
    await over;
    expect([taps.forward.heard, taps.back.heard]).toEqual([['<reset>'], ['<reset>']]);
  });

  it('ends a connection without a destination when its source does', async () => {
    const [qemu, source] = await pair();
    const taps = { forward: tap(), back: tap() };
    const over = relay({ source }, taps, ROOM);
    qemu.end('alone');
    expect(await all(qemu)).toBe('');
    await over;
    expect([taps.forward.heard, taps.back.heard]).toEqual([['alone', '<closed>'], []]);
  });

  it('stops reading while the disk is behind', async () => {
    const [qemu, source] = await pair();
    const heard = tap();
    let release = (): void => undefined;
    const budget = { isFull: true, whenRoom: (go: () => void) => void (release = go) };
    const over = relay(
      { source },
      { forward: heard, back: tap() },
      {
        budget: budget as unknown as WriteBudget,
        clock: () => 0,
      },
    );
    const first = once(source, 'data');
    qemu.write('one');
    await first;
    expect(source.isPaused()).toBe(true);
    budget.isFull = false;
    release();
    expect(source.isPaused()).toBe(false);
    qemu.end('two');
    await over;
    expect(heard.heard.join('')).toBe('onetwo<closed>');
  });

  it('says that somebody here has stopped it', async () => {
    const [, source] = await pair();
    const heard = tap();
    const over = relay({ source }, { forward: heard, back: tap() }, ROOM);
    source.destroy();
    await over;
    expect(heard.heard).toEqual(['<stopped>']);
  });
});
