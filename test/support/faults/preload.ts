/**
 * Preloaded into the program (plan.ts): counts its file operations in one folder, and at a given one lets it fail,
 * fall short or take the process with it. Actors, which start with the same environment, are left alone.
 */
import callbacks, { openSync, writeSync } from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

import { ERRNO, type FaultPlan, type FileOperation } from './plan.js';

type Operation = (this: unknown, ...args: unknown[]) => Promise<unknown>;
type Operations = Record<string, Operation>;

const ON_HANDLES = {
  changing: ['appendFile', 'write', 'writev', 'writeFile', 'truncate', 'datasync', 'sync'],
  reading: ['read', 'readv', 'readFile', 'stat'],
};
const ON_PATHS = {
  changing: ['rename', 'link', 'unlink', 'rm', 'mkdir', 'truncate', 'writeFile', 'appendFile', 'copyFile'],
  reading: ['readFile', 'stat', 'lstat', 'readdir', 'realpath', 'access'],
};
const WRITING = new Set(['appendFile', 'write', 'writev', 'writeFile']);

class Faults {
  readonly #plan: FaultPlan;
  readonly #log: number;
  readonly #paths = new WeakMap<object, string>();
  #count = 0;
  #busy = false;

  constructor(plan: FaultPlan) {
    this.#plan = plan;
    this.#log = openSync(plan.log, 'a');
  }

  async install(): Promise<void> {
    const files = promises as unknown as Operations;
    const probe = await promises.open(process.execPath);
    const handles = Object.getPrototypeOf(probe) as Operations;
    await probe.close();
    this.#wrapOpen(files);
    for (const [changes, names] of [
      [true, ON_PATHS.changing],
      [false, ON_PATHS.reading],
    ] as const)
      for (const name of names)
        this.#wrap(files, name, (_self, args) => ({ path: pathText(args[0]), changes }));
    for (const [changes, names] of [
      [true, ON_HANDLES.changing],
      [false, ON_HANDLES.reading],
    ] as const) {
      for (const name of names) {
        this.#wrap(handles, name, (self, args) => {
          const path = this.#paths.get(self as object);
          return path === undefined ? null : { path, changes, ...askedBytes(name, args) };
        });
      }
    }
    this.#wrapStreams();
    syncBuiltinESMExports();
  }

  /** What streams of files are read with. */
  #wrapStreams(): void {
    const files = callbacks as unknown as Record<string, (...args: unknown[]) => void>;
    const paths = new Map<unknown, string>();
    const asPromised =
      (name: string) =>
      (...args: unknown[]): Promise<unknown[]> =>
        new Promise((resolve, reject) => {
          original(name)(...args, (error: Error | null, ...values: unknown[]) => {
            if (error === null) resolve(values);
            else reject(error);
          });
        });
    const originals = new Map(['open', 'read'].map((name) => [name, files[name]]));
    const original = (name: string): ((...args: unknown[]) => void) => {
      const found = originals.get(name);
      if (found === undefined) throw new Error(`there is no ${name}`);
      return found.bind(files);
    };
    const wrap = (name: string, pathOf: (args: readonly unknown[]) => string | undefined): void => {
      files[name] = (...all) => {
        const [args, done] = [all.slice(0, -1), all.at(-1) as (...values: unknown[]) => void];
        const path = pathOf(args);
        const inside = path === undefined ? null : this.#inside(path);
        if (inside === null || this.#plan.changesOnly || this.#busy) {
          original(name)(...all);
          return;
        }
        const operation = { name, path: inside, changes: false };
        this.#meet(operation, asPromised(name), args).then(
          (values) => {
            if (name === 'open') paths.set((values as unknown[])[0], path ?? '');
            done(null, ...(values as unknown[]));
          },
          (error: unknown) => done(error),
        );
      };
    };
    wrap('open', ([path, flags]) => (isWriting(flags) ? undefined : pathText(path)));
    wrap('read', ([fd]) => paths.get(fd));
  }

  /** Null: it is not in the folder. */
  #inside(path: string): string | null {
    const inside = relative(this.#plan.under, resolve(path));
    return inside.startsWith('..') ? null : inside;
  }

  #wrapOpen(files: Operations): void {
    const { open } = files;
    if (open === undefined) throw new Error('there is no open');
    const remember: Operation = async (...args) => {
      const handle = (await open.apply(files, args)) as FileHandle;
      const writes = isWriting(args[1]);
      const path = pathText(args[0]);
      this.#paths.set(handle, path);
      // It is each handle's own.
      this.#wrap(handle as unknown as Operations, 'close', () => ({ path, changes: writes }));
      return handle;
    };
    files['open'] = remember;
    this.#wrap(files, 'open', (_self, args) => ({ path: pathText(args[0]), changes: isWriting(args[1]) }));
  }

  #wrap(
    owner: Operations,
    name: string,
    describe: (self: unknown, args: readonly unknown[]) => Omit<FileOperation, 'name'> | null,
  ): void {
    const original = owner[name];
    if (original === undefined) throw new Error(`there is no ${name}`);
    const meet = (self: unknown, args: unknown[]): Promise<unknown> => {
      // What Node does on its own way to the end of an operation is a part of it.
      const described = this.#busy ? null : describe(self, args);
      const path = described === null ? null : this.#inside(described.path);
      if (described === null || path === null) return original.apply(self, args);
      if (this.#plan.changesOnly && !described.changes) return original.apply(self, args);
      return this.#meet({ name, ...described, path }, original.bind(self), args);
    };
    owner[name] = function (this: unknown, ...args: unknown[]) {
      return meet(this, args);
    };
  }

  async #meet(
    operation: FileOperation,
    work: (...args: unknown[]) => Promise<unknown>,
    args: unknown[],
  ): Promise<unknown> {
    this.#count += 1;
    writeSync(this.#log, `${JSON.stringify(operation)}\n`);
    const { at, action } = this.#plan;
    const hits = at > 0 && (this.#count === at || (this.#count > at && isLasting(action)));
    if (!hits || action === null) return this.#do(work, args);
    const half = WRITING.has(operation.name) ? halved(operation.name, args) : null;
    if (action.kind === 'kill') {
      if (action.when === 'torn' && half !== null) await this.#do(work, half);
      else if (action.when !== 'before') await this.#do(work, args);
      return die();
    }
    if (action.kind === 'short') return this.#do(work, shortened(operation.name, args));
    if (action.torn && half !== null) await this.#do(work, half);
    throw failure(action.code, operation);
  }

  /** `busy` holds while the call itself runs, which starts what Node does for it, not until it ends. */
  #do(work: (...args: unknown[]) => Promise<unknown>, args: unknown[]): Promise<unknown> {
    this.#busy = true;
    try {
      return work(...args);
    } finally {
      this.#busy = false;
    }
  }
}

