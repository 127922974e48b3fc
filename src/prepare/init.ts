import { basename, join } from 'node:path';

import { AiopsError } from '../core/errors.js';
import type { ModelOutput } from '../core/types.js';
import { outputOf, type BareModelFlags } from '../model/bare-model.js';
import { describedBundle } from '../model/bundle.js';
import {
  declaredModel,
  type DeclaredFormat,
  type DeclaredModel,
  type DeclaredSignature,
} from '../model/declared-model.js';
import { MANIFEST_NAME } from '../model/manifest.js';
import type { Ending } from '../model/output-ending.js';
import { readScaler } from '../model/scaler-file.js';
import { sealed, type SealedManifest } from '../model/seal.js';
import type { ModelSignature, SignatureTensor } from '../model/signatures.js';
import { proposeInput, proposeKind, type ProposedInput, type Reasoned } from './propose.js';
import { inActor, isAboutBackend } from './trial.js';

/** What is known of a model beforehand; null, or absent in a description of a bare model: nothing. */
export interface InitFlags extends Omit<BareModelFlags, 'window' | 'columns' | 'normalize' | 'output'> {
  readonly window: number | null;
  readonly columns: BareModelFlags['columns'] | null;
  readonly normalize: BareModelFlags['normalize'] | null;
  readonly output: BareModelFlags['output'] | null;
  readonly threshold: number | null;
  readonly name: string | null;
}

/** The manifest of a model, with the reasons for its values. */
export interface Initialized {
  readonly manifest: SealedManifest;
  readonly input: ProposedInput;
  readonly window: number;
  readonly kind: Reasoned<BareModelFlags['output']>;
  /** Where the model was loaded; null: no backend could load it, as `why` says. */
  readonly backend: Reasoned<string | null>;
}

/**
 * Describes a model: window, columns and kind by its shapes and by flags. The model is loaded, so what is described
 * works.
 *
 * @param onFound is told what the model declares, and what it returned once loaded, before anything can be refused
 * @throws AiopsError 'usage' naming a flag for what shapes leave open, 'model' if the model cannot be used
 */
export async function initModel(
  path: string,
  flags: InitFlags,
  onFound: (model: DeclaredModel) => void,
): Promise<Initialized> {
  const model = await declaredModel(path);
  onFound(model);
  const signature = signatureOf(model.formats[0]!, flags.signature);
  const given = { window: flags.window, columns: flags.columns, kind: flags.output };
  const input = proposeInput(soleInput(signature), given);
  const { seen, columns } = input;
  const describe = async (window: number, output: object): Promise<SealedManifest> =>
    sealed(model.dir, await manifestOf(model, flags, { window, columns: columns.value, output }));
  const first = await load(model.dir, await describe(seen.value, { kind: 'raw' }), signature);
  const scored = scoredOutput(first.outputs, flags);
  const width = columns.value === 'each' ? 1 : columns.value.length;
  const kind = proposeKind(
    { size: scored.size, ending: endingOf(signature, scored.name, first.outputs) },
    { seen: seen.value, width },
    { kind: flags.output, hasClass: flags.class !== null, hasThreshold: flags.threshold !== null },
  );
  if (kind.value === 'forecast' && flags.output === null && flags.window !== null) {
    throw new AiopsError(
      'usage',
      `${kind.why}, so it is a forecast, whose window includes the newest interval`,
      {
        hint: `give --output-kind forecast, and --window ${seen.value + 1} if the model sees ${seen.value} intervals`,
      },
    );
  }
  const window = kind.value === 'forecast' ? seen.value + 1 : seen.value;
  const output = outputOf({ ...flags, output: kind.value, outputName: flags.outputName });
  const { threshold } = flags;
  const manifest = await describe(window, threshold === null ? output : { ...output, threshold });
  const { backend } = await load(model.dir, manifest, signature);
  return { manifest, input, window, kind, backend };
}

/** TensorFlow.js names an only output of a layers-model otherwise than its layer. */
function endingOf(
  { endings }: DeclaredSignature,
  output: string,
  outputs: readonly ModelOutput[],
): Ending | null {
  const only = outputs.length === 1 && endings.size === 1 ? [...endings.values()][0] : undefined;
  return endings.get(output) ?? only ?? null;
}

