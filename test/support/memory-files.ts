import { basename, dirname } from 'node:path';

import type { FileEntry, Files, OpenFile, OpenMode } from '#build/output/files.js';

/** What is on a disk: files by path with their bytes, and folders. */
export interface DiskState {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly folders: ReadonlySet<string>;
}

/** What changed on a disk, or was made sure, in the order in which it was asked for. */
export type LoggedOperation =
  /** Names that one call set (to the number of a file or folder) or removed (null), all of one folder. */
  | { readonly kind: 'names'; readonly call: string; readonly names: readonly [string, number | null][] }
  | { readonly kind: 'write'; readonly node: number; readonly position: number; readonly bytes: Buffer }
  | { readonly kind: 'truncate'; readonly node: number; readonly length: number }
  | { readonly kind: 'datasync'; readonly node: number }
  | { readonly kind: 'syncFolder'; readonly folder: string };

interface Node {
  readonly kind: 'file' | 'folder';
  bytes: Buffer;
}

let disks = 0;

/** A disk in memory that logs what is done to it. Nothing on it is damaged by itself: see crash-states.ts. */
export class MemoryFiles implements Files {
  readonly log: LoggedOperation[] = [];
  /** Number 0 upward; never taken away, so that the log can speak of them. */
  readonly nodes: Node[] = [];
  readonly names = new Map<string, number>();
  readonly openHandles = new Set<string>();
  readonly #disk = (disks += 1);

  constructor(state: DiskState = { files: new Map(), folders: new Set(['/']) }) {
    for (const path of state.folders) this.#add(path, { kind: 'folder', bytes: Buffer.alloc(0) });
    for (const [path, bytes] of state.files) this.#add(path, { kind: 'file', bytes: Buffer.from(bytes) });
  }

  /** The current files, as programs see them. */
  state(): DiskState {
    const files = new Map<string, Buffer>();
    const folders = new Set<string>();
    for (const [path, number] of this.names) {
      const node = this.nodes[number]!;
      if (node.kind === 'folder') folders.add(path);
      else files.set(path, node.bytes);
    }
    return { files, folders };
  }

  text(path: string): string | undefined {
    return this.#find(path)?.bytes.toString();
  }

  async open(path: string, mode: OpenMode): Promise<OpenFile> {
    this.#requireFolder(path, 'open');
    let number = this.names.get(path);
    if (number === undefined) {
      number = this.#add(path, { kind: 'file', bytes: Buffer.alloc(0) });
      this.#logNames('open', [[path, number]]);
    } else if (this.nodes[number]!.kind === 'folder') {
      throw errnoError('EISDIR', 'open', path);
    } else if (mode === 'empty' && this.nodes[number]!.bytes.length > 0) {
      this.#change(number, { kind: 'truncate', node: number, length: 0 });
    }
    return this.#handle(path, number);
  }

  async *read(path: string, fromBytes = 0): AsyncGenerator<Uint8Array> {
    const node = this.#find(path);
    if (node === undefined) throw errnoError('ENOENT', 'open', path);
    yield Buffer.from(node.bytes.subarray(fromBytes));
  }

  async entry(path: string): Promise<FileEntry | null> {
    const number = this.names.get(path);
    return number === undefined ? null : this.#entryOf(number);
  }

  /** There are no links here. */
  async realPath(path: string): Promise<string> {
    return path;
  }

  #entryOf(number: number): FileEntry {
    const { kind, bytes } = this.nodes[number]!;
    // No device has such a number, so that no real folder is locked by a test.
    return {
      kind,
      sizeBytes: bytes.length,
      device: BigInt(-process.pid),
      inode: BigInt(this.#disk * 10_000 + number),
    };
  }

