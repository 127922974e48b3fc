import { minuteRows, ROW_STATUS, type Answers, type Block, type BlockRequest } from '../core/block.js';
import { AiopsError } from '../core/errors.js';
import { RandomStream } from '../core/random.js';
import { median } from '../core/statistics.js';
import type { BackendName, ModelFormat } from '../core/types.js';
import { openBundle, type Bundle } from '../model/bundle.js';
import { itemWidth, type Manifest } from '../model/manifest.js';
import { readTargetScalers } from '../model/target-scalers.js';
import type { Pool } from '../pool/pool.js';
import { differenceOf, type Difference, type ItemOutputs } from './differences.js';
import { readGolden, type GoldenItem } from './golden-file.js';
import { inActor, isAboutBackend } from './trial.js';

/** What a bundle gave on one backend, in one format. */
export interface CheckedPlace {
  readonly backend: BackendName;
  readonly format: ModelFormat;
  /** `skipped`: the backend is not available. `failed`: the model cannot be used on it, or computes something else. */
  readonly outcome: 'ok' | 'skipped' | 'failed';
  /** Why it was skipped or failed; null: neither. */
  readonly reason: string | null;
  /** Differences from the golden file and from the first place that is ok; null: not compared. */
  readonly fromGolden: Difference | null;
  readonly fromFirst: Difference | null;
  readonly timings: readonly ItemTiming[];
}

export interface ItemTiming {
  readonly items: number;
  /** Median over repeated predict calls, padding included. */
  readonly msPerItem: number;
}

export interface CheckedBundle {
  readonly name: string;
  readonly digest: string;
  /** Items of the golden file; null: there is none. */
  readonly golden: number | null;
  readonly places: readonly CheckedPlace[];
  /** Formats for which no backend is available. */
  readonly unchecked: readonly ModelFormat[];
  /** Whether each format gives the same right outputs wherever it was checked, and was checked. */
  readonly passed: boolean;
}

const PLACES: readonly { readonly backend: BackendName; readonly format: ModelFormat }[] = [
  { backend: 'node', format: 'saved-model' },
  { backend: 'node', format: 'graph-model' },
  { backend: 'node', format: 'layers-model' },
  { backend: 'wasm', format: 'graph-model' },
  { backend: 'wasm', format: 'layers-model' },
];

const BATCH_SIZES = [1, 8, 64, 512];
const LEAST_CALLS = 3;
const TIMED_MS = 200;
/** Items to compare formats with where there is no golden file. */
const SYNTHETIC_ITEMS = 64;

/**
 * Loads a bundle wherever it can run, which checks that it answers item by item, and compares what it returns with a
 * golden file and between places.
 *
 * @throws AiopsError 'model' if the bundle is invalid, 'input_missing' or 'input_unusable' if the golden file is
 */
export async function checkBundle(path: string, goldenFile: string | null): Promise<CheckedBundle> {
  const bundle = await withoutTargets(await openBundle(path));
  const { manifest, digest } = bundle;
  const golden = goldenFile === null ? null : await readGolden(goldenFile, manifest);
  const items = golden?.map(({ values }) => values) ?? syntheticItems(manifest, SYNTHETIC_ITEMS);
  const places: CheckedPlace[] = [];
  let first: ItemOutputs | null = null;
  for (const place of PLACES.filter(({ format }) => manifest.formats[format] !== undefined)) {
    const { outputs, checked } = await checkPlace(bundle, place, items, golden, first);
    first ??= checked.outcome === 'ok' ? outputs : null;
    places.push(checked);
  }
  const formats = [...new Set(places.map(({ format }) => format))];
  const unchecked = formats.filter((format) =>
    places.every((place) => place.format !== format || place.outcome === 'skipped'),
  );
  const passed = unchecked.length === 0 && places.every(({ outcome }) => outcome !== 'failed');
  return { name: manifest.name, digest, golden: golden?.length ?? null, places, unchecked, passed };
}

/** Of a bundle with a scaler per target, the model alone: items of a check belong to no target. */
async function withoutTargets(bundle: Bundle): Promise<Bundle> {
  const { manifest } = bundle;
  if ((await readTargetScalers(bundle)) === null) return bundle;
  return { ...bundle, manifest: { ...manifest, input: { ...manifest.input, normalize: { kind: 'none' } } } };
}

