/**
 * Measures the reading of packet captures and the recorder against their peers: tshark, tcpflow and socat, as far as they are installed.
 * Usage: node bench/network.js [--size MIB] [--pairs N] [--only TEXT]
 *
 * As in run.js every row is a ratio of commands that ran in turns, as median and range; above 1, migscope is the faster one.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeCaptures } from './make-captures.js';
import { GIB, MIB } from './make-streams.js';
import { makePcap } from './make-pcap.js';

const NODE = process.execPath;
const MIGSCOPE = fileURLToPath(new URL('../bin/migscope.js', import.meta.url));
const SELF = fileURLToPath(import.meta.url);
const MAX_RSS = new URL('max-rss.js', import.meta.url).href;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '512' },
    pairs: { type: 'string', default: '5' },
    only: { type: 'string', default: '' },
  },
});
const PAIRS = Number(options.pairs);
const BYTES = Number(options.size) * MIB;

/** @param {readonly number[]} numbers */
function median(numbers) {
  return [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
}

/** @param {readonly number[]} ratios */
const range = (ratios) =>
  `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;

/** @param {string} program @param {...string} args */
const isInstalled = (program, ...args) => spawnSync(program, args).status === 0;

/** Runs in turns. @param {(() => Promise<number>)[]} runs seconds each @returns {Promise<number[][]>} */
async function inTurns(runs) {
  const times = runs.map(() => /** @type {number[]} */ ([]));
  for (const run of runs) await run();
  for (let round = 0; round < PAIRS; round++) {
    const order = runs.map((_, i) => i);
    for (const i of round % 2 === 0 ? order : order.reverse()) times[i].push(await runs[i]());
  }
  return times;
}

/** @param {string} name @param {number[]} ours @param {number[]} peer @param {string} aim */
function print(name, ours, peer, aim) {
  const ratio = range(ours.map((value, i) => peer[i] / value));
  const cells = [name.padEnd(52), `${median(ours).toFixed(2)} s`.padEnd(10), `${median(peer).toFixed(2)} s`.padEnd(10)];
  console.log([...cells, ratio.padEnd(24), aim].join(' ').trimEnd());
}

/** @param {string} program @param {readonly string[]} args @param {string} [cwd] */
async function command(program, args, cwd) {
  const begin = performance.now();
  const child = spawn(program, args, { stdio: 'ignore', ...(cwd && { cwd }) });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: exit code ${code}`);
  return (performance.now() - begin) / 1000;
}

async function packetCaptures() {
  const { multifd } = makeCaptures(BYTES / GIB);
  const file = makePcap(multifd.large);
  const info = () => command(NODE, [MIGSCOPE, 'info', file]);
  const { output } = spawnSync(NODE, ['--import', MAX_RSS, MIGSCOPE, 'info', file], {
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
  });
  if (isInstalled('tshark', '--version')) {
    // One of the five connections; each further one takes as long again.
    const follow = ['-r', file, '-q', '-z', 'follow,tcp,raw,1'];
    const [ours, peer] = await inTurns([info, () => command('tshark', follow)]);
    print('pcap: info / tshark, following one connection', ours, peer, 'above 1');
  } else console.log('pcap: info / tshark: skipped, not installed');
  if (isInstalled('tcpflow', '-h')) {
    const folder = mkdtempSync(join(tmpdir(), 'migscope-tcpflow-'));
    const flow = () => command('tcpflow', ['-r', file, '-o', folder, '-q'], folder);
    const [ours, peer] = await inTurns([info, flow]);
    print('pcap: info / tcpflow, writing the connections', ours, peer, 'above 1');
    rmSync(folder, { recursive: true });
  } else console.log('pcap: info / tcpflow: skipped, not installed');
  console.log(`pcap: peak memory of info ${(Number(String(output[3])) / 1024).toFixed(0)} MiB`);
}

/** A destination that throws away what it is sent; run as a program of its own. */
function destination() {
  const server = createServer((socket) => socket.on('data', () => undefined).on('error', () => undefined));
  server.listen(0, '127.0.0.1', () => {
    process.stdout.write(`${/** @type {import('node:net').AddressInfo} */ (server.address()).port}\n`);
  });
}

