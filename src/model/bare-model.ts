import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { AiopsError } from '../core/errors.js';
import type { InputSpec, ModelFormat } from '../core/types.js';
import { filesUnder, sumOf, unreadable } from './bundle-files.js';
import { bareFile, describedBundle, noManifest, openBundle, statOf, type Bundle } from './bundle.js';
import { MANIFEST_NAME, type Manifest } from './manifest.js';
import { parseModelJson, weightFiles } from './model-json.js';

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
        hint: 'leave these flags, or correct the manifest',
      },
    );
  }
  const isBare = isFolder ? (await bareFile(absolute)) !== null : basename(absolute) !== MANIFEST_NAME;
  if (isBundle || !isBare) return openBundle(path);
  if (flags !== null) return openBareModel(path, flags);
  throw new AiopsError('usage', `${path} is a bare model, which does not say what it sees and gives`, {
    hint: `add --window N, and --normalize, --output-kind and --threshold where they apply; or write an ${MANIFEST_NAME} (docs/bundle.md)`,
  });
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
  const { window, columns, missing, normalize, output, threshold, signature } = flags;
  const json = {
    name: basename(dir),
    version: 'bare',
    formats: { [format]: file },
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

interface BareFormat {
  readonly format: ModelFormat;
  /** As a manifest would name it. */
  readonly file: string;
  readonly needed: readonly string[];
}

async function bareFormat(dir: string, named: string | null): Promise<BareFormat> {
  const found = named ?? (await bareFile(dir));
  if (found === null) throw await noManifest(dir);
  if (found === 'saved_model.pb') {
    return { format: 'saved-model', file: '.', needed: await filesUnder(dir, '.') };
  }
  const path = join(dir, found);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  const json = parseModelJson(bytes, path);
  const isGraph = json.format === 'graph-model' || Array.isArray(json.modelTopology['node']);
  return {
    format: isGraph ? 'graph-model' : 'layers-model',
    file: found,
    needed: [found, ...weightFiles(found, json)],
  };
}

async function exists(path: string): Promise<boolean> {
  return statOf(path).then(
    () => true,
    () => false,
  );
}
