import { readFile, readdir } from 'node:fs/promises';
import { basename, dirname, join, posix, resolve } from 'node:path';

import * as z from 'zod';

import { AiopsError } from '../core/errors.js';
import type { ModelFormat } from '../core/types.js';
import { jsonFormat } from './bare-model.js';
import { unreadable } from './bundle-files.js';
import { statOf } from './bundle.js';
import { graphOfJson } from './graph-json.js';
import type { Graph } from './graph.js';
import { parseModelJson, type ModelJson } from './model-json.js';
import { bareFiles, fileInsteadOfFolder, noManifest } from './not-a-bundle.js';
import { graphEnding, layersEndings, type Ending } from './output-ending.js';
import { savedModelGraphs } from './saved-model-graph.js';
import { readSavedModel, type ModelSignature, type SignatureTensor } from './signatures.js';

/** One format of a model, with what its files declare. */
export interface DeclaredFormat {
  readonly format: ModelFormat;
  /** As in a manifest's `formats`. */
  readonly path: string;
  /** Of a graph-model or layers-model only one, without outputs if the file does not name them. */
  readonly signatures: readonly DeclaredSignature[];
}

export interface DeclaredSignature extends ModelSignature {
  /** By the names of outputs, as far as they are known. */
  readonly endings: ReadonlyMap<string, Ending>;
}

export interface DeclaredModel {
  /** The folder for the manifest; absolute. */
  readonly dir: string;
  readonly formats: readonly DeclaredFormat[];
}

/**
 * Finds the formats of a model: in the folder itself, or in folders directly below it.
 *
 * @param path a folder, or a `model.json` or `saved_model.pb`
 * @throws AiopsError 'model' if there is no model, or there are two in the same format
 */
export async function declaredModel(path: string): Promise<DeclaredModel> {
  const absolute = resolve(path);
  const isFolder = (await statOf(absolute)).isDirectory();
  if (!isFolder && !/\.json$|saved_model\.pb$/.test(absolute)) throw fileInsteadOfFolder(absolute);
  const dir = isFolder ? absolute : dirname(absolute);
  const files = isFolder ? await modelFiles(dir) : [basename(absolute)];
  if (files.length === 0) throw await noManifest(dir);
  const formats: DeclaredFormat[] = [];
  for (const file of files) {
    const found = await declaredFormat(dir, file);
    const twin = formats.find(({ format }) => format === found.format);
    if (twin !== undefined) {
      throw new AiopsError(
        'model',
        `${dir} has two models in the format ${found.format}: ${twin.path} and ${found.path}`,
        {
          hint: 'name the folder of one of them',
        },
      );
    }
    formats.push(found);
  }
  return { dir, formats };
}

async function modelFiles(dir: string): Promise<string[]> {
  const here = await bareFiles(dir);
  if (here.length > 0) return here;
  const entries = await readdir(dir, { withFileTypes: true }).catch((cause: unknown) => {
    throw unreadable(dir, cause);
  });
  const below = entries
    .filter((entry) => !entry.isFile() && !/^\d+$/.test(entry.name))
    .map(({ name }) => name);
  const files: string[] = [];
  for (const name of below.sort())
    for (const file of await bareFiles(join(dir, name))) files.push(posix.join(name, file));
  return files;
}

async function declaredFormat(dir: string, file: string): Promise<DeclaredFormat> {
  const path = join(dir, file);
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (file.endsWith('saved_model.pb'))
    return { format: 'saved-model', path: posix.dirname(file), signatures: savedSignatures(bytes, path) };
  const json = parseModelJson(bytes, path);
  const format = jsonFormat(json);
  const inputs = format === 'graph-model' ? graphTensors(json, 'inputs') : layerInputs(json);
  const outputs = format === 'graph-model' ? graphTensors(json, 'outputs') : [];
  const endings =
    format === 'graph-model'
      ? graphEndings(graphOfJson(json.modelTopology), outputs)
      : layersEndings(json.modelTopology);
  return { format, path: file, signatures: [{ name: '', inputs, outputs, endings }] };
}

function savedSignatures(bytes: Uint8Array, path: string): readonly DeclaredSignature[] {
  try {
    const graphs = savedModelGraphs(bytes);
    const { graph } = graphs.find(({ tags }) => tags.includes('serve')) ?? graphs[0] ?? {};
    return readSavedModel(bytes).signatures.map((signature) => ({
      ...signature,
      endings: graph === undefined ? new Map() : graphEndings(graph, signature.outputs),
    }));
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new AiopsError('model', `${path} is not a SavedModel: ${cause.message}`, {
      hint: 'copy the model again: the file is damaged, or of another kind',
      cause,
    });
  }
}

function graphEndings(graph: Graph, outputs: readonly SignatureTensor[]): Map<string, Ending> {
  return new Map(
    outputs.flatMap(({ name, tensor }) => {
      const ending = graphEnding(graph, tensor);
      return ending === null ? [] : [[name, ending] as const];
    }),
  );
}

const tensorInfo = z.looseObject({
  name: z.string().default(''),
  dtype: z.string().default('DT_FLOAT'),
  tensorShape: z
    .looseObject({ dim: z.array(z.looseObject({ size: z.coerce.number().default(0) })).default([]) })
    .optional(),
});

/** Of the converter's `signature`; none if there is none. */
function graphTensors({ signature }: ModelJson, side: 'inputs' | 'outputs'): SignatureTensor[] {
  const parsed = z.record(z.string(), tensorInfo).safeParse(signature?.[side]);
  return Object.entries(parsed.data ?? {})
    .map(([name, { name: tensor, dtype, tensorShape }]) => ({
      ...{ name, tensor },
      type: dtype.replace(/^DT_/, '').toLowerCase(),
      shape: tensorShape?.dim.map(({ size }) => (size < 0 ? null : size)) ?? null,
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const layer = z.looseObject({
  config: z.looseObject({
    name: z.string().default('input'),
    batch_input_shape: z.array(z.int().nullable()).optional(),
  }),
});
const layers = z.union([
  z.looseObject({ config: z.looseObject({ layers: z.array(layer) }) }),
  z.looseObject({ config: z.array(layer) }),
]);

/** The layers that declare a shape of input. */
function layerInputs({ modelTopology }: ModelJson): SignatureTensor[] {
  const parsed = layers.safeParse(modelTopology['model_config'] ?? modelTopology);
  const { config } = parsed.data ?? { config: [] };
  return (config instanceof Array ? config : config.layers).flatMap(({ config: own }) =>
    own.batch_input_shape === undefined
      ? []
      : [{ name: own.name, type: 'float', tensor: '', shape: own.batch_input_shape }],
  );
}
