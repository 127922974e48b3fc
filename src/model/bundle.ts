import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import type { ModelFormat } from '../core/types.js';
import { checkFile, containedPath, hasCode, readChecked, unreadable } from './bundle-files.js';
import { checkSeal, digestOf } from './digest.js';
import { bundleFiles, savedModelFiles } from './format-files.js';
import { MANIFEST_NAME, parseManifest, type Manifest } from './manifest.js';
import { fileInsteadOfFolder, noManifest } from './not-a-bundle.js';
import { parseJson, readArtifacts, type ModelArtifacts } from './model-json.js';

/** A model bundle: its folder and its checked manifest. */
export interface Bundle {
  /** Absolute. */
  readonly dir: string;
  readonly manifest: Manifest;
  /** sha256 of the manifest, which holds the sums of all files: see `digestOf`. */
  readonly digest: string;
}

/** The formats with a `model.json`, which TF.js itself reads. */
export type TfjsFormat = Exclude<ModelFormat, 'saved-model'>;

/**
 * Opens a bundle folder and checks its manifest.
 *
 * `files` also checks the sha256 sum of every file that the manifest or a `model.json` names, to fail early.
 * `manifest` does not, because loading a format checks the files it reads.
 *
 * @throws AiopsError 'model' naming the file, what was expected and what was found
 */
export async function openBundle(dir: string, check: 'files' | 'manifest' = 'files'): Promise<Bundle> {
  const absolute = resolve(dir);
  await expectFolder(absolute);
  const path = join(absolute, MANIFEST_NAME);
  const bytes = await readFile(path).catch(async (cause: unknown) => {
    throw hasCode(cause, 'ENOENT') ? await noManifest(absolute) : unreadable(path, cause);
  });
  const json = parseJson(bytes, path);
  const bundle = describedBundle(absolute, json, path);
  checkSeal(json, bundle.manifest, path);
  if (check === 'files') await checkFiles(bundle);
  return bundle;
}

/**
 * Restores a bundle from its folder and its `manifestText`.
 *
 * @throws AiopsError 'model' if the text is not a manifest
 */
export function restoreBundle(dir: string, manifestText: string): Bundle {
  const name = `the manifest of ${dir}`;
  return describedBundle(dir, parseJson(Buffer.from(manifestText), name), name);
}

/** A bundle's manifest for the processes that load it, as JSON without the parts that only people read. */
export function manifestText({ manifest }: Bundle): string {
  const { description: _description, notes: _notes, ...rest } = manifest;
  return JSON.stringify(rest);
}

/** @param name the origin of the JSON, for messages */
export function describedBundle(dir: string, json: unknown, name: string): Bundle {
  const manifest = parseManifest(json, name);
  return { dir, manifest, digest: digestOf(manifest) };
}

/** The same bundle with another threshold; as that changes verdicts, it changes the digest. */
export function withThreshold({ dir, manifest }: Bundle, threshold: number): Bundle {
  const changed: Manifest = { ...manifest, output: { ...manifest.output, threshold } };
  return { dir, manifest: changed, digest: digestOf(changed) };
}

/**
 * Reads one of a bundle's formats into memory and checks every byte.
 *
 * @throws AiopsError 'model' naming the file that is missing, altered or outside the bundle
 */
export async function readFormat({ dir, manifest }: Bundle, format: TfjsFormat): Promise<ModelArtifacts> {
  const file = manifest.formats[format];
  if (file === undefined) throw new RangeError(`the bundle ${manifest.name} has no ${format}`);
  return readArtifacts(dir, posix.normalize(file), manifest.sha256);
}

/**
 * Checks a bundle's SavedModel, which TensorFlow reads itself: the sum of every file, and that none is missing.
 *
 * @returns the folder's absolute path
 * @throws AiopsError 'model' naming the file that is missing, altered, unlisted or outside the bundle
 */
export async function checkSavedModel({ dir, manifest }: Bundle): Promise<string> {
  const folder = manifest.formats['saved-model'];
  if (folder === undefined) throw new RangeError(`the bundle ${manifest.name} has no saved-model`);
  const inside = posix.join(folder, '/').replace(/^\.\//, '');
  const listed = Object.keys(manifest.sha256).filter((file) => file.startsWith(inside));
  for (const file of new Set([...(await savedModelFiles(dir, folder)), ...listed]))
    await checkFile(dir, file, manifest.sha256);
  return containedPath(dir, posix.join(folder, '.'));
}

/**
 * @throws AiopsError 'model': no such path, or unreadable
 */
export async function statOf(path: string): Promise<Stats> {
  return stat(path).catch((cause: unknown) => {
    if (!hasCode(cause, 'ENOENT') && !hasCode(cause, 'ENOTDIR')) throw unreadable(path, cause);
    throw new AiopsError('model', `there is no model at ${path}: no such file or folder`, {
      hint: 'check the spelling of the path',
      cause,
    });
  });
}

async function checkFiles({ dir, manifest }: Bundle): Promise<void> {
  const { sha256 } = manifest;
  const needed = await bundleFiles(dir, manifest, (file) => readChecked(dir, file, sha256));
  for (const file of new Set([...Object.keys(sha256), ...needed])) await checkFile(dir, file, sha256);
}

async function expectFolder(path: string): Promise<void> {
  if (!(await statOf(path)).isDirectory()) throw fileInsteadOfFolder(path);
}
