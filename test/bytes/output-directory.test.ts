import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { OutputDirectory } from '../../src/bytes/output-directory.js';

const folder = mkdtempSync(join(tmpdir(), 'migscope-output-'));
afterAll(() => rmSync(folder, { recursive: true }));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(folder, 'root-'));
});

const put = (directory: OutputDirectory, path: string, text: string): void => directory.write(path, Buffer.from(text));

describe('OutputDirectory', () => {
  it('makes files with the directories on the way, again as often as it made them itself', () => {
    const directory = new OutputDirectory(root, [], { replace: false });
    put(directory, 'ram/pc.ram', 'first');
    put(directory, 'ram/pc.ram', 'second');
    expect(readFileSync(join(root, 'ram/pc.ram'), 'utf8')).toBe('second');
    closeSync(directory.reopen('ram/pc.ram'));
    directory.remove('ram/pc.ram');
    expect(existsSync(join(root, 'ram/pc.ram'))).toBe(false);
  });

  it('overwrites what is there only where it may', () => {
    writeFileSync(join(root, 'a'), 'old');
    expect(() => new OutputDirectory(root, [], { replace: false }).create('a')).toThrow('is there already');
    put(new OutputDirectory(root), 'a', 'new');
    expect(readFileSync(join(root, 'a'), 'utf8')).toBe('new');
    mkdirSync(join(root, 'b'));
    expect(() => new OutputDirectory(root).create('b')).toThrow('is a directory');
  });

  it('never overwrites an input, whatever it is called', () => {
    const input = join(root, 'main.bin');
    writeFileSync(input, 'input');
    expect(() => new OutputDirectory(root, [join(root, '.', 'main.bin')]).create('main.bin')).toThrow('is the input');
    expect(readFileSync(input, 'utf8')).toBe('input');
  });

  it('writes through no link', () => {
    const outside = mkdtempSync(join(folder, 'outside-'));
    writeFileSync(join(outside, 'file'), 'kept');
    symlinkSync(outside, join(root, 'ram'));
    symlinkSync(join(outside, 'file'), join(root, 'link'));
    const directory = new OutputDirectory(root);
    expect(() => directory.create('ram/pc.ram')).toThrow('is a symbolic link');
    put(directory, 'link', 'x');
    expect(readFileSync(join(outside, 'file'), 'utf8')).toBe('kept');
    expect(readFileSync(join(root, 'link'), 'utf8')).toBe('x');
  });
});
