import { join, posix } from 'node:path';

import { filesUnder } from './bundle-files.js';
import { isPerTarget, type Manifest } from './manifest.js';
import { parseModelJson, weightFiles } from './model-json.js';

/**
 * The files that a bundle's formats need, relative to the bundle, in code-unit order.
 *
 * @param read returns the bytes of a file, checked or not
 * @throws AiopsError 'model' if a folder or a `model.json` cannot be read, and what `read` throws
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

/** The files that a bundle needs: those of its formats, and its scalers. See `formatFiles`. */
export async function bundleFiles(
  dir: string,
  { formats, input: { normalize } }: Pick<Manifest, 'formats' | 'input'>,
  read: (file: string) => Promise<Uint8Array>,
): Promise<string[]> {
  const files = await formatFiles(dir, formats, read);
  return isPerTarget(normalize) ? [...files, posix.normalize(normalize.file)].sort() : files;
}

/** The files in a SavedModel's folder that TensorFlow may read. */
const SAVED_MODEL_FILES =
  /^(saved_model\.pb(txt)?|fingerprint\.pb|keras_metadata\.pb|(variables|assets|assets\.extra|debug)\/.+)$/;

/** The files of a SavedModel, relative to the bundle; includes `saved_model.pb` even if it is missing. */
export async function savedModelFiles(dir: string, folder: string): Promise<string[]> {
  const normal = posix.join(folder, '.');
  // Absolute, because `relative` resolves relative paths against the current folder, which may not exist.
  const inFolder = (file: string): string => posix.relative(posix.join('/', normal), posix.join('/', file));
  const present = (await filesUnder(dir, normal)).filter((file) => SAVED_MODEL_FILES.test(inFolder(file)));
  return [...new Set([posix.join(normal, 'saved_model.pb'), ...present])].sort();
}