/** Node loads modules by their URLs, with the same functions. */
function pathText(path: unknown): string {
  return path instanceof URL ? fileURLToPath(path) : String(path);
}

function isLasting(action: FaultPlan['action']): boolean {
  return action !== null && action.kind !== 'kill' && action.forever;
}

function isWriting(flags: unknown): boolean {
  return typeof flags === 'string' ? /[wa+]/.test(flags) : typeof flags === 'number' && (flags & 3) !== 0;
}

/** The arguments of a write that writes half of it, and at least a byte. */
function halved(name: string, args: readonly unknown[]): unknown[] {
  const [data, ...more] = args;
  if (name === 'writev') {
    const all = Buffer.concat((data as NodeJS.ArrayBufferView[]).map(bytesOf));
    return [[all.subarray(0, (all.length + 1) >> 1)], ...more];
  }
  const all = typeof data === 'string' ? Buffer.from(data) : bytesOf(data as NodeJS.ArrayBufferView);
  if (name !== 'write') return [all.subarray(0, (all.length + 1) >> 1), ...more];
  const { from, length, position } = span(all, typeof data === 'string' ? [0, all.length, more[0]] : more);
  return [all, from, (length + 1) >> 1, position];
}

/** The arguments of a read or write that takes only a part; others stay as they are. */
function shortened(name: string, args: readonly unknown[]): unknown[] {
  if (name === 'write' || name === 'writev') return halved(name, args);
  const [buffer, ...more] = args;
  if (name !== 'read' || !ArrayBuffer.isView(buffer)) return [...args];
  const { from, length, position } = span(bytesOf(buffer as NodeJS.ArrayBufferView), more);
  return [buffer, from, Math.max(1, length >> 1), position];
}

function askedBytes(name: string, [buffer, ...more]: readonly unknown[]): { readonly bytes?: number } {
  if (name !== 'read' || !ArrayBuffer.isView(buffer)) return {};
  return { bytes: span(bytesOf(buffer as NodeJS.ArrayBufferView), more).length };
}

/** Of `(buffer, offset, length, position)` or `(buffer, { offset, length, position })`. */
function span(
  all: Buffer,
  [first, length, position]: readonly unknown[],
): { from: number; length: number; position: unknown } {
  if (typeof first === 'object' && first !== null) {
    const given = first as { offset?: number; length?: number; position?: unknown };
    return span(all, [given.offset, given.length, given.position]);
  }
  const from = typeof first === 'number' ? first : 0;
  return {
    from,
    length: typeof length === 'number' ? length : all.length - from,
    position: position ?? null,
  };
}

function bytesOf(view: NodeJS.ArrayBufferView): Buffer {
  return Buffer.from(view.buffer, view.byteOffset, view.byteLength);
}

function failure(code: keyof typeof ERRNO, { name, path }: FileOperation): Error {
  return Object.assign(new Error(`${code}: made to fail, ${name} '${path}'`), {
    code,
    errno: ERRNO[code],
    syscall: name,
    path,
  });
}

function die(): Promise<never> {
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

const plan = process.env['FAULT_PLAN'];
if (plan !== undefined && isMainThread && /aiops-serve\.js$/.test(process.argv[1] ?? '')) {
  await new Faults(JSON.parse(plan) as FaultPlan).install();
}
