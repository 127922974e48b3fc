import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, posix, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { AiopsError, messageOf } from '../core/errors.js';

/** sha256 in hexadecimal by file; files relative to the bundle folder, with forward slashes. */
export type Sums = Readonly<Record<string, string>>;

/**
 * The absolute path of a bundle's file.
 *
 * @param file relative to `dir`, with forward slashes
 * @throws AiopsError 'model' if it is missing or lies outside the bundle, even through a symbolic link
 */
export async function containedPath(dir: string, file: string): Promise<string> {
  const normal = posix.normalize(file);
  if (isAbsolute(file) || /^[a-z]:|\\|\0/i.test(file) || normal === '..' || normal.startsWith('../')) {
    throw outside(dir, file, 'is not a path inside the bundle');
  }
  const path = join(dir, normal);
  const [root, real] = await Promise.all([realpath(dir), realOrMissing(path, dir, file)]);
  if (real !== root && !real.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw outside(dir, file, `leads out of the bundle, to ${real}`);
  }
  return path;
}

/**
 * Reads a whole file and checks the bytes that it returns.
 *
 * @throws AiopsError 'model' naming the file, the expected and the actual sum
 */
export async function readChecked(dir: string, file: string, sums: Sums): Promise<Buffer> {
  const path = await containedPath(dir, file);
  const expected = expectedSum(dir, file, sums);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  refusePointer(path, bytes);
  compareSums(path, expected, createHash('sha256').update(bytes).digest('hex'));
  return bytes;
}

/**
 * Checks a file without loading it into memory.
 *
 * @throws AiopsError 'model' naming the file, the expected and the actual sum
 */
export async function checkFile(dir: string, file: string, sums: Sums): Promise<void> {
  const path = await containedPath(dir, file);
  compareSums(path, expectedSum(dir, file, sums), await sumOf(dir, file));
}

/**
 * sha256 of a bundle's file, read as a stream.
 *
 * @throws AiopsError 'model' if it is unreadable, or a Git LFS pointer
 */
export async function sumOf(dir: string, file: string): Promise<string> {
  const path = await containedPath(dir, file);
  const hash = createHash('sha256');
  let isHead = true;
  const read = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      if (isHead) refusePointer(path, chunk);
      isHead = false;
      yield chunk;
    }
  };
  await pipeline(createReadStream(path), read, hash).catch((cause: unknown) => {
    throw cause instanceof AiopsError ? cause : unreadable(path, cause);
  });
  return hash.digest('hex');
}

/** All regular files under a folder of the bundle, relative to the bundle, in code-unit order. */
export async function filesUnder(dir: string, folder: string): Promise<string[]> {
  const path = await containedPath(dir, folder);
  const entries = await readdir(path, { recursive: true }).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const files: string[] = [];
  for (const entry of entries) {
    const file = posix.join(folder, entry.split(sep).join('/'));
    if ((await stat(await containedPath(dir, file))).isFile()) files.push(file);
  }
  return files.sort();
}

/**
 * @param head the first bytes of the file, or all
 * @throws AiopsError 'model' if the file is what Git keeps in place of a large one that it has not fetched
 */
export function refusePointer(path: string, head: Uint8Array): void {
  if (!Buffer.from(head.subarray(0, POINTER.length)).equals(POINTER)) return;
  throw new AiopsError('model', `${path} is a Git LFS pointer, not the file itself`, {
    hint: 'fetch the file with: git lfs pull',
  });
}

const POINTER = Buffer.from('version https://git-lfs.github.com/spec/');

function expectedSum(dir: string, file: string, sums: Sums): string {
  const expected = Object.hasOwn(sums, file) ? sums[file] : undefined;
  if (expected !== undefined) return expected;
  throw new AiopsError(
    'model',
    `the manifest of ${dir} has no sha256 sum for ${file}, which the model needs`,
    {
      hint: 'if the files are correct, add their sums with: aiops-serve model seal FOLDER',
    },
  );
}

function compareSums(path: string, expected: string, found: string): void {
  if (expected === found) return;
  throw new AiopsError(
    'model',
    `${path} is not the file that the manifest describes: expected sha256 ${expected}, found ${found}`,
    {
      hint: 'copy the bundle again from its origin; if the change was intended, run: aiops-serve model seal FOLDER',
    },
  );
}

async function realOrMissing(path: string, dir: string, file: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    if (!hasCode(cause, 'ENOENT') && !hasCode(cause, 'ENOTDIR')) throw unreadable(path, cause);
    throw new AiopsError('model', `${file} is missing from the bundle ${dir}`, {
      hint: 'copy the bundle again from its origin',
      cause,
    });
  }
}

function outside(dir: string, file: string, what: string): AiopsError {
  return new AiopsError('model', `the bundle ${dir} names the file ${JSON.stringify(file)}, which ${what}`, {
    hint: 'a bundle is one folder: put its files there and name them relative to it, with forward slashes',
  });
}

/** The error for a file or folder that cannot be read. */
export function unreadable(path: string, cause: unknown): AiopsError {
  return new AiopsError('model', `cannot read ${path}: ${messageOf(cause)}`, {
    hint: 'check its permissions',
    cause,
  });
}

/** Whether a caught error is a system error with this code. */
export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
