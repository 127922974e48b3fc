import * as z from 'zod';

import { AiopsError } from '../core/errors.js';
import type { InputSpec, ModelFormat } from '../core/types.js';
import { MOST_INTERVALS } from '../core/look-back.js';
import { ROBUST_DEFAULTS, ZSCORE_DEFAULTS } from './normalize-defaults.js';

/** The manifest's name inside a bundle folder. */
export const MANIFEST_NAME = 'aiops-model.json';

const filePath = z.string().min(1).describe('Relative to the bundle folder, with forward slashes.');
const columnParameters = z.array(z.number()).min(1);
const notNegative = z.number().min(0);
const perColumn = z.literal('column').optional();

/** A kind whose parameters are in a file, one row for each target and column: see target-scalers.ts. */
function perTarget<const Kind extends string>(kind: Kind) {
  return z.strictObject({ kind: z.literal(kind), per: z.literal('target'), file: filePath });
}

const normalize = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('window-zscore'),
    epsilon: z
      .number()
      .positive()
      .default(ZSCORE_DEFAULTS.epsilon)
      .describe('Added to the standard deviation, in raw units.'),
  }),
  z.strictObject({
    kind: z.literal('window-robust'),
    madScale: z
      .number()
      .positive()
      .default(ROBUST_DEFAULTS.madScale)
      .describe('Makes the MAD of Gaussian noise its sigma.'),
    spreadFloor: notNegative
      .default(ROBUST_DEFAULTS.spreadFloor)
      .describe('Share of the mean absolute deviation in the scale.'),
    levelFloor: notNegative.default(ROBUST_DEFAULTS.levelFloor).describe('Share of |median| in the scale.'),
    limit: z.number().positive().optional().describe('Results are squashed to stay below it.'),
  }),
  z.discriminatedUnion('per', [
    z.strictObject({
      kind: z.literal('zscore'),
      per: perColumn,
      mean: columnParameters.describe('One for each column, raw units.'),
      std: z.array(notNegative).min(1).describe('One for each column, raw units; 0 counts as 1.'),
    }),
    perTarget('zscore'),
  ]),
  z.discriminatedUnion('per', [
    z.strictObject({
      kind: z.literal('minmax'),
      per: perColumn,
      min: columnParameters.describe('One for each column, raw units; becomes 0.'),
      max: columnParameters.describe('One for each column, raw units; becomes 1.'),
    }),
    perTarget('minmax'),
  ]),
]);

const threshold = z.number().optional().describe('A score above it is an anomaly; none: no verdict.');
const errorMeasure = z
  .enum(['rmse', 'mse', 'mae'])
  .default('rmse')
  .describe('How differences become one score.');

const outputName = z.string().min(1).optional().describe('The output to score; the only one if absent.');

const output = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('raw'), name: outputName, threshold }),
  z.strictObject({ kind: z.literal('forecast'), name: outputName, error: errorMeasure, threshold }),
  z.strictObject({
    kind: z.literal('reconstruction'),
    name: outputName,
    error: errorMeasure,
    over: z.enum(['window', 'last']).default('window').describe('The intervals that the score covers.'),
    threshold,
  }),
  z.strictObject({
    kind: z.literal('probability'),
    name: outputName,
    class: z.int().min(0).optional().describe('Which output number is the probability of an anomaly.'),
    threshold,
  }),
]);

const columnNames = z
  .array(z.string().min(1))
  .min(1)
  .refine((names) => new Set(names).size === names.length, 'expected every column once');

const input = z
  .strictObject({
    columns: z
      .union([z.literal('each'), columnNames], 'expected "each" or a list of different column names')
      .describe(
        '"each": every column of a target is an item; names: each target is one item of these columns.',
      ),
    window: z.int().min(1).max(MOST_INTERVALS).describe('Intervals of an item, including the newest one.'),
    shape: z.enum(['[window]', '[window,columns]']).describe('Shape of one item in the model’s input.'),
    normalize,
    missing: z.enum(['hold', 'zero', 'reject']).default('hold').describe('What to do with missing values.'),
  })
  .superRefine((value, context) => {
    const width = value.columns === 'each' ? 1 : value.columns.length;
    if (value.shape === '[window]' && width > 1) {
      const message = `expected "[window,columns]", because an item has ${width} columns`;
      context.addIssue({ code: 'custom', path: ['shape'], message });
    }
    for (const [name, list] of Object.entries(value.normalize)) {
      if (!Array.isArray(list) || list.length === width) continue;
      const message = `expected ${width} numbers, one for each column of an item, found ${list.length}`;
      context.addIssue({ code: 'custom', path: ['normalize', name], message });
    }
    if (value.normalize.kind !== 'minmax' || value.normalize.per === 'target') return;
    const { min, max } = value.normalize;
    const reversed = min.findIndex((low, column) => low > (max[column] ?? low));
    if (reversed < 0) return;
    const message = `expected at least min (${min[reversed]}), found ${max[reversed]}`;
    context.addIssue({ code: 'custom', path: ['normalize', 'max', reversed], message });
  });

