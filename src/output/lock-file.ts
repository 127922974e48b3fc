import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { AiopsError, type Hint } from '../core/errors.js';
import { BufferedFile } from './buffered-file.js';
import { isErrno, nodeFiles, type Files } from './files.js';
import { holderState, parseHolder, type LockHolder } from './lock-holder.js';
import { cannotCreate, notWritable } from './output-errors.js';
import { isLockPartial, LOCK_NAME } from './output-paths.js';
import { readText } from './read-back.js';

export interface ClaimOptions {
  /** Take the folder from a holder that is not visible from here. */
  readonly breakLock: boolean;
  /** No other process on this machine (or in this container) can hold the folder, whatever its lock file says. */
  readonly alone: boolean;
}

/** How often to try for a folder that other processes claim at the same instant. */
const ATTEMPTS = 10;

const WAIT: Hint = ({ anotherFolder }) => `wait for it to end, or ${anotherFolder}`;

/** Who holds a folder according to `lock.json`; null: no process, or the file is not one of ours. Never throws. */
export async function readHolder(folder: string, files: Files = nodeFiles): Promise<LockHolder | null> {
  try {
    return parseHolder(await readText(lockPath(folder), files));
  } catch {
    return null;
  }
}

/**
 * `lock.json`, which names the holder of a folder for people, and for hosts and containers that share the folder but
 * not the socket. It is never synced: after a power failure its holder is dead anyway.
 */
export class LockFile {
  readonly #folder: string;
  readonly #path: string;
  readonly #files: Files;
  readonly #self: LockHolder;
  readonly #text: string;

  constructor(folder: string, files: Files, self: LockHolder) {
    this.#folder = folder;
    this.#path = lockPath(folder);
    this.#files = files;
    this.#self = self;
    this.#text = `${JSON.stringify(self, null, 2)}\n`;
  }

  /**
   * Makes the file ours: it appears with its content, and only if none exists.
   *
   * @throws AiopsError `output_locked` if another process holds the folder, `output_cannot_create`
   */
  async claim(options: ClaimOptions): Promise<void> {
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (await this.#appears()) return;
        const text = await this.#read();
        if (text === null) continue; // released since
        const holder = parseHolder(text);
        if (holder !== null && (await this.#isHeldBy(holder, options))) throw await this.#refusalFor(holder);
        await this.#putAside(text);
      }
    } catch (error) {
      const cause =
        error instanceof AiopsError && error.code === 'output_cannot_create' ? error.cause : error;
      if (isErrno(cause, 'EACCES', 'EPERM', 'EROFS')) throw notWritable(this.#folder, cause);
      throw cannotCreate(this.#path, error);
    }
    throw this.#locked('', WAIT);
  }

  /** The process of this machine that holds the folder according to the file; null: none that is alive. */
  async liveHolder(): Promise<LockHolder | null> {
    const holder = await readHolder(this.#folder, this.#files);
    const state = holder === null ? 'dead' : await holderState(holder, this.#self);
    return state === 'dead' || state === 'unseen' ? null : holder;
  }

  /** The error for a folder whose socket is taken. */
  async refusal(): Promise<AiopsError> {
    const holder = await this.liveHolder();
    return holder === null ? this.#locked('', WAIT) : this.#refusalFor(holder);
  }

  /** Removes the file if it is still ours. Never throws: a file that stays is taken over as a dead holder's. */
  async release(): Promise<void> {
    try {
      if ((await this.#read()) === this.#text) await this.#files.remove(this.#path);
    } catch {
      // see above
    }
  }

  /** Removes the files of processes that were killed during a claim. @throws as the system does */
  async removeLeftovers(): Promise<void> {
    for (const name of await this.#files.list(this.#folder)) {
      if (isLockPartial(name)) await this.#files.remove(join(this.#folder, name));
    }
  }

  /** False: a lock file exists already. */
  async #appears(): Promise<boolean> {
    const partial = this.#uniqueName();
    const file = await BufferedFile.open(partial, 'empty', this.#files);
    try {
      await file.write(this.#text);
      await file.flush();
      await file.close();
      return await this.#takeName(partial);
    } finally {
      await file.release();
      await this.#files.remove(partial).catch(() => undefined);
    }
  }

  async #takeName(partial: string): Promise<boolean> {
    try {
      await this.#files.link(partial, this.#path);
      return true;
    } catch (error) {
      // ENOENT: another claimer removed our partial file as a leftover, so it holds the folder or is about to.
      if (isErrno(error, 'EEXIST', 'ENOENT')) return false;
      if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    }
    // A file system without links cannot distinguish two hosts that claim at the same instant.
    if ((await this.#files.entry(this.#path)) !== null) return false;
    await this.#files.rename(partial, this.#path);
    return true;
  }

  async #isHeldBy(holder: LockHolder, { breakLock, alone }: ClaimOptions): Promise<boolean> {
    const state = await holderState(holder, this.#self);
    if (state === 'unseen') return !breakLock;
    if (holder.pid === this.#self.pid && alone) return false; // our own, which could not be removed earlier
    return state !== 'dead';
  }

  /** Frees the name of a dead holder's file; if another claimer has replaced it in the meantime, puts that one back. */
  async #putAside(judged: string): Promise<void> {
    const aside = this.#uniqueName();
    try {
      await this.#files.rename(this.#path, aside);
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return;
      throw error;
    }
    try {
      if ((await readText(aside, this.#files)) !== judged) await this.#takeName(aside);
    } finally {
      await this.#files.remove(aside).catch(() => undefined);
    }
  }

  /** A name that no other claimer uses. */
  #uniqueName(): string {
    return `${this.#path}.${this.#self.pid}-${randomBytes(6).toString('hex')}.partial`;
  }

  async #read(): Promise<string | null> {
    try {
      return await readText(this.#path, this.#files);
    } catch (error) {
      if (isErrno(error, 'ENOENT', 'ENOTDIR')) return null;
      throw error;
    }
  }

  async #refusalFor(holder: LockHolder): Promise<AiopsError> {
    const state = await holderState(holder, this.#self);
    const who = `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
    switch (state) {
      case 'unseen':
        return this.#locked(
          `: ${who}, which is not visible from this host`,
          ({ takeFolder }) => `wait for it to end; if it has ended already, ${takeFolder}`,
        );
      case 'stopped':
        return this.#locked(
          `: ${who}, which is suspended`,
          ({ anotherFolder }) => `resume it (kill -CONT ${holder.pid}) or end it, or ${anotherFolder}`,
        );
      case 'running':
      case 'dead':
        return this.#locked(`: ${who}`, WAIT);
    }
  }

  #locked(who: string, hint: Hint): AiopsError {
    return new AiopsError('output_locked', `another run is writing to ${this.#folder}${who}`, { hint });
  }
}

function lockPath(folder: string): string {
  return join(folder, LOCK_NAME);
}
