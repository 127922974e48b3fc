import { createHash } from 'node:crypto';
import { createReadStream, type BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, relative, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

import { AiopsError, messageOf } from '../core/errors.js';
import type { ModelFile } from '../core/types.js';

interface HashedFile {
  readonly stats: BigIntStats;
  readonly sha256: string;
}

/**
 * The files that an analyzer uses, by their paths relative to its module. The analyzer reads them itself, after they
 * were hashed; `close` checks that they have not changed since.
 */
export class AnalyzerFiles {
  readonly #module: string;
  /** By absolute path. */
  readonly #hashed = new Map<string, Promise<HashedFile>>();
  #isClosed = false;

  /** @param module absolute path */
  constructor(module: string) {
    this.#module = module;
  }

  /**
   * Hashes a file.
   *
   * @returns its absolute path
   * @throws AiopsError 'model' if it cannot be read, or the files are closed
   */
  async add(file: string | URL): Promise<string> {
    if (this.#isClosed) {
      throw new AiopsError(
        'model',
        `the analyzer asks for the file ${String(file)} after createAnalyzer has returned`,
        {
          hint: 'ask for all files in createAnalyzer, and await them there',
        },
      );
    }
    const path = file instanceof URL ? fileURLToPath(file) : resolve(dirname(this.#module), file);
    let hashed = this.#hashed.get(path);
    if (hashed === undefined) this.#hashed.set(path, (hashed = this.#hash(path)));
    await hashed;
    return path;
  }

  /**
   * Refuses further files: the digest of a run must not change while it is running.
   *
   * @returns the files, sorted by name
   * @throws AiopsError 'model' naming a file that cannot be read, or changed while the analyzer was loading it
   */
  async close(): Promise<readonly ModelFile[]> {
    this.#isClosed = true;
    const files: ModelFile[] = [];
    for (const [path, hashing] of this.#hashed) {
      const { stats, sha256 } = await hashing;
      if (!isSame(stats, await this.#stat(path)))
        throw this.#refused(
          path,
          'changed while the analyzer was loading it',
          'start again once it is complete',
        );
      files.push({ name: relative(dirname(this.#module), path).split(sep).join('/'), sha256 });
    }
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async #hash(path: string): Promise<HashedFile> {
    const stats = await this.#stat(path);
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash).catch((cause: unknown) => {
      throw this.#unreadable(path, cause);
    });
    return { stats, sha256: hash.digest('hex') };
  }

  async #stat(path: string): Promise<BigIntStats> {
    const stats = await stat(path, { bigint: true }).catch((cause: unknown) => {
      throw this.#unreadable(path, cause);
    });
    if (stats.isFile()) return stats;
    throw this.#refused(path, 'is not a regular file', 'name each file that the analyzer reads');
  }

  #unreadable(path: string, cause: unknown): AiopsError {
    const hint = 'paths given to context.file are relative to the module';
    return this.#refused(path, `cannot be read: ${messageOf(cause)}`, hint, cause);
  }

  #refused(path: string, what: string, hint: string, cause?: unknown): AiopsError {
    return new AiopsError('model', `the file ${path} of the analyzer ${this.#module} ${what}`, {
      hint,
      cause,
    });
  }
}

function isSame(a: BigIntStats, b: BigIntStats): boolean {
  return (
    a.dev === b.dev &&
    a.ino === b.ino &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}