const formats = z
  .strictObject({
    'saved-model': filePath.optional(),
    'graph-model': filePath.optional(),
    'layers-model': filePath.optional(),
  } satisfies Record<ModelFormat, unknown>)
  .refine((value) => Object.values(value).some((path) => path !== undefined), {
    message: 'expected at least one of saved-model, graph-model, layers-model',
  });

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits in lower case');

/** The schema of `aiops-model.json`, from which schema/aiops-model.schema.json is generated. */
export const manifestSchema = z
  .strictObject({
    $schema: z.string().optional(),
    name: z.string().min(1),
    version: z.string().min(1),
    description: z.string().optional(),
    notes: z.unknown().optional(),
    formats,
    signature: z
      .string()
      .min(1)
      .optional()
      .describe('Signature of the SavedModel; by default `serving_default`, or the only one.'),
    sha256: z.record(
      z.string().min(1),
      sha256,
      'expected the sums of all files: `aiops-serve model seal FOLDER` adds them',
    ),
    seal: sha256.optional().describe('sha256 of the rest of this file: `aiops-serve model seal` writes it.'),
    input,
    output,
  })
  .superRefine((value, context) => {
    if (value.output.kind === 'forecast' && value.input.window < 2) {
      const message =
        'expected at least 2 for a forecast, because the model has to predict the newest interval';
      context.addIssue({ code: 'custom', path: ['input', 'window'], message });
    }
  });

/** `aiops-model.json` with its defaults filled in. */
export type Manifest = z.output<typeof manifestSchema>;
export type NormalizeSpec = Manifest['input']['normalize'];
/** A normalization with parameters for each target, which are in a file. */
export type PerTargetSpec = Extract<NormalizeSpec, { per: 'target' }>;
/** A normalization that is the same for all targets. */
export type FixedSpec = Exclude<NormalizeSpec, PerTargetSpec>;
export type OutputSpec = Manifest['output'];

export function isPerTarget(spec: NormalizeSpec): spec is PerTargetSpec {
  return 'per' in spec && spec.per === 'target';
}

/** Columns of one item. */
export function itemWidth({ columns }: Manifest['input']): number {
  return columns === 'each' ? 1 : columns.length;
}

/** How minutes are cut into items for this model. */
export function inputSpec({ input: { window, columns, missing } }: Manifest): InputSpec {
  return { window, columns, missing };
}

/** How many intervals of an item the model sees, the oldest ones: all of them, or for a forecast all but the newest. */
export function seenIntervals({ input: { window }, output: { kind } }: Manifest): number {
  return kind === 'forecast' ? window - 1 : window;
}

const MOST_ISSUES_SHOWN = 5;

/**
 * Checks parsed JSON against the schema.
 *
 * @param file named in the message
 * @throws AiopsError 'model' that lists the invalid fields and what was expected
 */
export function parseManifest(json: unknown, file: string): Manifest {
  const result = manifestSchema.safeParse(json);
  if (result.success) return result.data;
  const { issues } = result.error;
  const shown = issues.slice(0, MOST_ISSUES_SHOWN).map(({ path, message }) => `${placeOf(path)}: ${message}`);
  const more = issues.length > shown.length ? `; and ${issues.length - shown.length} more` : '';
  throw new AiopsError('model', `${file} is not a valid model manifest: ${shown.join('; ')}${more}`, {
    hint: 'docs/bundle.md lists every field; schema/aiops-model.schema.json lets an editor check them',
  });
}

function placeOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return 'at the top';
  return path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`))
    .join('')
    .replace(/^\./, '');
}

/** The manifest's schema as JSON Schema, for editors; it cannot express checks across fields. */
export function manifestJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(manifestSchema, { io: 'input' }),
    title: `aiops-serve model bundle: ${MANIFEST_NAME}`,
  };
}
