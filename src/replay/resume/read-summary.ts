import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { VARIANTS, type Agreement, type ComparisonSummary } from '../../core/comparison.js';
import type { Rates } from '../../core/detection.js';
import { AiopsError } from '../../core/errors.js';
import {
  anything,
  count,
  either,
  fields,
  flag,
  list,
  measured,
  nullable,
  number,
  object,
  oneOf,
  ShapeError,
  text,
  type Shape,
} from '../../core/shape.js';
import type { Label } from '../../core/types.js';
import type { Distribution, Estimate } from '../../core/statistics.js';
import { CHUNK_PARTS } from '../../core/timing.js';
import type { BlocksSummary, MinutesSummary, ServedSummary } from '../../measure/run-timings.js';
import { nodeFiles, type Files } from '../../output/files.js';
import { readText } from '../../output/read-back.js';
import type { GateResult } from '../../report/gates.js';
import type { AnomaliesSummary } from '../report/anomaly-events.js';
import type { CallFullness } from '../report/call-fullness.js';
import type { DetectionFigures } from '../report/label-account.js';
import type { LabelsSummary } from '../report/run-labels.js';
import type { RunSummary } from '../report/run-summary.js';
import {
  backendFacts,
  errorCount,
  incident,
  incidentCounts,
  modelAndInput,
  notice,
  processUse,
  reportedReject,
  programFacts,
  runCounts,
} from './fact-shapes.js';
import type { RunCompletion } from './run-facts.js';

const distribution: Shape<Distribution> = fields(
  ['samples', 'mean', 'p50', 'p90', 'p95', 'p99', 'max'],
  measured,
);
const estimate: Shape<Estimate> = fields(['value', 'low', 'high'], measured);

const served: Shape<ServedSummary> = object({
  blocks: count,
  items: count,
  imbalance: distribution,
  breakdownMs: fields([...CHUNK_PARTS, 'gatherMs'], measured),
  perActor: list(
    object({
      actor: count,
      chunks: count,
      items: count,
      serviceMs: measured,
      breakdownMs: fields(CHUNK_PARTS, measured),
    }),
  ),
});

const blocks: Shape<BlocksSummary> = object({
  served: count,
  minutes: count,
  minutesPerBlock: distribution,
  perMinuteMs: distribution,
  wallMs: distribution,
  itemsPerSecond: measured,
});

const minutes: Shape<MinutesSummary> = object({
  served: count,
  wallMs: distribution,
  items: distribution,
  itemsPerSecond: measured,
  late: measured,
  headroom: measured,
  capacityItems: measured,
  scheduled: nullable(object({ latenessMs: distribution, responseMs: distribution })),
});

const callFullness: Shape<CallFullness> = object({
  all: measured,
  alone: nullable(measured),
  advisedBatchSize: nullable(count),
});

const agreement: Shape<Agreement> = object({
  identical: flag,
  maxDifference: measured,
  differingVerdicts: count,
});

const comparison: Shape<ComparisonSummary> = object({
  minutes: count,
  wallMs: fields(VARIANTS, distribution),
  itemsPerSecond: fields(VARIANTS, measured),
  speedup: fields(['sequential-per-item', 'sequential-batched'], estimate),
  efficiency: measured,
  serialFraction: nullable(number),
  answers: fields(VARIANTS, agreement),
  tolerance: number,
});

const rates: { readonly [K in keyof Rates]: Shape<Rates[K]> } = {
  precision: nullable(number),
  recall: nullable(number),
  f1: nullable(number),
};

const detectionFigures: { readonly [K in keyof DetectionFigures]: Shape<DetectionFigures[K]> } = {
  records: count,
  positives: count,
  flagged: count,
  ...rates,
  averagePrecision: nullable(number),
  best: nullable(object({ threshold: measured, ...rates })),
};

const label: Shape<Label> = nullable(either(number, text));

const anomalies: Shape<AnomaliesSummary> = object({
  events: count,
  listed: list(
    object({
      ...{ target: text, column: nullable(text), first: text, last: text, minutes: count },
      ...{ score: nullable(number), peak: text, label },
    }),
  ),
});

const labels: Shape<LabelsSummary> = object({
  counts: fields(['scored', 'judged', 'warmup', 'error', 'unscored', 'unusable', 'unlabelled'], count),
  overall: object(detectionFigures),
  meanAveragePrecision: nullable(number),
  targets: count,
  recordsOfOtherTargets: count,
  perTarget: list(object({ target: text, ...detectionFigures })),
  droppedBits: object({ overall: count, perTarget: count }),
});

const gate: Shape<GateResult> = object({
  condition: text,
  metric: text,
  operator: oneOf('>', '>=', '<', '<='),
  limit: number,
  unit: oneOf('duration', 'bytes', 'count', 'ratio', 'share'),
  value: nullable(number),
  outcome: oneOf('met', 'not met', 'no value'),
});

const runSummary: Shape<RunSummary> = object<
  Omit<RunSummary, 'errors'>,
  Required<Pick<RunSummary, 'errors'>>
>(
  {
    program: programFacts,
    settings: anything,
    input: object({
      files: list(text),
      layout: oneOf('rows', 'batches'),
      columns: list(text),
      intervalMs: number,
      intervalSource: oneOf('given', 'detected', 'default'),
      firstMinute: nullable(text),
      lastMinute: nullable(text),
    }),
    model: modelAndInput,
    threshold: nullable(object({ score: number, source: oneOf('given', 'model') })),
    backend: backendFacts,
    execution: object({
      mode: oneOf('parallel', 'sequential'),
      actors: count,
      inflight: count,
      pace: nullable(number),
      startMs: number,
    }),
    host: object({ node: text, platform: text, processor: text, processors: count }),
    sessions: object({ resumed: count, earlierMinutes: count }),
    incidents: object({ counts: incidentCounts, listed: list(incident) }),
    counts: runCounts,
    rejects: list(reportedReject),
    elapsedMs: measured,
    comparingMs: measured,
    usage: object({ parent: processUse, actors: processUse }),
    throughput: fields(['itemsPerSecond', 'minutesPerSecond'], measured),
    deadlineMs: number,
    served: nullable(served),
    blocks: nullable(blocks),
    minutes: nullable(minutes),
    utilization: measured,
    callFullness: nullable(callFullness),
    comparison: nullable(comparison),
    anomalies,
    labels: nullable(labels),
    gates: list(gate),
    advice: text,
    notices: list(notice),
  },
  { errors: object({ listed: list(errorCount), others: count }) },
);

/** The SHA-256 of a `timing.json`, by which the journal recognizes it. */
export function summarySum(json: string): string {
  return createHash('sha256').update(json).digest('hex');
}

/**
 * Reads the `timing.json` of a completed run.
 *
 * @returns null if it is missing or was edited since
 * @throws AiopsError `config` if it is not as this version writes it
 */
export async function writtenSummary(
  out: string,
  { summarySha256 }: RunCompletion,
  files: Files = nodeFiles,
): Promise<RunSummary | null> {
  const path = join(out, 'timing.json');
  const json = await readText(path, files).catch(() => '');
  return summarySum(json) === summarySha256 ? parseSummary(json, path) : null;
}

function parseSummary(json: string, path: string): RunSummary {
  try {
    return runSummary(JSON.parse(json));
  } catch (cause) {
    if (!(cause instanceof ShapeError) && !(cause instanceof SyntaxError)) throw cause;
    throw new AiopsError('config', `cannot read ${path}: ${cause.message}`, {
      hint: ({ startOver, anotherFolder }) => `${startOver}, or ${anotherFolder}`,
      cause,
    });
  }
}
