import { readFile } from 'node:fs/promises';

import { AiopsError } from '../core/errors.js';
import { unreadable } from './bundle-files.js';
import { parseJson } from './model-json.js';

/**
 * Reads the parameters of a normalization: `{"mean": […], "std": […]}` or `{"min": […], "max": […]}`, with or without
 * `kind`. The manifest that they become part of checks the numbers.
 *
 * @returns `input.normalize` of a manifest
 * @throws AiopsError 'model'
 */
export async function readScaler(path: string): Promise<object> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const json = parseJson(bytes, path);
  if (typeof json === 'object' && json !== null) {
    if ('mean' in json && 'std' in json) return { kind: 'zscore', ...json };
    if ('min' in json && 'max' in json) return { kind: 'minmax', ...json };
  }
  throw new AiopsError('model', `${path} has neither mean and std nor min and max`, {
    hint: 'write {"mean": […], "std": […]} or {"min": […], "max": […]}, one number per column (docs/bundle.md)',
  });
}
