import { resolveActors } from '../core/actor-count.js';
import { unlessAborted } from '../core/abort.js';
import type { LineForm } from '../core/block.js';
import type { LookBack } from '../core/look-back.js';
import type { InputSpec, ReadyFacts } from '../core/types.js';
import { installedNative } from '../host/native/location.js';
import { usableProcessors } from '../host/processors.js';
import type { ChosenModel } from '../model/model-choice.js';
import { Executors } from '../pool/executors.js';
import { loadRequest } from '../pool/load-request.js';
import { lookBackFor, readOptionsFor } from '../read/model-needs.js';
import type { Recording } from '../read/recording.js';
import { refuseGatesWithout } from '../report/gates.js';
import { lineForm } from './line-form.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayContext } from './replay-context.js';
import { REPLAY_METRICS } from './report/replay-metrics.js';
import type { PreviousRun } from './resume/previous-run.js';

/** A lost actor is replaced at most so many times within a minute. */
const RESTARTS = 3;

/** What opening a run must know of earlier sessions. */
export type EarlierSessions = Pick<PreviousRun, 'progress' | 'input' | 'loadLike' | 'openRecording'>;

/** The executors of a run, none of them started. */
export function openExecutors(
  config: ReplayConfig,
  model: ChosenModel,
  previous: Pick<EarlierSessions, 'progress' | 'loadLike'>,
  { graceOver, onActorLine, onNotice }: Pick<ReplayContext, 'graceOver' | 'onActorLine' | 'onNotice'>,
): Executors {
  const load = loadRequest(config, model.source, installedNative()?.folder ?? null);
  const [writer, other] =
    config.mode === 'parallel' ? (['pool', 'solo'] as const) : (['solo', 'pool'] as const);
  const executors = new Executors({
    load: previous.loadLike(load),
    actors: resolveActors(config.actors, usableProcessors()),
    needed: config.compare === 'none' ? [writer] : [writer, other],
    quarantines: previous.progress?.quarantines ?? [],
    timeoutMs: config.actorTimeoutMs,
    maxRssBytes: config.maxActorRssBytes,
    restarts: RESTARTS,
    log: onActorLine,
    onIncident: ({ text }) => onNotice({ level: 'warning', text }),
  });
  graceOver.addEventListener('abort', () => executors.kill());
  return executors;
}

/** A recording whose minutes started actors can serve; disposing of it closes the recording. */
export interface Serving extends AsyncDisposable {
  readonly input: InputSpec;
  readonly recording: Recording;
  readonly lookBack: LookBack;
  readonly lines: LineForm;
  readonly ready: ReadyFacts;
}

export interface ServingParts {
  readonly model: Pick<ChosenModel, 'input'>;
  readonly previous: Pick<EarlierSessions, 'input' | 'openRecording'>;
  readonly executors: Executors;
  /** A folder for what `--sort` does not hold in memory. */
  readonly scratch: string;
}

/**
 * Opens the recording, at its beginning or where this session resumes, checks that the run can be served from it, and
 * starts the executors: before the recording is open only if nothing else says what an item is. Null once the signal
 * is given.
 *
 * @throws AiopsError of reading and of starting; `usage` for a gate that will have no value; `config`, `input_unusable`
 *   where the recording does not fit the model or the results
 */
export async function openServing(
  config: ReplayConfig,
  { model, previous, executors, scratch }: ServingParts,
  context: Pick<ReplayContext, 'stdin' | 'signal' | 'onNotice'>,
): Promise<Serving | null> {
  const { stdin, signal } = context;
  const input = previous.input ?? model.input ?? (await executors.start(signal))?.input;
  if (input === undefined) return null;
  const options = readOptionsFor(config.read, input);
  const opening = previous.openRecording(options, stdin, { folder: scratch, signal });
  const recording = await unlessAborted(opening, signal);
  if (recording === null) {
    stdin.destroy(); // the opening may be waiting for it
    return null;
  }
  let serving: Serving | null = null;
  try {
    serving = await startServing(config, { input, recording, executors }, context);
    return serving;
  } finally {
    if (serving === null) await recording.close();
  }
}

async function startServing(
  config: ReplayConfig,
  { input, recording, executors }: Pick<Serving, 'input' | 'recording'> & Pick<ServingParts, 'executors'>,
  { signal, onNotice }: Pick<ReplayContext, 'signal' | 'onNotice'>,
): Promise<Serving | null> {
  if (!recording.hasLabels) refuseGatesWithout('labels', config.gates, REPLAY_METRICS);
  const [lookBack, lines] = [lookBackFor(input, recording), lineForm(config, recording)];
  for (const notice of recording.notices) onNotice(notice);
  const ready = await executors.start(signal);
  if (ready === null) return null;
  for (const notice of ready.notices) onNotice(notice);
  const close = (): Promise<void> => recording.close();
  return { input, recording, lookBack, lines, ready, [Symbol.asyncDispose]: close };
}
