/**
 * Records migrations of a real QEMU pair on this machine and proves the recordings: the destination completes, every byte of the recording is understood,
 * it validates clean, and the RAM that `migscope extract` takes out of it is the RAM of the destination.
 *
 *     npm run build && npm run live [-- --only TEXT] [--keep]
 *
 * Needs qemu-system-x86_64 on the path (Debian: apt-get install qemu-system-x86), no KVM. Postcopy needs the userfaultfd system call. Takes a minute or two.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { isInstalled, Machine, makeDisk, QEMU, RAM_MIB } from './qemu.js';

const MIGSCOPE = fileURLToPath(new URL('../bin/migscope.js', import.meta.url));
/** Where physical memory is no RAM: the VGA window and the firmware. */
const HOLE = [0xa0000, 0x100000];
const FAST = 10 * 2 ** 30;
const SLOW = 2 * 2 ** 20;

/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {readonly string[]} capabilities
 * @property {Record<string, number>} [parameters]
 * @property {'tcp' | 'unix'} transport
 * @property {(pair: Pair) => Promise<void>} [during] what is done while it runs
 * @property {boolean} [sink] there is no destination
 */

/** @typedef {{ src: Machine, dst: Machine, listen: string, forward: string }} Pair */

/** @param {Pair} pair */
async function toPostcopy({ src }) {
  await src.migration('active');
  await sleep(500);
  await src.run('migrate-start-postcopy');
  await src.migration('postcopy-active', 'completed');
}

/** @type {readonly Scenario[]} */
const SCENARIOS = [
  { name: 'precopy, TCP', capabilities: [], transport: 'tcp' },
  { name: 'precopy, UNIX socket', capabilities: ['return-path'], transport: 'unix' },
  { name: 'precopy to nowhere (--sink)', capabilities: [], transport: 'tcp', sink: true },
  {
    name: 'multifd, 4 channels',
    capabilities: ['multifd'],
    parameters: { 'multifd-channels': 4 },
    transport: 'tcp',
  },
  { name: 'xbzrle', capabilities: ['xbzrle'], transport: 'tcp' },
  { name: 'postcopy', capabilities: ['postcopy-ram'], transport: 'tcp', during: toPostcopy },
  {
    name: 'postcopy, preempt',
    capabilities: ['postcopy-ram', 'postcopy-preempt'],
    transport: 'unix',
    during: toPostcopy,
  },
  {
    name: 'postcopy, recovered',
    capabilities: ['postcopy-ram'],
    parameters: { 'max-postcopy-bandwidth': SLOW },
    transport: 'unix',
    async during(pair) {
      const { src, dst, listen, forward } = pair;
      await toPostcopy(pair);
      await sleep(1000);
      await src.run('migrate-pause');
      await src.migration('postcopy-paused');
      await dst.migration('postcopy-paused');
      await dst.run('migrate-recover', { uri: forward });
      await src.run('migrate-set-parameters', { 'max-postcopy-bandwidth': 0 });
      await src.run('migrate', { uri: listen, resume: true });
    },
  },
];

/** @returns {Promise<number>} a port that is free now */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @param {...string} args */
const migscope = (...args) =>
  spawnSync(process.execPath, [MIGSCOPE, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });

/** The recorder, when it says where it listens. @param {readonly string[]} args */
async function record(args) {
  const child = spawn(process.execPath, [MIGSCOPE, 'capture', ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const exited = /** @type {Promise<number | null>} */ (new Promise((resolve) => child.once('exit', resolve)));
  const listen = await /** @type {Promise<string>} */ (
    new Promise((resolve, reject) => {
      child.stdout.on('data', (data) => {
        output += data;
        const found = /^listening on ([^,\s]+)/m.exec(output);
        if (found) resolve(found[1]);
      });
      child.once('exit', () => reject(new Error(`the recorder has ended: ${output}`)));
    })
  );
  return { listen, exited, child, output: () => output };
}

/** Bytes of RAM that differ, outside the hole. @param {Buffer} extracted @param {Buffer} truth */
function differences(extracted, truth) {
  if (extracted.length !== truth.length) return Math.max(extracted.length, truth.length);
  const [from, to] = HOLE;
  let count = 0;
  for (let i = 0; i < truth.length; i += 4096) {
    if (i >= from && i < to) continue;
    if (extracted.compare(truth, i, i + 4096, i, i + 4096) !== 0) count++;
  }
  return count * 4096;
}

/** @param {Scenario} scenario @param {string} folder @param {string} disk */
async function run(scenario, folder, disk) {
  const { capabilities, parameters = {}, transport, during, sink = false } = scenario;
  const src = new Machine(folder, 'src', disk, []);
  const dst = new Machine(folder, 'dst', disk, ['-incoming', 'defer', '-S']);
  const recording = join(folder, 'recording');
  /** @type {Awaited<ReturnType<typeof record>> | undefined} */
  let recorder;
  try {
    await Promise.all([src.connect(), dst.connect()]);
    await src.booted();
    await src.prepare(capabilities, {
      ...parameters,
      'max-bandwidth': during ? SLOW * 4 : FAST,
      'downtime-limit': 1000,
    });
    await dst.prepare(capabilities, parameters);
    const forward = transport === 'tcp' ? `tcp:127.0.0.1:${await freePort()}` : `unix:${join(folder, 'dst.sock')}`;
    const listen = transport === 'tcp' ? '127.0.0.1:0' : `unix:${join(folder, 'src.sock')}`;
    if (!sink) await dst.run('migrate-incoming', { uri: forward });
    const where = sink ? ['--sink'] : ['--forward', forward];
    recorder = await record(['--listen', listen, ...where, '--out', recording, '--validate']);
    const pair = { src, dst, listen: recorder.listen, forward };
    await src.run('migrate', { uri: pair.listen });
    await during?.(pair);
    await src.migration('completed');
    if (!sink) await dst.migration('completed');
    const code = await Promise.race([recorder.exited, sleep(30_000)]);
    if (typeof code !== 'number') throw new Error('the recorder does not end by itself');
    const truth = join(folder, 'truth');
    // Without a destination it is the source that has stopped with this RAM.
    await (sink ? src : dst).run('pmemsave', { val: 0, size: RAM_MIB * 2 ** 20, filename: truth });
    return { ...examine(recording, folder, truth), recorder: code, output: recorder.output() };
  } finally {
    await Promise.all([src.quit(), dst.quit()]);
    if (recorder && recorder.child.exitCode === null) recorder.child.kill('SIGKILL');
  }
}

/** What there is to say of a recording. @param {string} recording @param {string} folder @param {string} truth */
function examine(recording, folder, truth) {
  const info = JSON.parse(migscope('info', recording, '--json').stdout);
  /** @type {{ role: string, bytes: number, explainedBytes: number }[]} */
  const channels = info.channels;
  const out = join(folder, 'extracted');
  const extract = migscope('extract', recording, '--out', out);
  const differ = differences(readFileSync(join(out, 'ram', 'pc.ram')), readFileSync(truth));
  const validate = migscope('validate', recording);
  return {
    channels: channels.map(({ role }) => role).join(' '),
    bytes: channels.reduce((sum, { bytes }) => sum + bytes, 0),
    complete: info.complete,
    explained: channels.every(({ bytes, explainedBytes }) => bytes === explainedBytes),
    validate: validate.status,
    extract: extract.status,
    differ,
    said: validate.stdout,
  };
}

async function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string', default: '' }, keep: { type: 'boolean', default: false } },
  });
  if (!isInstalled()) {
    console.error(`${QEMU} is not on the path: apt-get install qemu-system-x86`);
    process.exitCode = 3;
    return;
  }
  const root = mkdtempSync(join(tmpdir(), 'migscope-live-'));
  console.log(spawnSync(QEMU, ['--version'], { encoding: 'utf8' }).stdout.split('\n')[0]);
  for (const [i, scenario] of SCENARIOS.entries()) {
    if (!scenario.name.includes(values.only)) continue;
    const folder = join(root, String(i));
    spawnSync('mkdir', ['-p', folder]);
    try {
      const row = await run(scenario, folder, makeDisk(folder));
      const whole = row.complete && row.explained;
      const good = whole && row.validate === 0 && row.extract === 0 && row.differ === 0 && row.recorder === 0;
      const verdict = [
        row.complete ? 'complete' : 'incomplete',
        row.explained ? 'every byte explained' : 'bytes not explained',
        `validate ${row.validate}`,
        row.differ === 0 ? 'RAM equal' : `RAM differs in ${row.differ} bytes`,
      ];
      console.log(
        `${(good ? 'ok' : 'FAIL').padEnd(4)} ${scenario.name.padEnd(28)} ${row.bytes} bytes, ${row.channels}: ${verdict.join(', ')}`,
      );
      if (!good) {
        process.exitCode = 1;
        console.log(row.output, row.said);
      }
    } catch (error) {
      process.exitCode = 1;
      console.log(`FAIL ${scenario.name.padEnd(28)} ${error instanceof Error ? error.message : error}`);
    }
  }
  if (values.keep) console.log(root);
  else rmSync(root, { recursive: true, force: true });
}

await main();