async function checkPlace(
  bundle: Bundle,
  place: (typeof PLACES)[number],
  items: readonly (readonly number[])[],
  golden: readonly GoldenItem[] | null,
  first: ItemOutputs | null,
): Promise<{ outputs: ItemOutputs | null; checked: CheckedPlace }> {
  const none = { ...place, fromGolden: null, fromFirst: null, timings: [] };
  try {
    return await inActor(bundle, { ...place, batchShape: 'fixed' }, async (pool) => {
      const { answers } = await pool.run(blockOf(items, bundle.manifest), REQUEST);
      const outputs = outputsOf(answers, golden === null);
      const expected = golden?.map(({ output }) => output);
      const fromGolden = expected === undefined ? null : differenceOf(outputs, expected);
      const fromFirst = first && differenceOf(outputs, first);
      const reason = whyDifferent(fromGolden, fromFirst);
      const timings = await timingsOf(pool, bundle.manifest);
      const outcome = reason === null ? 'ok' : 'failed';
      return { outputs, checked: { ...place, outcome, reason, fromGolden, fromFirst, timings } };
    });
  } catch (error) {
    if (!(error instanceof AiopsError) || error.code === 'interrupted') throw error;
    const outcome = isAboutBackend(error) ? 'skipped' : 'failed';
    const reason = error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
    return { outputs: null, checked: { ...none, outcome, reason } };
  }
}

function whyDifferent(fromGolden: Difference | null, fromFirst: Difference | null): string | null {
  if (fromGolden !== null && fromGolden.example !== null)
    return `its outputs are not those of the golden file: ${fromGolden.example}`;
  if (fromFirst !== null && fromFirst.example !== null)
    return `its outputs are not those of the format above: ${fromFirst.example}`;
  return null;
}

const REQUEST: BlockRequest = {
  style: 'batched',
  lines: { format: 'jsonl', anomaliesOnly: false, fullOutput: false },
  outputs: true,
};

/** @throws AiopsError 'model' with the reason if an item has no answer */
function outputsOf(answers: Answers, isSynthetic: boolean): ItemOutputs {
  const { lines, outputs } = answers;
  const failed = minuteRows(answers, 0).statuses.findIndex((status) => status !== ROW_STATUS.ok);
  if (failed >= 0) {
    const line = new TextDecoder().decode(lines?.bytes).split('\n')[failed] ?? '{}';
    const { errmsg } = JSON.parse(line) as { readonly errmsg?: string | null };
    const message = `item ${failed + 1} has no answer: ${errmsg ?? 'no reason given'}`;
    const hint = 'its numbers are random: give real items with --golden';
    throw new AiopsError('model', message, isSynthetic ? { hint } : {});
  }
  if (outputs === null) throw new RangeError('outputs were requested');
  const { values, offsets } = outputs;
  return Array.from({ length: offsets.length - 1 }, (_, i) => [
    ...values.subarray(offsets[i], offsets[i + 1]),
  ]);
}

async function timingsOf(pool: Pool, manifest: Manifest): Promise<ItemTiming[]> {
  const timings: ItemTiming[] = [];
  for (const items of BATCH_SIZES) {
    const block = blockOf(syntheticItems(manifest, items), manifest);
    const times: number[] = [];
    for (let spentMs = 0; times.length < LEAST_CALLS || spentMs < TIMED_MS;) {
      const { timing } = await pool.run(block, { ...REQUEST, lines: null, outputs: false });
      const predictMs = timing.chunks.reduce((sum, chunk) => sum + chunk.predictMs, 0);
      times.push(predictMs);
      spentMs += timing.wallMs;
    }
    timings.push({ items, msPerItem: median(times) / items });
  }
  return timings;
}

/** Items of varied values, in the units that the normalization expects. */
function syntheticItems({ input }: Manifest, count: number): number[][] {
  const width = itemWidth(input);
  const random = new RandomStream(1);
  const { normalize } = input;
  return Array.from({ length: count }, () =>
    Array.from({ length: input.window * width }, (_, k) => {
      const column = k % width;
      if (normalize.kind === 'zscore' && normalize.per !== 'target')
        return normalize.mean[column]! + normalize.std[column]! * random.nextNormal();
      if (normalize.kind === 'minmax' && normalize.per !== 'target')
        return normalize.min[column]! + (normalize.max[column]! - normalize.min[column]!) * random.next();
      return normalize.kind === 'none' ? random.next() : 100 + 10 * random.nextNormal();
    }),
  );
}

/** A minute with one series per item. */
function blockOf(items: readonly (readonly number[])[], { input }: Manifest): Block {
  const digits = String(items.length).length;
  const targets = items.map((_, i) => `item-${String(i).padStart(digits, '0')}`);
  return {
    ...{
      intervalMs: 60_000,
      window: input.window,
      intervals: input.window,
      width: itemWidth(input),
      minutesMs: [0],
    },
    targets,
    columns: targets.map(() => (input.columns === 'each' ? 'value' : null)),
    values: Float64Array.from(items.flat()),
    present: new Uint8Array(items.length).fill(1),
    bornAt: new Int32Array(items.length).fill(-input.window),
    seenAt: new Int32Array(items.length).fill(-1),
    labels: null,
  };
}
