import { posix } from 'node:path';

import * as z from 'zod';

import { AiopsError, messageOf } from '../core/errors.js';
import { containedPath, readChecked, refusePointer, type Sums } from './bundle-files.js';

const weightSpec = z.looseObject({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.enum(['float32', 'int32', 'bool', 'string', 'complex64']),
  quantization: z.looseObject({ dtype: z.enum(['uint8', 'uint16', 'float16']) }).optional(),
});

const json = z.record(z.string(), z.unknown());

const modelJson = z.looseObject({
  format: z.string().optional(),
  modelTopology: json,
  weightsManifest: z.array(
    z.looseObject({ paths: z.array(z.string().min(1)), weights: z.array(weightSpec) }),
  ),
  signature: json.optional(),
  userDefinedMetadata: json.optional(),
  modelInitializer: json.optional(),
  initializerSignature: json.optional(),
});

type WeightSpec = z.output<typeof weightSpec>;

/** The `model.json` of a graph-model or layers-model, checked as far as this program relies on it. */
export type ModelJson = z.output<typeof modelJson>;

/** A TF.js model in memory, every byte of it checked. */
export interface ModelArtifacts {
  readonly json: ModelJson;
  /** In the order of their bytes in `weightData`. */
  readonly weightSpecs: readonly WeightSpec[];
  /** All weight files, concatenated. */
  readonly weightData: ArrayBuffer;
}

/**
 * @param path named in messages
 * @throws AiopsError 'model' if the bytes are not a TF.js `model.json`
 */
export function parseModelJson(bytes: Uint8Array, path: string): ModelJson {
  const parsed = modelJson.safeParse(parseJson(bytes, path));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'the top' : issue.path.join('.');
  throw new AiopsError(
    'model',
    `${path} is not a TensorFlow.js model: at ${place}: ${issue?.message ?? ''}`,
    {
      hint: 'write the model with tensorflowjs_converter, or with model.save() of TensorFlow.js',
    },
  );
}

/** @throws AiopsError 'model' that says where the text is not valid JSON */
export function parseJson(bytes: Uint8Array, path: string): unknown {
  refusePointer(path, bytes);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new AiopsError('model', `${path} is not JSON: ${messageOf(cause)}`, {
      hint: 'it must be JSON in UTF-8; docs/bundle.md has an example to copy',
      cause,
    });
  }
}

/** The weight files of a `model.json` in order, relative to the bundle like `file`. */
export function weightFiles(file: string, { weightsManifest }: ModelJson): string[] {
  return weightsManifest.flatMap((group) => group.paths.map((path) => posix.join(posix.dirname(file), path)));
}

/**
 * Reads a model into memory. TF.js silently loads altered weights (a flipped bit predicted 7e35) and does not check
 * their paths, so it gets bytes, never paths.
 *
 * @param file the `model.json`, relative to `dir`
 * @throws AiopsError 'model' naming the file that is missing, altered, too short or outside the bundle
 */
export async function readArtifacts(dir: string, file: string, sums: Sums): Promise<ModelArtifacts> {
  const path = await containedPath(dir, file);
  const model = parseModelJson(await readChecked(dir, file, sums), path);
  const parts: Buffer[] = [];
  for (const weights of weightFiles(file, model)) parts.push(await readChecked(dir, weights, sums));
  const weightData = joined(parts);
  const weightSpecs = model.weightsManifest.flatMap((group) => group.weights);
  checkLength(path, weightSpecs, weightData.byteLength);
  return { json: model, weightSpecs, weightData };
}

function joined(parts: readonly Buffer[]): ArrayBuffer {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.buffer;
}

const BYTES = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 } as const;

/** Detects weight files that were already truncated when their sums were taken. */
function checkLength(path: string, specs: readonly WeightSpec[], found: number): void {
  let expected = 0;
  for (const { shape, dtype, quantization } of specs) {
    if (dtype === 'string') return; // the length is in the data
    expected += BYTES[quantization?.dtype ?? dtype] * shape.reduce((product, size) => product * size, 1);
  }
  if (expected === found) return;
  throw new AiopsError(
    'model',
    `the weight files of ${path} hold ${found} bytes, but it describes ${expected}`,
    {
      hint: 'copy or convert the model again: a file is truncated or belongs to another version',
    },
  );
}
