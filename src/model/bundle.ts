import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, posix, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { checkFile, filesUnder, hasCode, readChecked, sumOf, unreadable } from './bundle-files.js';
import { MANIFEST_NAME, parseManifest, type Manifest, type ModelFormat } from './manifest.js';
import { parseJson, parseModelJson, readArtifacts, weightFiles, type ModelArtifacts } from './model-json.js';

/** A model bundle: its folder and the checked description of it. */
export interface Bundle {
  /** Absolute. */
  readonly dir: string;
  readonly manifest: Manifest;
  /** sha256 over the manifest's meaning, which holds the sums of all files: see `digestOf`. */
  readonly digest: string;
}

/** What a bare TF.js model or SavedModel does not say about itself. */
export interface BareModelFlags {
  readonly window: number;
  readonly columns: 'each' | readonly string[];
  /** Only what needs no parameters of its own. */
  readonly normalize: 'none' | 'window-zscore' | 'window-robust';
  readonly missing: Manifest['input']['missing'];
  readonly output: Manifest['output']['kind'];
  readonly threshold: number | null;
}

/** The formats that TF.js reads itself, from a `model.json`. */
export type TfjsFormat = Exclude<ModelFormat, 'saved-model'>;

/**
 * Opens a bundle folder and checks its manifest.
 *
 * `files` checks the sha256 sum of every file that the manifest or a `model.json` names, reading in pieces:
 * for an early error. `manifest` leaves that to whoever loads a format (`readFormat` checks what it reads).
 *
 * @throws AiopsError 'model' that names the file, what was expected and what was found
 */
export async function openBundle(dir: string, check: 'files' | 'manifest' = 'files'): Promise<Bundle> {
  const absolute = resolve(dir);
  await expectFolder(absolute);
  const path = join(absolute, MANIFEST_NAME);
  const bytes = await readFile(path).catch(async (cause: unknown) => {
    throw hasCode(cause, 'ENOENT') ? await noManifest(absolute) : unreadable(path, cause);
  });
  const manifest = parseManifest(parseJson(bytes, path), path);
  const bundle = { dir: absolute, manifest, digest: digestOf(manifest) };
  if (check === 'files') await checkFiles(bundle);
  return bundle;
}

/**
 * Opens a model that has no manifest: the folder of a `model.json` or of a `saved_model.pb`, or that file
 * itself. The sums are taken of what is there, so they tell a later change, not an earlier one.
 *
 * @throws AiopsError 'model'
 */
export async function openBareModel(path: string, flags: BareModelFlags): Promise<Bundle> {
  const absolute = resolve(path);
  const isFolder = (await statOf(absolute)).isDirectory();
  const dir = isFolder ? absolute : dirname(absolute);
  const { format, file, needed } = await bareFormat(dir, isFolder ? null : basename(absolute));
  const sha256: Record<string, string> = {};
  for (const name of needed) sha256[name] = await sumOf(dir, name);
  const manifest = parseManifest(
    {
      name: basename(dir),
      version: 'bare',
      formats: { [format]: file },
      sha256,
      input: {
        columns: flags.columns,
        window: flags.window,
        shape: flags.columns === 'each' || flags.columns.length === 1 ? '[window]' : '[window,columns]',
        normalize: { kind: flags.normalize },
        missing: flags.missing,
      },
      output: { kind: flags.output, ...(flags.threshold === null ? {} : { threshold: flags.threshold }) },
    },
    `the description of ${absolute}`,
  );
  return { dir, manifest, digest: digestOf(manifest) };
}

/**
 * Reads one of a bundle's formats into memory, checking every byte on the way.
 *
 * @throws AiopsError 'model' naming the file that is missing, altered or outside of the bundle
 */
export async function readFormat({ dir, manifest }: Bundle, format: TfjsFormat): Promise<ModelArtifacts> {
  const file = manifest.formats[format];
  if (file === undefined) throw new RangeError(`the bundle ${manifest.name} has no ${format}`);
  return readArtifacts(dir, posix.normalize(file), manifest.sha256);
}

