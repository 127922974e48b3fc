import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import { shellPath } from '../core/shell-word.js';
import { EXAMPLES } from '../program/package-files.js';
import { MANIFEST_NAME } from './manifest.js';

/** A kind of file that people name as a model although this program cannot load it. */
interface ForeignFile {
  readonly name: RegExp;
  readonly what: string;
  /** `FILE` stands for its name, `PATH` for its path. */
  readonly hint: string;
}

const ONNX = `run it in an example analyzer (docs/analyzers.md): cp ${shellPath(join(EXAMPLES, 'onnx.mjs'))} . && npm install --ignore-scripts onnxruntime-node; then aiops-serve replay data.csv --analyzer onnx.mjs --param model=PATH --param columns=cpu,mem, with the columns of training`;
const PYTHON = `run it in Python behind an example analyzer (docs/analyzers.md): cp ${shellPath(EXAMPLES)}/python.* . && aiops-serve replay data.csv --analyzer python.mjs --param model=PATH --param columns=cpu,mem, with the columns of training`;

const FOREIGN_FILES: readonly ForeignFile[] = [
  {
    name: /\.weights\.h5$/i,
    what: 'a file with the weights of a Keras model, without its layers',
    hint: 'in Python: build the model, model.load_weights("FILE"), model.export("folder"); then name that folder',
  },
  {
    name: /\.[cm]?js$/i,
    what: 'a JavaScript module, as analyzers are',
    hint: 'run it with: aiops-serve replay data.csv --analyzer PATH',
  },
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
    hint: PYTHON,
  },
  {
    name: /\.onnx$/i,
    what: 'an ONNX model',
    hint: ONNX,
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
      hint: wayOut(kind, path),
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
    return new AiopsError('model', `${message}, only ${entry}, ${kind.what}`, {
      hint: wayOut(kind, join(dir, entry)),
    });
  }
  if (entries.length === 0)
    return new AiopsError('model', `${message}; it is empty`, {
      hint: 'see why the program that was to write the model did not; docs/bundle.md describes model bundles',
    });
  return new AiopsError('model', message, {
    hint: `name a folder with ${MANIFEST_NAME}, ${MODEL_FILES.join(' or ')}; docs/bundle.md describes model bundles`,
  });
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

function wayOut({ hint }: ForeignFile, path: string): string {
  return hint.replaceAll('FILE', () => basename(path)).replaceAll('PATH', () => shellPath(path));
}
