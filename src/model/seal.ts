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
  const read = (file: string): Promise<Buffer> =>
    readFile(join(folder, file)).catch(async (cause: unknown) => {
      const isManifest = file === MANIFEST_NAME && hasCode(cause, 'ENOENT');
      throw isManifest ? await noManifest(folder) : unreadable(join(folder, file), cause);
    });
  const bytes = await read(MANIFEST_NAME);
  const json = parseJson(bytes, path);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new AiopsError('model', `${path} is not a JSON object`, {
      hint: 'docs/bundle.md has an example to copy',
    });
  }
  const unsealed = { ...json, sha256: {}, seal: undefined };
  const files = await bundleFiles(folder, parseManifest(unsealed, path), read);
  const sha256: Record<string, string> = {};
  for (const file of files) sha256[file] = await sumOf(folder, file);
  const seal = sealOf({ ...unsealed, sha256 });
  return {
    path: await realpath(path),
    files,
    seal,
    text: `${JSON.stringify({ ...unsealed, sha256, seal }, null, 2)}\n`,
  };
}
