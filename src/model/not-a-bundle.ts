import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { shellPath } from '../core/shell-word.js';
import { MANIFEST_NAME } from './manifest.js';

/** A kind of file that people name as a model although this program cannot load it. */
interface ForeignFile {
  readonly name: RegExp;
  readonly what: string;
  /** `FILE` stands for its name. */
  readonly hint: string;
}

const FOREIGN_FILES: readonly ForeignFile[] = [
  {
    name: /\.keras$/i,
    what: 'a Keras file',
    hint: 'in Python: keras.models.load_model("FILE").export("folder"); then name that folder',
  },
  {
    name: /\.(h5|hdf5)$/i,
    what: 'a Keras 2 file',
    hint: 'convert it with tensorflowjs_converter --input_format=keras FILE folder, or in Python: keras.models.load_model("FILE", compile=False).export("folder"); then name that folder',
  },
  {
    name: /\.(pkl|pickle|joblib)$/i,
    what: 'a pickled Python object, which only Python can load',
    hint: 'call Python from an analyzer, or convert the model to ONNX and run that in one (docs/analyzers.md)',
  },
  {
    name: /\.onnx$/i,
    what: 'an ONNX model',
    hint: 'run it with onnxruntime-node in an analyzer (docs/analyzers.md)',
  },
  {
    name: /\.(pt|pth|ckpt)$/i,
    what: 'a PyTorch file',
    hint: 'export it with torch.onnx.export, and run the ONNX model in an analyzer (docs/analyzers.md)',
  },
  {
    name: /\.tflite$/i,
    what: 'a TensorFlow Lite model',
    hint: 'export the model that it was made from as a SavedModel, and name that folder',
  },
  {
    name: /\.(zip|tar|tgz|tar\.gz|tar\.bz2|tar\.xz|7z)$/i,
    what: 'an archive',
    hint: 'unpack it, and name the folder with the model',
  },
  {
    name: /\.pb$/i,
    what: 'a graph without its signatures',
    hint: 'save the model as a SavedModel (docs/bundle.md), and name that folder',
  },
];

const foreign = (file: string): ForeignFile | undefined => FOREIGN_FILES.find(({ name }) => name.test(file));

/** The error for a file that is named as a bundle. */
export function fileInsteadOfFolder(path: string): AiopsError {
  const name = basename(path);
  const kind = foreign(name);
  if (kind !== undefined)
    return new AiopsError('model', `${path} is ${kind.what}, not a model bundle`, {
      hint: wayOut(kind, name),
    });
  return new AiopsError('model', `${path} is a file, but a model bundle is a folder`, {
    hint:
      name === MANIFEST_NAME ? `name its folder: ${dirname(path)}` : `name a folder with an ${MANIFEST_NAME}`,
  });
}

/** The error for a folder without a manifest. */
export async function noManifest(dir: string): Promise<AiopsError> {
  const message = `${dir} is not a model bundle: it has no ${MANIFEST_NAME}`;
  const bare = await bareFiles(dir);
  if (bare.length > 0) {
    return new AiopsError('model', `${message}, only a bare ${bare.join(' and ')}`, {
      hint: `write one with: aiops-serve model init ${shellPath(dir)}; or describe the model with --window and related flags`,
    });
  }
  const entries = await readdir(dir).catch(() => []);
  const version = entries
    .filter((entry) => /^\d+$/.test(entry))
    .sort((a, b) => Number(b) - Number(a))
    .find((entry) => existsSync(join(dir, entry, 'saved_model.pb')));
  if (version !== undefined) {
    return new AiopsError(
      'model',
      `${message}, only versions of a SavedModel, as TensorFlow Serving keeps them`,
      {
        hint: `name the folder of one version: ${join(dir, version)}`,
      },
    );
  }
  const below = entries
    .sort()
    .find((entry) => MODEL_FILES.some((file) => existsSync(join(dir, entry, file))));
  if (below !== undefined) {
    return new AiopsError('model', `${message}, only a model in ${below}`, {
      hint: `write one with: aiops-serve model init ${shellPath(dir)}`,
    });
  }
  for (const entry of entries) {
    const kind = foreign(entry);
    if (kind === undefined) continue;
    return new AiopsError('model', `${message}, only ${entry}, ${kind.what}`, { hint: wayOut(kind, entry) });
  }
  return new AiopsError('model', message, { hint: 'docs/bundle.md describes model bundles' });
}

const MODEL_FILES = ['saved_model.pb', 'model.json'] as const;

/** The files of a folder that identify it as a bare model. */
export async function bareFiles(dir: string): Promise<('saved_model.pb' | 'model.json')[]> {
  const found: ('saved_model.pb' | 'model.json')[] = [];
  for (const name of MODEL_FILES) {
    if ((await stat(join(dir, name)).catch(() => null)) !== null) found.push(name);
  }
  return found;
}

function wayOut({ hint }: ForeignFile, file: string): string {
  return hint.replaceAll('FILE', file);
}