/**
 * What tells one model from another: sha256 over the manifest in canonical form (keys sorted, defaults filled
 * in), which holds the sums of all files. What can't change an answer (description, notes) is left out.
 */
function digestOf(manifest: Manifest): string {
  const { description: _description, notes: _notes, $schema: _schema, ...rest } = manifest;
  return createHash('sha256').update(canonical(rest)).digest('hex');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join(',')}}`;
}

async function checkFiles({ dir, manifest }: Bundle): Promise<void> {
  const files = new Set(Object.keys(manifest.sha256));
  for (const format of ['graph-model', 'layers-model'] as const) {
    const file = manifest.formats[format];
    if (file === undefined) continue;
    const bytes = await readChecked(dir, posix.normalize(file), manifest.sha256);
    for (const weights of weightFiles(posix.normalize(file), parseModelJson(bytes, join(dir, file))))
      files.add(weights);
  }
  const savedModel = manifest.formats['saved-model'];
  if (savedModel !== undefined) {
    files.add(posix.join(savedModel, 'saved_model.pb'));
    for (const file of await filesUnder(dir, savedModel)) files.add(file);
  }
  for (const file of files) await checkFile(dir, file, manifest.sha256);
}

interface BareFormat {
  readonly format: ModelFormat;
  /** As a manifest would name it. */
  readonly file: string;
  readonly needed: readonly string[];
}

async function bareFormat(dir: string, named: string | null): Promise<BareFormat> {
  const jsonName = named ?? 'model.json';
  if (named === 'saved_model.pb' || (named === null && (await exists(join(dir, 'saved_model.pb'))))) {
    return { format: 'saved-model', file: '.', needed: await filesUnder(dir, '.') };
  }
  const path = join(dir, jsonName);
  const bytes = await readFile(path).catch(async (cause: unknown) => {
    throw hasCode(cause, 'ENOENT') ? await noManifest(dir) : unreadable(path, cause);
  });
  const json = parseModelJson(bytes, path);
  const isGraph = json.format === 'graph-model' || Array.isArray(json.modelTopology['node']);
  return {
    format: isGraph ? 'graph-model' : 'layers-model',
    file: jsonName,
    needed: [jsonName, ...weightFiles(jsonName, json)],
  };
}

async function expectFolder(path: string): Promise<void> {
  if ((await statOf(path)).isDirectory()) return;
  throw new AiopsError('model', `${path} is a file, but a model bundle is a folder`, {
    hint:
      basename(path) === MANIFEST_NAME
        ? `name its folder: ${dirname(path)}`
        : `name a folder that has an ${MANIFEST_NAME}`,
  });
}

async function statOf(path: string) {
  return stat(path).catch((cause: unknown) => {
    if (!hasCode(cause, 'ENOENT') && !hasCode(cause, 'ENOTDIR')) throw unreadable(path, cause);
    throw new AiopsError('model', `there is no model at ${path}: no such file or folder`, {
      hint: 'check the spelling of --model; without it the built-in model is used',
      cause,
    });
  });
}

async function noManifest(dir: string): Promise<AiopsError> {
  const files = ['model.json', 'saved_model.pb'];
  const found = await Promise.all(files.map((name) => exists(join(dir, name))));
  const bare = files.find((_, i) => found[i]);
  const message = `${dir} is not a model bundle: it has no ${MANIFEST_NAME}`;
  if (bare === undefined) {
    return new AiopsError('model', message, { hint: 'docs/bundle.md tells what a model bundle is' });
  }
  return new AiopsError(
    'model',
    `${message}, only a bare ${bare}, which does not say what the model sees and gives`,
    {
      hint: `write an ${MANIFEST_NAME} next to it: docs/bundle.md has one to copy`,
    },
  );
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
