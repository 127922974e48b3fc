import type { Answers, Block, BlockRequest } from '../core/block.js';
import { AiopsError } from '../core/errors.js';
import type { BackendFacts, BackendName } from '../core/types.js';
import { unlessAborted } from '../core/abort.js';
import { findModel } from '../model/model-choice.js';
import { Solo } from '../pool/solo.js';

/** The result of one item on one backend. */
export interface TestPrediction {
  readonly score: number;
  /** The predict call alone, after a first one to warm up, ms. */
  readonly predictMs: number;
  /** From starting the actor until it had loaded the model and warmed up, ms. */
  readonly startMs: number;
  readonly backend: BackendFacts;
}

const TIMEOUT_MS = 60_000;
const WINDOW = 60;
/** How much of a failing actor's output to show. */
const LAST_LINES = 5;

/**
 * Starts a real actor with the built-in model and has it score one item.
 *
 * @param native the folder with tfjs-node in its `node_modules`; null: where this program resolves packages
 * @throws AiopsError 'backend_missing', 'backend' if it does not work, 'interrupted'
 */
export async function testPrediction(
  backend: BackendName,
  native: string | null,
  signal: AbortSignal,
): Promise<TestPrediction> {
  const { source } = await findModel({ kind: 'model', path: null, bare: null, threshold: null });
  const load = {
    model: source,
    backend,
    modelFormat: 'auto',
    threadsPerActor: 1,
    batchSize: 1,
    batchShape: 'fixed',
    native,
    params: {},
  } as const;
  const lines: string[] = [];
  const solo = new Solo({ load, log: (_actor, line) => lines.push(line), timeoutMs: TIMEOUT_MS });
  try {
    const ready = await unlessAborted(solo.start(), signal);
    const run = ready === null ? null : await unlessAborted(solo.run(MINUTE, REQUEST), signal);
    if (ready === null || run === null) throw new AiopsError('interrupted', 'interrupted');
    const [score = NaN] = run.answers.scores;
    if (!Number.isFinite(score)) {
      throw new AiopsError(
        'backend',
        `${backend} started, but its prediction is unusable: ${why(run.answers)}`,
      );
    }
    const predictMs = run.timing.chunks.reduce((sum, chunk) => sum + chunk.predictMs, 0);
    return { score, predictMs, startMs: ready.startMs, backend: ready.backend };
  } catch (error) {
    throw error instanceof AiopsError && error.code === 'actor_failed'
      ? broken(backend, error, lines)
      : error;
  } finally {
    await solo.stop();
  }
}

function broken(backend: BackendName, error: AiopsError, lines: readonly string[]): AiopsError {
  const output = lines.slice(-LAST_LINES).map((line) => `\n  ${line}`);
  return new AiopsError('backend', `${backend} does not work here: ${error.message}${output.join('')}`, {
    cause: error,
  });
}

/** Why the item has no score; only its result line says so. */
function why({ lines }: Answers): string {
  const row = JSON.parse(new TextDecoder().decode(lines?.bytes)) as { readonly errmsg: string | null };
  return row.errmsg ?? 'the item has no score';
}

const REQUEST: BlockRequest = {
  style: 'batched',
  lines: { format: 'jsonl', anomaliesOnly: false, fullOutput: false },
  outputs: false,
};

/** A steady hour whose last minute is an outlier, so that the score is not trivial. */
const MINUTE: Block = {
  intervalMs: 60_000,
  window: WINDOW,
  width: 1,
  minutesMs: [0],
  intervals: WINDOW,
  targets: ['check'],
  columns: ['value'],
  values: Float64Array.from({ length: WINDOW }, (_, i) =>
    i === WINDOW - 1 ? 200 : 100 + 10 * Math.sin(i / 5) + (i % 3),
  ),
  present: Uint8Array.of(1),
  bornAt: Int32Array.of(-WINDOW),
  seenAt: Int32Array.of(-1),
  labels: null,
};