function signatureOf({ format, signatures }: DeclaredFormat, wanted: string | null): DeclaredSignature {
  const names = signatures.map(({ name }) => name);
  const name =
    format === 'saved-model' ? (wanted ?? (names.length === 1 ? names[0] : 'serving_default')) : '';
  const found = signatures.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new AiopsError(
    'usage',
    `the SavedModel has no signature ${name}, only ${names.join(', ') || 'none at all'}`,
    {
      hint: 'give --signature NAME',
    },
  );
}

function soleInput({ inputs: declared }: ModelSignature): SignatureTensor {
  // A table's handle is no input of windows; loading names the table.
  const inputs = declared.filter(({ type }) => type !== 'resource');
  const [input] = inputs;
  if (input !== undefined && inputs.length === 1) return input;
  if (input === undefined) return { name: '(not declared)', type: 'float', tensor: '', shape: null };
  throw new AiopsError(
    'model',
    `the model has ${inputs.length} inputs: ${inputs.map(({ name }) => name).join(', ')}`,
    {
      hint: 'wrap it in a model with one input that holds all columns (docs/bundle.md, "Two inputs")',
    },
  );
}

async function manifestOf(
  { dir, formats }: DeclaredModel,
  flags: InitFlags,
  { window, columns, output }: { window: number; columns: BareModelFlags['columns']; output: object },
): Promise<object> {
  const { name, signature, scaler, normalize, missing } = flags;
  return {
    name: name ?? basename(dir),
    version: '1',
    formats: Object.fromEntries(formats.map(({ format, path }) => [format, path])),
    ...(signature === null ? {} : { signature }),
    input: {
      columns,
      window,
      shape: columns === 'each' || columns.length === 1 ? '[window]' : '[window,columns]',
      normalize: scaler === null ? { kind: normalize ?? 'none' } : await readScaler(scaler),
      missing,
    },
    output,
  };
}

interface Loaded {
  readonly outputs: readonly ModelOutput[];
  readonly backend: Reasoned<string | null>;
}

/** Loads the model as described; if its backend is missing, trusts what its signature declares. */
async function load(dir: string, { text }: SealedManifest, { outputs }: ModelSignature): Promise<Loaded> {
  const bundle = describedBundle(dir, JSON.parse(text), join(dir, MANIFEST_NAME));
  const place = { backend: 'auto', format: 'auto', batchShape: 'fixed' } as const;
  try {
    return await inActor(bundle, place, (_pool, { model, backend }) =>
      Promise.resolve({
        outputs: model.outputs,
        backend: { value: backend.name, why: 'loaded and checked' },
      }),
    );
  } catch (error) {
    if (!(error instanceof AiopsError) || !isAboutBackend(error)) throw error;
    const sizes = outputs.map(({ name, shape }) => ({ name, size: sizeOf(shape) }));
    if (sizes.length === 0 || sizes.some(({ size }) => size === null)) throw error;
    return {
      outputs: sizes.map(({ name, size }) => ({ name, size: size ?? 0 })),
      backend: { value: null, why: error.message },
    };
  }
}

function sizeOf(shape: SignatureTensor['shape']): number | null {
  if (shape === null) return null;
  return shape
    .slice(1)
    .reduce<number | null>((size, dim) => (size === null || dim === null ? null : size * dim), 1);
}

function scoredOutput(outputs: readonly ModelOutput[], { outputName, output }: InitFlags): ModelOutput {
  const found =
    outputs.find(({ name }) => name === outputName) ?? (outputs.length === 1 ? outputs[0] : undefined);
  const listed = outputs.map(({ name, size }) => `${name} [${size}]`).join(', ');
  if (outputName !== null && found?.name !== outputName)
    throw new AiopsError('usage', `the model has no output ${outputName}, only ${listed}`, {
      hint: 'give one of them to --output-name',
    });
  if (found !== undefined) return found;
  if (output === 'raw') return { name: '', size: 0 };
  throw new AiopsError('usage', `the model has ${outputs.length} outputs: ${listed}`, {
    hint: 'give --output-name NAME, the one to score; or --output-kind raw to pass on all of them without a score',
  });
}
