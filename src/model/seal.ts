import { readFile } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { filesUnder, sumOf, unreadable } from './bundle-files.js';
import { sealOf } from './digest.js';
import { MANIFEST_NAME, parseManifest } from './manifest.js';
import { parseJson, parseModelJson, weightFiles } from './model-json.js';

/** A manifest with the sums of all files that its formats need, and a seal over itself. */
export interface SealedManifest {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
  readonly files: readonly string[];
  readonly seal: string;
}

/**
 * Takes the sums of a bundle's files as they are now, whatever the manifest says of them.
 *
 * @throws AiopsError 'model' where the manifest is no manifest but for its sums, or a file is missing
 */
export async function sealManifest(dir: string): Promise<SealedManifest> {
  const folder = resolve(dir);
  const path = join(folder, MANIFEST_NAME);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const json = parseJson(bytes, path);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new AiopsError('model', `${path} is not a JSON object`, { hint: 'docs/bundle.md has one to copy' });
  }
  const unsealed = { ...json, sha256: {}, seal: undefined };
  const { formats } = parseManifest(unsealed, path);
  const files = await filesOf(folder, formats);
  const sha256: Record<string, string> = {};
  for (const file of files) sha256[file] = await sumOf(folder, file);
  const seal = sealOf({ ...unsealed, sha256 });
  return { path, files, seal, text: `${JSON.stringify({ ...unsealed, sha256, seal }, null, 2)}\n` };
}

async function filesOf(dir: string, formats: ReturnType<typeof parseManifest>['formats']): Promise<string[]> {
  const files = new Set<string>();
  for (const format of ['graph-model', 'layers-model'] as const) {
    const named = formats[format];
    if (named === undefined) continue;
    const file = posix.normalize(named);
    const path = join(dir, file);
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw unreadable(path, cause);
    });
    for (const one of [file, ...weightFiles(file, parseModelJson(bytes, path))]) files.add(one);
  }
  const savedModel = formats['saved-model'];
  if (savedModel !== undefined)
    for (const file of await filesUnder(dir, posix.join(savedModel, '.'))) files.add(file);
  files.delete(MANIFEST_NAME);
  return [...files].sort();
}
