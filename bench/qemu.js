/** Runs QEMU for `npm run live`: a small guest that dirties its memory, and its QMP socket. */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const QEMU = 'qemu-system-x86_64';
export const RAM_MIB = 64;
/** The guest's program has written a word here when it begins to dirty memory. */
const LAST_WORD = 0x1fff000;

/**
 * A boot sector in machine code: switches to protected mode, writes the address of each page from 1 MiB to 32 MiB into it, then counts up a word in each page
 * from 1 MiB to 5 MiB for ever.
 */
const BOOT_SECTOR = Buffer.from(
  'fa31c08ed8e4920c02e692660f01166c7c0f20c00c010f22c066ea217c00000800' + // A20, lgdt, protected mode, far jump
    '66b810008ed8bf00001000893f81c70010000081ff00000002' + // fill
    '72f0bf00001000ff470881c70010000081ff0000500072efebe8' + // dirty, for ever
    '0000000000000000ffff0000009acf00ffff00000092cf00' + // descriptors: none, code, data
    '1700547c0000', // size and address of the descriptors
  'hex',
);

export function isInstalled() {
  return spawnSync(QEMU, ['--version']).status === 0;
}

/** @param {string} folder */
export function makeDisk(folder) {
  const disk = Buffer.alloc(1 << 20);
  BOOT_SECTOR.copy(disk);
  disk.writeUInt16LE(0xaa55, 510);
  const path = join(folder, 'disk.img');
  writeFileSync(path, disk);
  return path;
}

/** What QMP answers a command with. @typedef {{ return?: unknown, error?: { class: string, desc: string } }} Answer */

/** One QEMU and its QMP socket. */
export class Machine {
  /** @type {((answer: Answer) => void)[]} */
  #waiting = [];
  #text = '';
  /** @type {import('node:net').Socket | undefined} */
  #socket;

  /** @param {string} folder @param {string} name @param {string} disk @param {readonly string[]} args */
  constructor(folder, name, disk, args) {
    this.path = join(folder, `${name}.qmp`);
    this.log = join(folder, `${name}.stderr`);
    const log = openSync(this.log, 'w');
    this.process = spawn(
      QEMU,
      [
        ...['-name', name, '-machine', 'pc', '-accel', 'tcg', '-m', String(RAM_MIB), '-nodefaults', '-display', 'none'],
        ...['-qmp', `unix:${this.path},server=on,wait=off`],
        ...['-drive', `if=none,id=d0,file=${disk},format=raw,file.locking=off`, '-device', 'ide-hd,drive=d0'],
        ...args,
      ],
      { stdio: ['ignore', 'ignore', log] },
    );
    closeSync(log);
    this.exited = new Promise((resolve) => this.process.once('exit', resolve));
  }

  async connect() {
    for (let i = 0; ; i++) {
      try {
        const socket = connect(this.path);
        await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
        this.#socket = socket;
        break;
      } catch (error) {
        if (i === 100 || this.process.exitCode !== null) throw new Error(`${this.path}: ${error}`);
        await sleep(50);
      }
    }
    this.#socket.on('error', () => undefined);
    this.#socket.on('data', (data) => {
      this.#text += data;
      const lines = this.#text.split('\n');
      this.#text = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line);
        if ('return' in message || 'error' in message) this.#waiting.shift()?.(message);
      }
    });
    await this.run('qmp_capabilities');
  }

  /** @param {string} execute @param {object} [args] @returns {Promise<unknown>} */
  async run(execute, args) {
    const answer = await /** @type {Promise<Answer>} */ (
      new Promise((resolve) => {
        this.#waiting.push(resolve);
        this.#socket?.write(`${JSON.stringify({ execute, arguments: args })}\n`);
      })
    );
    if (answer.error) throw new Error(`${execute}: ${answer.error.desc}`);
    return answer.return;
  }

  /** Waits until the guest dirties its memory. */
  async booted() {
    const wanted = LAST_WORD.toString(16);
    for (let i = 0; i < 600; i++) {
      const line = await this.run('human-monitor-command', { 'command-line': `xp /1wx 0x${wanted}` });
      if (String(line).includes(`0x${wanted.padStart(8, '0')}\r`) && !String(line).includes(': 0x00000000')) return;
      await sleep(100);
    }
    throw new Error('the guest does not start');
  }

  /** Waits until the migration has this state. @param {...string} wanted */
  async migration(...wanted) {
    for (let i = 0; i < 1200; i++) {
      const { status = '', 'error-desc': error } = /** @type {{ status?: string, 'error-desc'?: string }} */ (
        await this.run('query-migrate')
      );
      if (wanted.includes(status)) return;
      if (status === 'failed') throw new Error(`the migration has failed${error ? `: ${error}` : ''}`);
      await sleep(50);
    }
    throw new Error(`the migration does not come to ${wanted.join(' or ')}`);
  }

  /** @param {readonly string[]} capabilities @param {Record<string, number>} parameters */
  async prepare(capabilities, parameters) {
    const list = capabilities.map((capability) => ({ capability, state: true }));
    await this.run('migrate-set-capabilities', { capabilities: list });
    await this.run('migrate-set-parameters', parameters);
  }

  async quit() {
    if (this.process.exitCode === null) this.process.kill('SIGKILL');
    await this.exited;
    this.#socket?.destroy();
  }
}
