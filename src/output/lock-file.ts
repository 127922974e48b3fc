import { randomBytes } from 'node:crypto';
import { join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { BufferedFile } from './buffered-file.js';
import { isErrno, nodeFiles, readText, type Files } from './files.js';
import { holderState, parseHolder, type HolderState, type LockHolder } from './lock-holder.js';
import { cannotCreate } from './output-errors.js';
import { isLockPartial, LOCK_NAME } from './output-paths.js';

export interface ClaimOptions {
  /** Take the folder from a holder that cannot be seen from here. */
  readonly breakLock: boolean;
  /** Whether nobody else in this machine (or container) can hold the folder, however its file reads. */
  readonly alone: boolean;
}

/** Attempts to claim a folder that others claim at the same instant. */
const ATTEMPTS = 10;

/** Who `lock.json` says holds a folder; null: nobody, or it cannot be read as one of ours. Never throws. */
export async function readHolder(folder: string, files: Files = nodeFiles): Promise<LockHolder | null> {
  try {
    return parseHolder(await readText(lockPath(folder), files));
  } catch {
    return null;
  }
}

/**
 * `lock.json`, which says who holds a folder: for people, and for hosts and containers that share the folder but
 * not the socket. It need not outlive a loss of power, so it is never synced: whoever held the folder then is dead.
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
   * Makes the file ours: it appears with its content, and only where there is none.
   *
   * @throws AiopsError `output_locked` where it is somebody else's, `output_cannot_create`
   */
  async claim({ breakLock, alone }: ClaimOptions): Promise<void> {
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (await this.#appears()) return;
        const text = await this.#read();
        if (text === null) continue; // it went meanwhile
        const holder = parseHolder(text);
        if (holder !== null && (await this.#holds(holder, { breakLock, alone }))) {
          throw await this.#heldBy(holder);
        }
        await this.#putAside(text);
      }
    } catch (cause) {
      throw cannotCreate(this.#path, cause);
    }
    throw this.#held('', 'wait for it to end, or choose another folder with --out');
  }

  /** Who holds the folder, as an error. */
  async refusal(): Promise<AiopsError> {
    const holder = await readHolder(this.#folder, this.#files);
    // A socket that is taken while the file names nobody alive: its holder is just beginning, or ending.
    const state = holder === null ? 'dead' : await holderState(holder, this.#self);
    if (holder === null || state === 'dead' || state === 'unseen') {
      return this.#held('', 'wait for it to end, or choose another folder with --out');
    }
    return this.#heldBy(holder);
  }

  /** Removes the file, if it is still ours; never throws: whoever is dead holds nothing. */
  async release(): Promise<void> {
    try {
      if ((await this.#read()) === this.#text) await this.#files.remove(this.#path);
    } catch {
      // it is taken over as a dead holder's
    }
  }

  /** Takes away what processes left that were killed in the middle of a claim. @throws as the system does */
  async removeLeftovers(): Promise<void> {
    for (const name of await this.#files.list(this.#folder)) {
      if (isLockPartial(name)) await this.#files.remove(join(this.#folder, name));
    }
  }

  /** False: the name is taken. */
  async #appears(): Promise<boolean> {
    const partial = this.#ownName();
    const file = await BufferedFile.open(partial, 'empty', this.#files);
    try {
      await file.write(this.#text);
      await file.flush();
      await file.close();
      return await this.#takeName(partial);
    } finally {
      await file.letGo();
      await this.#files.remove(partial).catch(() => undefined);
    }
  }

  async #takeName(partial: string): Promise<boolean> {
    try {
      await this.#files.link(partial, this.#path);
      return true;
    } catch (error) {
      // Another claimer's tidying may have taken the partial file: it holds the folder, or is about to.
      if (isErrno(error, 'EEXIST', 'ENOENT')) return false;
      if (!isErrno(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK')) throw error;
    }
    // A file system without links: two hosts that claim at the same instant are not told apart there.
    if ((await this.#files.entry(this.#path)) !== null) return false;
    await this.#files.rename(partial, this.#path);
    return true;
  }

  async #holds(holder: LockHolder, { breakLock, alone }: ClaimOptions): Promise<boolean> {
    const state = await holderState(holder, this.#self);
    if (state === 'unseen') return !breakLock;
    // Ourselves, of an earlier time: a file that could not be removed.
    if (holder.pid === this.#self.pid && alone) return false;
    return state !== 'dead';
  }

  /** Frees the name of a file that was judged to be of nobody; of another claimer's new file nothing is lost. */
  async #putAside(judged: string): Promise<void> {
    const aside = this.#ownName();
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
  #ownName(): string {
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

  async #heldBy(holder: LockHolder): Promise<AiopsError> {
    const state = await holderState(holder, this.#self);
    if (state === 'unseen') {
      return new AiopsError(
        'output_locked',
        `${this.#folder} is held by process ${holder.pid} on ${holder.host} since ${holder.since}, ` +
          'which this host cannot see',
        { hint: 'if that run has ended, take the folder with --break-lock; else wait for it' },
      );
    }
    return this.#held(
      `: process ${holder.pid} on ${holder.host}, since ${holder.since}${STATE_TEXT[state]}`,
      state === 'stopped'
        ? `let it go on (kill -CONT ${holder.pid}) or end it, or choose another folder with --out`
        : 'wait for it to end, or choose another folder with --out',
    );
  }

  #held(who: string, hint: string): AiopsError {
    return new AiopsError('output_locked', `another run is writing to ${this.#folder}${who}`, { hint });
  }
}

function lockPath(folder: string): string {
  return join(folder, LOCK_NAME);
}

const STATE_TEXT: Readonly<Record<Exclude<HolderState, 'unseen'>, string>> = {
  running: '',
  stopped: ', which is stopped',
  dead: '',
};