  async checkWritable(folder: string): Promise<void> {
    if (this.#find(folder)?.kind !== 'folder') throw errnoError('ENOENT', 'access', folder);
  }

  async list(folder: string): Promise<string[]> {
    return [...this.names.keys()]
      .filter((path) => path !== '/' && dirname(path) === folder)
      .map((path) => basename(path));
  }

  async rename(from: string, to: string): Promise<void> {
    const number = this.names.get(from);
    if (number === undefined) throw errnoError('ENOENT', 'rename', from);
    const below = [...this.names].filter(([path]) => path.startsWith(`${from}/`));
    const moved = below.map(([path, node]): [string, number] => [to + path.slice(from.length), node]);
    this.#logNames('rename', [
      [to, number],
      ...moved,
      [from, null],
      ...below.map(([path]): [string, null] => [path, null]),
    ]);
  }

  async link(from: string, to: string): Promise<void> {
    const number = this.names.get(from);
    if (number === undefined) throw errnoError('ENOENT', 'link', from);
    if (this.names.has(to)) throw errnoError('EEXIST', 'link', to);
    this.#logNames('link', [[to, number]]);
  }

  async remove(path: string): Promise<void> {
    if (this.names.has(path)) this.#logNames('remove', [[path, null]]);
  }

  async makeFolder(path: string): Promise<void> {
    this.#requireFolder(path, 'mkdir');
    if (this.names.has(path)) throw errnoError('EEXIST', 'mkdir', path);
    const number = this.#add(path, { kind: 'folder', bytes: Buffer.alloc(0) });
    this.#logNames('mkdir', [[path, number]]);
  }

  async removeFolder(path: string): Promise<void> {
    if (this.#find(path)?.kind !== 'folder') throw errnoError('ENOENT', 'rmdir', path);
    const isEmpty = ![...this.names.keys()].some((name) => name.startsWith(`${path}/`));
    if (!isEmpty) throw errnoError('ENOTEMPTY', 'rmdir', path);
    this.names.delete(path);
    this.#logNames('rmdir', [[path, null]]);
  }

  async syncFolder(path: string): Promise<void> {
    if (this.#find(path)?.kind !== 'folder') throw errnoError('ENOENT', 'open', path);
    this.log.push({ kind: 'syncFolder', folder: path });
  }

  #handle(path: string, number: number): OpenFile {
    const id = `${path} (${this.log.length}, ${Math.random()})`;
    this.openHandles.add(id);
    const node = this.nodes[number]!;
    const requireOpen = (): void => {
      if (!this.openHandles.has(id)) throw errnoError('EBADF', 'use of a closed file', path);
    };
    return {
      append: async (bytes) => {
        requireOpen();
        const position = node.bytes.length;
        this.#change(number, { kind: 'write', node: number, position, bytes: Buffer.from(bytes) });
        return bytes.length;
      },
      truncate: async (length) => {
        requireOpen();
        if (length !== node.bytes.length) this.#change(number, { kind: 'truncate', node: number, length });
      },
      readAt: async (position, length) => {
        requireOpen();
        return Buffer.from(node.bytes.subarray(position, position + length));
      },
      entry: async () => this.#entryOf(number),
      datasync: async () => {
        requireOpen();
        this.log.push({ kind: 'datasync', node: number });
      },
      close: async () => {
        requireOpen();
        this.openHandles.delete(id);
      },
    };
  }

  #find(path: string): Node | undefined {
    const number = this.names.get(path);
    return number === undefined ? undefined : this.nodes[number];
  }

  #add(path: string, node: Node): number {
    const number = this.nodes.push(node) - 1;
    this.names.set(path, number);
    return number;
  }

  #requireFolder(path: string, call: string): void {
    if (this.#find(dirname(path))?.kind !== 'folder') throw errnoError('ENOENT', call, path);
  }

  #logNames(call: string, names: [string, number | null][]): void {
    for (const [path, number] of names) {
      if (number === null) this.names.delete(path);
      else this.names.set(path, number);
    }
    this.log.push({ kind: 'names', call, names });
  }

  #change(number: number, operation: Extract<LoggedOperation, { kind: 'write' | 'truncate' }>): void {
    const node = this.nodes[number]!;
    node.bytes = changedBytes(node.bytes, operation);
    this.log.push(operation);
  }
}

/** A file's bytes after a write or a truncation; what was never written reads as zeros. */
export function changedBytes(
  bytes: Buffer,
  operation: Extract<LoggedOperation, { kind: 'write' | 'truncate' }>,
): Buffer {
  const length =
    operation.kind === 'truncate'
      ? operation.length
      : Math.max(bytes.length, operation.position + operation.bytes.length);
  const changed = Buffer.alloc(length);
  bytes.copy(changed, 0, 0, length);
  if (operation.kind === 'write') operation.bytes.copy(changed, operation.position);
  return changed;
}

/** An error as the operating system's calls give it. */
export function errnoError(code: string, syscall: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${syscall} '${path}'`), { code, syscall, path });
}
