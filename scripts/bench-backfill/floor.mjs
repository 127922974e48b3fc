/**
 * The floor of a backfill: one process that reads a recording, normalizes along its series, predicts in calls of about
 * a thousand items, scores and formats, and does nothing else. Prints the ms of each part; start-up and writing the
 * file are not timed. Expects a value of every target in every minute.
 *
 *   node scripts/bench-backfill/floor.mjs RECORDING.csv BUNDLE wasm|node RESULTS.jsonl
 */
import { writeFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

import { openNode } from '#build/actor/backends/node.js';
import { openWasm } from '#build/actor/backends/wasm.js';
import { ROW_STATUS, NO_VERDICT } from '#build/core/block.js';
import { blockLines } from '#build/core/result-lines.js';
import { installedNative } from '#build/host/native/location.js';
import { openBundle } from '#build/model/bundle.js';
import { itemWidth, seenIntervals } from '#build/model/manifest.js';
import { createScorer, scoredOutput, verdict } from '#build/model/score.js';
import { createSlidingNormalizer } from '#build/model/sliding-normalizer.js';

import { readSeries } from './read-series.mjs';

const ITEMS_PER_CALL = 1024;
const ROWS_PER_SLICE = 5000;
const FORMATS = { wasm: 'graph-model', node: 'saved-model' };

const [csv, folder, backendName, resultsFile] = process.argv.slice(2);
const partMs = { read: 0, normalize: 0, predict: 0, score: 0, format: 0 };
let lapAtMs = 0;

/** Ends a part; the next one starts. */
function lap(part) {
  const now = performance.now();
  if (part !== null) partMs[part] += now - lapAtMs;
  lapAtMs = now;
}

const { manifest, model, outputs } = await warmModel();
const { window } = manifest.input;
const width = itemWidth(manifest.input);
const seen = seenIntervals(manifest) * width;
lap(null);
const recording = await readSeries(csv, manifest.input.columns);
lap('read');
const answers = emptyAnswers();
await answerAll();
const parts = [...formatted()];
writeFileSync(resultsFile, Buffer.concat(parts));
console.log(JSON.stringify(partMs));

async function warmModel() {
  const bundle = await openBundle(folder);
  const backend = await (backendName === 'wasm'
    ? openWasm()
    : openNode(1, installedNative()?.folder ?? null));
  const dims = [seenIntervals(bundle.manifest)];
  if (bundle.manifest.input.shape !== '[window]') dims.push(itemWidth(bundle.manifest.input));
  const loaded = await backend.load(bundle, FORMATS[backendName], dims);
  const size = dims.reduce((product, dim) => product * dim, ITEMS_PER_CALL);
  const { layout } = await loaded.predict(new Float32Array(size), ITEMS_PER_CALL);
  return { manifest: bundle.manifest, model: loaded, outputs: layout };
}

/** One row per series and minute, in the order of results; all are in warm-up. */
function emptyAnswers() {
  const rows = recording.minutesMs.length * recording.targets.length;
  const numbers = outputs.reduce((sum, { size }) => sum + size, 0);
  return {
    statuses: new Uint8Array(rows).fill(ROW_STATUS.warmup),
    scores: new Float32Array(rows).fill(NaN),
    anomalies: new Uint8Array(rows).fill(NO_VERDICT),
    numbers,
    outputs: new Float32Array(rows * numbers),
  };
}

/** Items in the order of the series, then of their minutes. */
async function answerAll() {
  const { values, targets, minutesMs } = recording;
  const shape = { intervals: window, width };
  const normalizer = createSlidingNormalizer(manifest.input.normalize, shape, seenIntervals(manifest));
  const scored = scoredOutput(manifest.output, outputs);
  const score = createScorer(manifest.output, shape, scored.size);
  const perSeries = Math.max(minutesMs.length - window + 1, 0);
  const items = perSeries * targets.length;
  const size = window * width;
  const normalized = new Float32Array(ITEMS_PER_CALL * size);
  for (let start = 0; start < items; start += ITEMS_PER_CALL) {
    const count = Math.min(ITEMS_PER_CALL, items - start);
    for (let i = 0; i < count; i++) {
      const from = (start + i) % perSeries;
      if (from === 0 || i === 0) normalizer.begin(values[Math.floor((start + i) / perSeries)]);
      if (!normalizer.normalize(from, normalized, i * size)) throw new Error('a window is not finite');
    }
    const input = seen === size ? normalized.subarray(0, count * size) : seenPart(normalized, count, size);
    lap('normalize');
    const found = await model.predict(input, count);
    lap('predict');
    for (let i = 0; i < count; i++) {
      const row =
        (((start + i) % perSeries) + window - 1) * targets.length + Math.floor((start + i) / perSeries);
      const outputAt = i * found.width;
      const item = { outputs: found.values, outputAt: outputAt + scored.at, item: normalized };
      keep(row, score({ ...item, itemAt: i * size }), found.values, outputAt);
    }
    lap('score');
  }
}

/** The items without their newest interval, which a forecast must not see. */
function seenPart(normalized, count, size) {
  const input = new Float32Array(count * seen);
  for (let i = 0; i < count; i++) input.set(normalized.subarray(i * size, i * size + seen), i * seen);
  return input;
}

function keep(row, score, values, at) {
  answers.statuses[row] = ROW_STATUS.ok;
  answers.scores[row] = score;
  const isAnomaly = verdict(manifest.output, score);
  if (isAnomaly !== null) answers.anomalies[row] = isAnomaly ? 1 : 0;
  const { numbers, outputs: kept } = answers;
  for (let k = 0; k < numbers; k++) kept[row * numbers + k] = values[at + k];
}

/** The result lines, some minutes at a time. */
function* formatted() {
  const { minutesMs, targets } = recording;
  const minutes = Math.ceil(ROWS_PER_SLICE / targets.length);
  for (let start = 0; start < minutesMs.length; start += minutes) {
    lap(null);
    const { bytes } = linesOf(start, Math.min(start + minutes, minutesMs.length));
    lap('format');
    yield bytes;
  }
}

function linesOf(start, end) {
  const { minutesMs, targets, columns } = recording;
  const { statuses, scores, anomalies, numbers, outputs: values } = answers;
  const series = targets.length;
  const [from, to] = [start * series, end * series];
  const outputOffsets = new Uint32Array(to - from + 1);
  for (let row = from, total = 0; row < to; row++)
    outputOffsets[row - from + 1] = total += statuses[row] === ROW_STATUS.ok ? numbers : 0;
  const tried = Math.max(from, (window - 1) * series); // rows before it have no outputs
  const block = {
    ...{ intervalMs: recording.intervalMs, window, width, targets, columns, labels: null },
    minutesMs: minutesMs.slice(start, end),
    intervals: window - 1 + end - start,
    values: new Float64Array(0), // lines do not show them
    present: new Uint8Array(to - from).fill(1),
    bornAt: new Int32Array(series).fill(-window),
    seenAt: new Int32Array(series).fill(-1),
  };
  const rows = {
    rowOffsets: Uint32Array.from({ length: end - start + 1 }, (_, minute) => minute * series),
    statuses: statuses.subarray(from, to),
    scores: scores.subarray(from, to),
    anomalies: anomalies.subarray(from, to),
    errors: new Map(),
    outputs: {
      values: values.subarray(tried * numbers, Math.max(to, tried) * numbers),
      offsets: outputOffsets,
    },
  };
  return blockLines(block, rows, { format: 'jsonl', anomaliesOnly: false, fullOutput: false });
}
