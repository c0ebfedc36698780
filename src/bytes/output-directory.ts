/** Creates files under one directory and nowhere else: no symbolic link is followed, and no input is overwritten. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  statSync,
  type Stats,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../finding.js';

/** Not there on Windows, where `O_EXCL` alone has to do. */
const NOFOLLOW = constants.O_NOFOLLOW ?? 0;

export class OutputDirectory {
  private readonly made = new Set<string>();
  private readonly created = new Set<string>();
  private readonly inputs: readonly Stats[];

  /**
   * `inputs` are files that must survive, as far as they exist.
   *
   * With `replace: false` nothing that is there when this is made is overwritten.
   */
  constructor(
    readonly root: string,
    inputs: readonly string[] = [],
    private readonly options: { readonly replace: boolean } = { replace: true },
  ) {
    this.inputs = inputs
      .map((path) => statSync(path, { throwIfNoEntry: false }))
      .filter((stats) => stats !== undefined);
  }

  /**
   * Creates an empty file in place of what has its name, with the directories on the way, and opens it for reading and writing.
   *
   * @throws InputError when something in the way is not to be replaced
   */
  create(path: string): number {
    const parts = path.split('/');
    for (let i = 1; i < parts.length; i++) this.enter(parts.slice(0, i).join('/'));
    const full = join(this.root, path);
    const there = lstatSync(full, { throwIfNoEntry: false });
    if (there?.isDirectory()) throw new InputError(`${full} is a directory: a file is to be written there`);
    if (there && this.inputs.some((input) => input.ino === there.ino && input.dev === there.dev))
      throw new InputError(`${full} is the input: it would be overwritten`, 'run it in another directory');
    if (there) this.check(path);
    if (there) unlinkSync(full);
    this.created.add(path);
    return openSync(full, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | NOFOLLOW, 0o666);
  }

  /** Creates a file that holds these bytes, as `create` does. */
  write(path: string, bytes: Uint8Array): void {
    const fd = this.create(path);
    try {
      for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
    } finally {
      closeSync(fd);
    }
  }

  /** @throws InputError when a file is there that must not be overwritten */
  check(path: string): void {
    if (this.options.replace || this.created.has(path)) return;
    const full = join(this.root, path);
    if (lstatSync(full, { throwIfNoEntry: false }))
      throw new InputError(`${full} is there already`, 'name another directory, or say --force to have it overwritten');
  }

  /** Opens a file that `create` made. */
  reopen(path: string): number {
    const fd = openSync(join(this.root, path), constants.O_RDWR | NOFOLLOW);
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
    throw new InputError(`${join(this.root, path)} is no regular file any more`);
  }

  /** Removes a file that `create` made. */
  remove(path: string): void {
    if (this.created.delete(path)) unlinkSync(join(this.root, path));
  }

  private enter(directory: string): void {
    if (this.made.has(directory)) return;
    const full = join(this.root, directory);
    const there = lstatSync(full, { throwIfNoEntry: false });
    if (!there) mkdirSync(full);
    else if (!there.isDirectory()) {
      const what = there.isSymbolicLink() ? 'a symbolic link' : 'a file';
      throw new InputError(`${full} is ${what}: nothing is written through it`);
    }
    this.made.add(directory);
  }
}
