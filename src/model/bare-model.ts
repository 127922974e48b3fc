import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { shellPath } from '../core/shell-word.js';
import type { InputSpec } from '../core/types.js';
import { sumOf, unreadable } from './bundle-files.js';
import { describedBundle, openBundle, statOf, type Bundle, type TfjsFormat } from './bundle.js';
import { formatFiles } from './format-files.js';
import { MANIFEST_NAME, type Manifest } from './manifest.js';
import { parseModelJson, type ModelJson } from './model-json.js';
import { readScaler } from './scaler-file.js';
import { bareFiles, noManifest } from './not-a-bundle.js';

/** What the manifest of a bare TF.js model or SavedModel would say. */
export interface BareModelFlags extends InputSpec {
  /** Only kinds without required parameters. */
  readonly normalize: 'none' | 'window-zscore' | 'window-robust';
  /** A file with the parameters of another normalization, which replaces `normalize`; null: none. */
  readonly scaler: string | null;
  readonly output: Manifest['output']['kind'];
  /** Null, as of the next three: the manifest's default. */
  readonly outputName: string | null;
  readonly error: 'rmse' | 'mse' | 'mae' | null;
  readonly over: 'window' | 'last' | null;
  readonly class: number | null;
  /** For a SavedModel; null: `serving_default`, or the only one. */
  readonly signature: string | null;
}

/**
 * Opens the model that `--model` names: a bundle, or a bare model, which `flags` describe.
 *
 * @param flags null if none were given
 * @throws AiopsError 'model', or 'usage' if flags are missing or do not apply
 */
export async function openModel(path: string, flags: BareModelFlags | null): Promise<Bundle> {
  const absolute = resolve(path);
  const isFolder = (await statOf(absolute)).isDirectory();
  const isBundle = isFolder && (await exists(join(absolute, MANIFEST_NAME)));
  if (isBundle && flags !== null) {
    throw new AiopsError(
      'usage',
      `${path} is a bundle: its ${MANIFEST_NAME} says what --window and the like would`,
      {
        hint: 'drop these flags, or correct the manifest',
      },
    );
  }
  const isBare = isFolder ? (await bareFiles(absolute)).length > 0 : MODEL_FILE.test(absolute);
  if (isBundle || !isBare) return openBundle(path);
  if (flags !== null) return openBareModel(path, flags);
  throw new AiopsError('usage', `${path} is a bare model, without a description of its input and output`, {
    hint: `describe it once with: aiops-serve model init ${shellPath(path)}; or add --window N, and --normalize and --output-kind if they apply`,
  });
}

/** The main file of a bare model. */
const MODEL_FILE = /(?<!aiops-model)\.json$|saved_model\.pb$/;

/**
 * Opens a model without a manifest: the folder of a `model.json` or of a `saved_model.pb`, or that file itself. The
 * sums are those of the files as they are now, so they only detect later changes.
 *
 * @throws AiopsError 'model'
 */
export async function openBareModel(path: string, flags: BareModelFlags): Promise<Bundle> {
  const absolute = resolve(path);
  const isFolder = (await statOf(absolute)).isDirectory();
  const dir = isFolder ? absolute : dirname(absolute);
  const named = isFolder ? await bareFiles(dir) : [basename(absolute)];
  if (named.length === 0) throw await noManifest(dir);
  const formats = await bareFormats(dir, named);
  if (flags.signature !== null && formats['saved-model'] === undefined) {
    throw new AiopsError(
      'usage',
      `--signature ${flags.signature} is for a SavedModel, which ${path} is not`,
      {
        hint: 'drop --signature',
      },
    );
  }
  const sha256: Record<string, string> = {};
  const read = (file: string): Promise<Buffer> => readBare(join(dir, file));
  for (const name of await formatFiles(dir, formats, read)) sha256[name] = await sumOf(dir, name);
  const { window, columns, missing, normalize, scaler, signature } = flags;
  const json = {
    name: basename(dir),
    version: 'bare',
    formats,
    ...(signature === null ? {} : { signature }),
    sha256,
    input: {
      columns,
      window,
      shape: columns === 'each' || columns.length === 1 ? '[window]' : '[window,columns]',
      normalize: scaler === null ? { kind: normalize } : await readScaler(scaler),
      missing,
    },
    output: outputOf(flags),
  };
  return describedBundle(dir, json, `the description of ${absolute}`);
}

/** The flags that describe an output further, and the kinds of output that they are for. */
const OUTPUT_FLAGS = [
  ['error', '--error', ['forecast', 'reconstruction']],
  ['over', '--score-over', ['reconstruction']],
  ['class', '--class', ['probability']],
] as const;

/**
 * The output as a manifest describes it.
 *
 * @throws AiopsError 'usage' if a flag is for another kind of output
 */
export function outputOf(
  flags: Pick<BareModelFlags, 'output' | 'outputName' | 'error' | 'over' | 'class'>,
): Readonly<Record<string, unknown>> {
  const described: Record<string, unknown> = { kind: flags.output };
  if (flags.outputName !== null) described['name'] = flags.outputName;
  for (const [field, flag, kinds] of OUTPUT_FLAGS) {
    if (flags[field] === null) continue;
    if (!kinds.some((kind) => kind === flags.output)) {
      const wanted = kinds.join(' or ');
      throw new AiopsError('usage', `${flag} is for --output-kind ${wanted}, not ${flags.output}`, {
        hint: `drop ${flag}, or give --output-kind ${kinds[0]}`,
      });
    }
    described[field] = flags[field];
  }
  return described;
}

/** The formats of a bare model, as a manifest would list them. */
async function bareFormats(dir: string, names: readonly string[]): Promise<Manifest['formats']> {
  const formats: Manifest['formats'] = {};
  for (const name of names) {
    if (name === 'saved_model.pb') formats['saved-model'] = '.';
    else formats[await formatOf(join(dir, name))] = name;
  }
  return formats;
}

async function formatOf(path: string): Promise<TfjsFormat> {
  return jsonFormat(parseModelJson(await readBare(path), path));
}

export function jsonFormat({ format, modelTopology }: ModelJson): TfjsFormat {
  return format === 'graph-model' || Array.isArray(modelTopology['node']) ? 'graph-model' : 'layers-model';
}

async function readBare(path: string): Promise<Buffer> {
  return readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
}

async function exists(path: string): Promise<boolean> {
  return statOf(path).then(
    () => true,
    () => false,
  );
}
