import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import type { InputSpec } from '../core/types.js';
import { sumOf, unreadable } from './bundle-files.js';
import { bareFiles, describedBundle, noManifest, openBundle, statOf, type Bundle } from './bundle.js';
import { formatFiles } from './format-files.js';
import { MANIFEST_NAME, type Manifest } from './manifest.js';
import { parseModelJson } from './model-json.js';

/** What a bare TF.js model or SavedModel does not say about itself. */
export interface BareModelFlags extends InputSpec {
  /** Only what needs no parameters of its own. */
  readonly normalize: 'none' | 'window-zscore' | 'window-robust';
  readonly output: Manifest['output']['kind'];
  readonly threshold: number | null;
  /** Of a SavedModel; null: `serving_default`, or the only one. */
  readonly signature: string | null;
}

/**
 * Opens what `--model` names: a bundle, whose manifest says all, or a bare model, of which `flags` say the rest.
 *
 * @param flags null where none were given
 * @throws AiopsError 'model', or 'usage' where flags are lacking or have nothing to say
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
        hint: 'leave these flags out, or correct the manifest',
      },
    );
  }
  const isBare = isFolder ? (await bareFiles(absolute)).length > 0 : MODEL_FILE.test(absolute);
  if (isBundle || !isBare) return openBundle(path);
  if (flags !== null) return openBareModel(path, flags);
  throw new AiopsError('usage', `${path} is a bare model, which does not say what it sees and gives`, {
    hint: `add --window N, and --normalize, --output-kind and --threshold where they apply; or write an ${MANIFEST_NAME} (docs/bundle.md)`,
  });
}

/** A file that may be a bare model, or the main one of it. */
const MODEL_FILE = /(?<!aiops-model)\.json$|saved_model\.pb$/;

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
  const named = isFolder ? await bareFiles(dir) : [basename(absolute)];
  if (named.length === 0) throw await noManifest(dir);
  const formats = await bareFormats(dir, named);
  if (flags.signature !== null && formats['saved-model'] === undefined) {
    throw new AiopsError('usage', `--signature ${flags.signature} is for a SavedModel, and ${path} is none`, {
      hint: 'leave --signature out',
    });
  }
  const sha256: Record<string, string> = {};
  const read = (file: string): Promise<Buffer> => readBare(join(dir, file));
  for (const name of await formatFiles(dir, formats, read)) sha256[name] = await sumOf(dir, name);
  const { window, columns, missing, normalize, output, threshold, signature } = flags;
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
      normalize: { kind: normalize },
      missing,
    },
    output: { kind: output, ...(threshold === null ? {} : { threshold }) },
  };
  return describedBundle(dir, json, `the description of ${absolute}`);
}

/** What the files of a bare model are; as a manifest would name them. */
async function bareFormats(dir: string, names: readonly string[]): Promise<Manifest['formats']> {
  const formats: Manifest['formats'] = {};
  for (const name of names) {
    if (name === 'saved_model.pb') formats['saved-model'] = '.';
    else formats[await jsonFormat(join(dir, name))] = name;
  }
  return formats;
}

async function jsonFormat(path: string): Promise<'graph-model' | 'layers-model'> {
  const { format, modelTopology } = parseModelJson(await readBare(path), path);
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
