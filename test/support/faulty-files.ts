import type { FileEntry, Files, OpenFile, OpenMode } from '#build/output/files.js';

import { errnoError } from './memory-files.js';

/** `short`: a write takes half of what it was given. */
export type Fault = 'ENOSPC' | 'EIO' | 'EACCES' | 'EROFS' | 'EMFILE' | 'short';
export const FAULTS: readonly Fault[] = ['ENOSPC', 'EIO', 'EACCES', 'EROFS', 'EMFILE', 'short'];

export interface FaultPlan {
  /** Number of the operation that fails, from 0; with `short`, of the write. */
  readonly at: number;
  readonly fault: Fault;
  /** `always`: everything after it fails too, but for closing. */
  readonly times: 'once' | 'always';
}

/** File operations of which some fail, as planned. */
export class FaultyFiles implements Files {
  readonly #files: Files;
  readonly #plan: FaultPlan | null;
  #operations = 0;
  #writes = 0;
  /** What failed, as `CALL PATH`. */
  readonly failed: string[] = [];

  constructor(files: Files, plan: FaultPlan | null) {
    this.#files = files;
    this.#plan = plan;
  }

  /** How many operations there have been. */
  get operations(): number {
    return this.#operations;
  }

  get writes(): number {
    return this.#writes;
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    this.#count('open', path);
    const file = await this.#files.open(path, mode);
    return {
      append: async (bytes) => {
        const part = this.#isShort(bytes.length) ? bytes.subarray(0, Math.ceil(bytes.length / 2)) : bytes;
        this.#count('write', path);
        return file.append(part);
      },
      truncate: async (length) => {
        this.#count('ftruncate', path);
        await file.truncate(length);
      },
      readAt: async (position, length) => {
        this.#count('read', path);
        return file.readAt(position, length);
      },
      entry: async () => {
        this.#count('fstat', path);
        return file.entry();
      },
      datasync: async () => {
        this.#count('fdatasync', path);
        await file.datasync();
      },
      // A close that reports an error has closed the file all the same.
      close: async () => {
        await file.close();
        this.#count('close', path);
      },
    };
  }

  async *read(path: string, fromBytes = 0): AsyncGenerator<Uint8Array> {
    this.#count('open', path);
    for await (const bytes of this.#files.read(path, fromBytes)) {
      this.#count('read', path);
      yield bytes;
    }
  }

  async entry(path: string): Promise<FileEntry | null> {
    this.#count('stat', path);
    return this.#files.entry(path);
  }

  async realPath(path: string): Promise<string> {
    this.#count('realpath', path);
    return this.#files.realPath(path);
  }

  async checkWritable(folder: string): Promise<void> {
    this.#count('access', folder);
    await this.#files.checkWritable(folder);
  }

  async list(folder: string): Promise<string[]> {
    this.#count('scandir', folder);
    return this.#files.list(folder);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#count('rename', from);
    await this.#files.rename(from, to);
  }

  async link(from: string, to: string): Promise<void> {
    this.#count('link', from);
    await this.#files.link(from, to);
  }

  async remove(path: string): Promise<void> {
    this.#count('unlink', path);
    await this.#files.remove(path);
  }

  async removeFolder(path: string): Promise<void> {
    this.#count('rmdir', path);
    await this.#files.removeFolder(path);
  }

  async makeFolder(path: string): Promise<void> {
    this.#count('mkdir', path);
    await this.#files.makeFolder(path);
  }

  async syncFolder(path: string): Promise<void> {
    this.#count('fsync', path);
    await this.#files.syncFolder(path);
  }

  #isShort(lengthBytes: number): boolean {
    const number = this.#writes++;
    return this.#plan?.fault === 'short' && lengthBytes > 1 && this.#isDue(number);
  }

  #count(call: string, path: string): void {
    const number = this.#operations++;
    if (this.#plan === null || this.#plan.fault === 'short' || !this.#isDue(number)) return;
    this.failed.push(`${call} ${path}`);
    throw errnoError(this.#plan.fault, call, path);
  }

  #isDue(number: number): boolean {
    if (this.#plan === null) return false;
    return this.#plan.times === 'once' ? number === this.#plan.at : number >= this.#plan.at;
  }
}
