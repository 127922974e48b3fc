import { readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { hasCode, sumOf, unreadable } from './bundle-files.js';
import { statOf } from './bundle.js';
import { sealOf } from './digest.js';
import { bundleFiles } from './format-files.js';
import { MANIFEST_NAME, parseManifest } from './manifest.js';
import { parseJson } from './model-json.js';
import { noManifest } from './not-a-bundle.js';

/** A manifest with the sums of all files that its formats need, and a seal. */
export interface SealedManifest {
  /** Absolute, with links resolved. */
  readonly path: string;
  readonly text: string;
  readonly files: readonly string[];
  readonly seal: string;
}

/**
 * Computes the sums of a bundle's files as they are now, whatever the manifest says.
 *
 * @throws AiopsError 'model' if the manifest, apart from its sums, is invalid, or a file is missing
 */
export async function sealManifest(dir: string): Promise<SealedManifest> {
  const folder = resolve(dir);
  const path = join(folder, MANIFEST_NAME);
  await statOf(folder);
  const bytes = await readFile(path).catch(async (cause: unknown) => {
    throw hasCode(cause, 'ENOENT') ? await noManifest(folder) : unreadable(path, cause);
  });
  const json = parseJson(bytes, path);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new AiopsError('model', `${path} is not a JSON object`, {
      hint: 'docs/bundle.md has an example to copy',
    });
  }
  return sealed(folder, json);
}

/**
 * Seals a manifest that need not be in the folder yet.
 *
 * @throws AiopsError 'model' if it is invalid apart from its sums, or a file is missing
 */
export async function sealed(dir: string, json: object): Promise<SealedManifest> {
  const folder = await realpath(dir);
  const path = join(folder, MANIFEST_NAME);
  const unsealed = { ...json, sha256: {}, seal: undefined };
  const files = await bundleFiles(folder, parseManifest(unsealed, path), (file) =>
    readFile(join(folder, file)).catch((cause: unknown) => {
      throw unreadable(join(folder, file), cause);
    }),
  );
  const sha256: Record<string, string> = {};
  for (const file of files) sha256[file] = await sumOf(folder, file);
  const seal = sealOf({ ...unsealed, sha256 });
  const text = `${JSON.stringify({ ...unsealed, sha256, seal }, null, 2)}\n`;
  return { path: await linkedPath(path), files, seal, text };
}

/** Of a manifest that is a link, its target, which is written in its place. */
async function linkedPath(path: string): Promise<string> {
  return realpath(path).catch((cause: unknown) => {
    if (hasCode(cause, 'ENOENT')) return path;
    throw unreadable(path, cause);
  });
}
