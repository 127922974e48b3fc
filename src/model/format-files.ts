import { join, posix } from 'node:path';

import { filesUnder } from './bundle-files.js';
import type { Manifest } from './manifest.js';
import { parseModelJson, weightFiles } from './model-json.js';

/**
 * The files that a bundle's formats need, relative to the bundle, in code-unit order.
 *
 * @param read gives a file's bytes, checked or not
 * @throws AiopsError 'model' where a folder or a `model.json` can't be read, and what `read` throws
 */
export async function formatFiles(
  dir: string,
  formats: Manifest['formats'],
  read: (file: string) => Promise<Uint8Array>,
): Promise<string[]> {
  const files: string[] = [];
  for (const format of ['graph-model', 'layers-model'] as const) {
    const named = formats[format];
    if (named === undefined) continue;
    const file = posix.normalize(named);
    files.push(file, ...weightFiles(file, parseModelJson(await read(file), join(dir, file))));
  }
  if (formats['saved-model'] !== undefined)
    files.push(...(await savedModelFiles(dir, formats['saved-model'])));
  return [...new Set(files)].sort();
}

/** What TensorFlow may read of a SavedModel; whatever else lies in its folder is none of a model's business. */
const SAVED_MODEL_FILES =
  /^(saved_model\.pb(txt)?|fingerprint\.pb|keras_metadata\.pb|(variables|assets|assets\.extra|debug)\/.+)$/;

/** The files of a SavedModel, relative to the bundle; `saved_model.pb` also if it is missing. */
export async function savedModelFiles(dir: string, folder: string): Promise<string[]> {
  const normal = posix.join(folder, '.');
  // Below a root of their own: relative paths would be looked up from the current folder, which need not exist.
  const inFolder = (file: string): string => posix.relative(posix.join('/', normal), posix.join('/', file));
  const present = (await filesUnder(dir, normal)).filter((file) => SAVED_MODEL_FILES.test(inFolder(file)));
  return [...new Set([posix.join(normal, 'saved_model.pb'), ...present])].sort();
}
