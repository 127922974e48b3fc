import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { AnalyzerItem } from '#build/model/analyzer.js';

/** A manifest as JSON, before it is checked. */
export interface ManifestJson {
  readonly [key: string]: unknown;
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

/** Numbers as little-endian Float32, the form of weight files. */
export function float32Bytes(...numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(numbers).buffer);
}

/** Files of one model in TF.js form, by their path relative to its `model.json`. */
export type ModelFiles = Readonly<Record<string, string | Uint8Array>>;

export function modelFiles(topology: object, weights: readonly Weight[], more: object = {}): ModelFiles {
  const specs = weights.map(({ name, shape, dtype = 'float32' }) => ({ name, shape, dtype }));
  const bytes = weights.map(({ values, dtype }) =>
    dtype === 'int32' ? new Uint8Array(Int32Array.from(values).buffer) : float32Bytes(...values),
  );
  return {
    'model.json': JSON.stringify({
      modelTopology: topology,
      weightsManifest: weights.length === 0 ? [] : [{ paths: ['weights.bin'], weights: specs }],
      ...more,
    }),
    ...(weights.length === 0 ? {} : { 'weights.bin': Buffer.concat(bytes) }),
  };
}

export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
  /** float32 if absent. */
  readonly dtype?: 'int32';
}

export interface LayerJson {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** A layers-model that is a plain sequence; the first layer names its input: `batch_input_shape`. */
export function sequential(layers: readonly LayerJson[], weights: readonly Weight[]): ModelFiles {
  const config = { class_name: 'Sequential', config: { name: 'sequence', layers } };
  return modelFiles({ keras_version: '2.15.0', backend: 'tensorflow', model_config: config }, weights, {
    format: 'layers-model',
  });
}

/** `[null, …inputShape] → [null, units]`, flattened and multiplied by `kernel` `[inputs, units]`. */
export function linearModel(
  inputShape: readonly (number | null)[],
  kernel: readonly (readonly number[])[],
  { activation = 'linear', batch = null }: { activation?: string; batch?: number | null } = {},
): ModelFiles {
  const first = { batch_input_shape: [batch, ...inputShape] };
  const dense = { name: 'linear', units: kernel[0]?.length ?? 0, use_bias: false, activation };
  return sequential(
    inputShape.length === 1
      ? [{ class_name: 'Dense', config: { ...first, ...dense } }]
      : [
          { class_name: 'Flatten', config: { name: 'flat', ...first } },
          { class_name: 'Dense', config: dense },
        ],
    [{ name: 'linear/kernel', shape: [kernel.length, dense.units], values: kernel.flat() }],
  );
}

export interface NodeJson {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, unknown>>;
}

/** A graph-model with one placeholder `x` `[?, …itemShape]`; `outputs` maps signature names to nodes. */
export function graphModel(
  itemShape: readonly number[],
  nodes: readonly NodeJson[],
  outputs: Readonly<Record<string, string>>,
  weights: readonly Weight[] = [],
): ModelFiles {
  const shape = { dim: [-1, ...itemShape].map((size) => ({ size: String(size) })) };
  const placeholder = {
    name: 'x',
    op: 'Placeholder',
    attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape } },
  };
  const constants = weights.map(({ name, dtype }) => {
    const type = dtype === 'int32' ? 'DT_INT32' : 'DT_FLOAT';
    return { name, op: 'Const', attr: { dtype: { type } } };
  });
  const tensorInfo = (name: string) => ({ name: `${name}:0`, dtype: 'DT_FLOAT', tensorShape: shape });
  return modelFiles({ node: [placeholder, ...constants, ...nodes], versions: { producer: 1087 } }, weights, {
    format: 'graph-model',
    signature: {
      inputs: { x: tensorInfo('x') },
      outputs: Object.fromEntries(Object.entries(outputs).map(([name, node]) => [name, tensorInfo(node)])),
    },
  });
}

export interface BundleParts {
  readonly format?: 'graph-model' | 'layers-model';
  readonly model: ModelFiles;
  readonly input: ManifestJson;
  readonly output: ManifestJson;
  /** Members that replace those of the manifest. */
  readonly manifest?: ManifestJson;
}

/** Writes a bundle with right sums into an existing folder. */
export function writeBundle(folder: string, parts: BundleParts): string {
  const { format = 'layers-model', model, input, output, manifest = {} } = parts;
  const sums: Record<string, string> = {};
  for (const [name, content] of Object.entries(model)) {
    const file = `model/${name}`;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content);
    sums[file] = sha256(content);
  }
  writeManifest(folder, {
    name: 'test',
    version: '1',
    formats: { [format]: 'model/model.json' },
    sha256: sums,
    input,
    output,
    ...manifest,
  });
  return folder;
}

export function writeManifest(folder: string, manifest: ManifestJson): void {
  writeFileSync(join(folder, 'aiops-model.json'), JSON.stringify(manifest));
}

/** An item as the message loop hands it to an analyzer. */
export function analyzerItem(values: readonly number[], width = 1): AnalyzerItem {
  return {
    target: 'web-1',
    column: width === 1 ? 'cpu' : null,
    minute: 0,
    values: Float64Array.from(values),
    shape: [values.length / width, width],
    params: {},
  };
}