/** A source: sends so many bytes over so many connections, and says how long that took. @param {number} port @param {number} count @param {number} bytes */
function source(port, count, bytes) {
  const chunk = Buffer.alloc(256 << 10, 0x5a);
  const begin = performance.now();
  let open = count;
  for (let i = 0; i < count; i++) {
    const socket = connect({ port, host: '127.0.0.1' });
    let left = bytes / count;
    const pump = () => {
      while (left > 0) {
        left -= chunk.length;
        if (!socket.write(chunk)) return void socket.once('drain', pump);
      }
      socket.end();
    };
    socket.once('connect', pump).resume();
    socket.once('close', () => {
      if (--open === 0) process.stdout.write(`${(performance.now() - begin) / 1000}\n`);
    });
  }
}

/** The first line that a program prints. @param {import('node:child_process').ChildProcess} child @param {RegExp} pattern */
function lineOf(child, pattern) {
  return /** @type {Promise<string>} */ (
    new Promise((resolve, reject) => {
      let text = '';
      child.stdout?.on('data', (data) => {
        text += data;
        const found = pattern.exec(text);
        if (found) resolve(found[1]);
      });
      child.once('exit', () => reject(new Error(`a program has ended: ${text}`)));
    })
  );
}

/** @param {import('node:child_process').ChildProcess} child */
async function end(child) {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGINT');
  await exited;
}

async function relays() {
  if (!isInstalled('socat', '-V')) {
    console.log('relay: skipped, socat is not installed');
    return;
  }
  const sink = spawn(NODE, [SELF, 'destination'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const target = await lineOf(sink, /^(\d+)\n/);
  const folder = mkdtempSync(join(tmpdir(), 'migscope-relay-'));
  const send = async (/** @type {string} */ port, /** @type {number} */ count) => {
    touchMemory(join(folder, 'memory'));
    const child = spawn(NODE, [SELF, 'source', port, String(count), String(BYTES)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return Number(await lineOf(child, /^([\d.]+)\n/));
  };
  /** @param {number} count @param {...string} record */
  const throughSocat = async (count, ...record) => {
    const port = await freePort();
    const child = spawn(
      'socat',
      [...record, `TCP-LISTEN:${port},bind=127.0.0.1,fork,reuseaddr`, `TCP:127.0.0.1:${target}`],
      {
        stdio: 'ignore',
      },
    );
    await sleep(500);
    const time = await send(port, count);
    await end(child);
    return time;
  };
  const recordingSocat = async (/** @type {number} */ count) => {
    const time = await throughSocat(count, '-r', join(folder, 'there'), '-R', join(folder, 'back'));
    for (const name of ['there', 'back']) rmSync(join(folder, name), { force: true });
    return time;
  };
  const throughUs = async (/** @type {number} */ count) => {
    const args = ['--listen', '0', '--forward', target, '--out', join(folder, 'out'), '--force'];
    const child = spawn(NODE, [MIGSCOPE, 'capture', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
    const time = await send(await lineOf(child, /^listening on tcp:127\.0\.0\.1:(\d+)/m), count);
    await end(child);
    rmSync(join(folder, 'out'), { recursive: true });
    return time;
  };
  for (const count of [1, 8]) {
    const [ours, bare, recording] = await inTurns([
      () => throughUs(count),
      () => throughSocat(count),
      () => recordingSocat(count),
    ]);
    const over = `${count} connection${count > 1 ? 's' : ''}`;
    print(`capture / socat, ${over}`, ours, bare, 'at least 0.80');
    print(`capture / socat -r FILE -R FILE, ${over}`, ours, recording, 'above 1');
  }
  rmSync(folder, { recursive: true });
  sink.kill();
}

/**
 * Fills the page cache with as much as a recording takes, and frees it. A virtual machine gives memory that has been free for a second back to
 * its host, and has it brought back page by page when a file is written: ten times as long as the writing itself, and none of socat's business.
 *
 * @param {string} path
 */
function touchMemory(path) {
  const chunk = Buffer.alloc(MIB);
  const file = openSync(path, 'w');
  for (let done = 0; done < BYTES * 1.25; done += chunk.length) writeSync(file, chunk);
  closeSync(file);
  rmSync(path);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

const [part, ...rest] = positionals;
if (part === 'destination') destination();
else if (part === 'source') source(Number(rest[0]), Number(rest[1]), Number(rest[2]));
else {
  console.log(`Node ${process.version}, ${options.size} MiB, ${PAIRS} pairs a row\n`);
  console.log(
    ['what'.padEnd(52), 'migscope'.padEnd(10), 'peer'.padEnd(10), 'ratio, median (range)'.padEnd(24), 'aim'].join(' '),
  );
  if ('pcap'.includes(options.only)) await packetCaptures();
  if ('relay'.includes(options.only)) await relays();
}
