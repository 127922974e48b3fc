import { performance } from 'node:perf_hooks';

import type { ModelSource } from '../core/model-source.js';
import type { Executor } from '../core/executor.js';
import type { ActorLog, InputSpec, ReadyFacts } from '../core/types.js';
import { installedNative } from '../host/native/location.js';
import type { Serve } from '../measure/turn.js';
import { measureVariants, type MeasuredVariants } from '../measure/variants.js';
import { loadRequest } from '../pool/load-request.js';
import { durationText, plural } from '../report/format.js';
import type { TracedGroup, TraceWriter } from '../report/trace-writer.js';
import type { BenchConfig } from './bench-config.js';
import type { MinuteSupply } from './minute-supply.js';
import type { NoticeLog } from './notice-log.js';
import { planCases, planSetups, planVariants, type CasePlan, type VariantPlan } from './bench-plan.js';
import { setupName } from './report/bench-names.js';
import { SetupExecutors, type SetupReady } from './setup-executors.js';

export interface MeasuringContext {
  /** Aborted: finish the current turn, then end. */
  readonly signal: AbortSignal;
  readonly onReady: (ready: ReadyFacts) => void;
  /** Called with the share of all work done, 0..1, and the current case. */
  readonly onProgress: (share: number, one: CasePlan) => void;
  /** Called with each line that an actor prints. */
  readonly onActorLine: ActorLog;
}

export interface SetupsToMeasure {
  readonly config: BenchConfig;
  readonly model: ModelSource;
  /** Numbers of actors, ascending. */
  readonly actors: readonly number[];
  /** Processors that this process may use. */
  readonly processors: number;
  /** The minutes to serve, the same for all setups; null if aborted. */
  readonly minutes: (input: InputSpec) => Promise<MinuteSupply | null>;
  readonly trace: TraceWriter | null;
  readonly notices: NoticeLog;
}

export interface MeasuredCase extends MeasuredVariants {
  readonly plan: CasePlan;
  readonly ready: ReadyFacts;
  /** In the order of `samples`. */
  readonly variants: readonly VariantPlan[];
  /** The time that serving a minute may take. */
  readonly deadlineMs: number;
}

/**
 * Measures all cases of each setup; skips a setup that is the same as an earlier one, which can happen with `auto`.
 * Yields null if aborted, unless the last turn completes anyway.
 *
 * @throws AiopsError that says what was wrong, where, and what to do
 */
export async function* measureSetups(
  work: SetupsToMeasure,
  context: MeasuringContext,
): AsyncGenerator<MeasuredCase | null, void> {
  const { config, actors, processors } = work;
  const setups = planSetups(config);
  const measured = new Set<string>();
  const progress = { cases: 0, setups: setups.length };
  for (const setup of setups) {
    const executors = new SetupExecutors({
      load: loadRequest({ ...config, ...setup }, work.model, installedNative()?.folder ?? null),
      actors: Math.max(...actors),
      processors,
      timeoutMs: config.actorTimeoutMs,
      log: context.onActorLine,
    });
    try {
      const ready = context.signal.aborted ? null : await executors.start(context.signal);
      if (ready === null) {
        yield null;
        return;
      }
      const name = setupName(ready);
      if (measured.has(name)) {
        work.notices.add({ level: 'info', text: `${name} has already been measured` });
        continue;
      }
      measured.add(name);
      yield* measureCases(work, { executors, ready, progress }, context);
    } finally {
      await executors.stop();
    }
  }
}

interface StartedSetup {
  readonly executors: SetupExecutors;
  readonly ready: SetupReady;
  readonly progress: { cases: number; readonly setups: number };
}

async function* measureCases(
  { config, actors, minutes, trace, notices }: SetupsToMeasure,
  { executors, ready, progress }: StartedSetup,
  { signal, onReady, onProgress }: MeasuringContext,
): AsyncGenerator<MeasuredCase | null, void> {
  for (const notice of ready.notices) notices.add(notice);
  onReady(ready);
  const supply = await minutes(ready.input);
  if (supply === null) {
    yield null;
    return;
  }
  const serveWith = await traced(executors, ready, trace);
  const deadlineMs = config.deadlineMs ?? supply.intervalMs;
  const cases = planCases(config.items ?? [supply.items], config.timeMs);
  for (const plan of cases) {
    const choice = { actors, threads: config.threadsPerActor, allThreads: ready.allThreads };
    const variants = planVariants(plan.kind, choice);
    const measured = await measureVariants(
      {
        variants: variants.map((variant) => ({ style: variant.style, serve: serveWith(variant) })),
        minutes: supply.of(plan.items),
        rounds: config.rounds,
        timeMs: plan.timeMs,
        deadlineMs,
      },
      {
        now: () => performance.now(),
        signal,
        onPace: (expectedMs) => warnIfSlow(notices, plan, expectedMs, variants.length * plan.timeMs),
        onTurn: (share) => onProgress((progress.cases + share) / (progress.setups * cases.length), plan),
      },
    );
    yield measured === null ? null : { plan, ready, variants, deadlineMs, ...measured };
    progress.cases++;
  }
}

/** Returns how a variant serves minutes, recording them in the trace if there is one. */
async function traced(
  executors: SetupExecutors,
  ready: SetupReady,
  trace: TraceWriter | null,
): Promise<(variant: VariantPlan) => Serve> {
  if (trace === null) return (variant) => executors.serve(variant);
  const groups = new Map<Executor, TracedGroup>();
  for (const { name, executor, actors } of ready.groups) {
    groups.set(executor, await trace.begin({ name: `${name} on ${setupName(ready)}`, actors }));
  }
  return (variant) => {
    const serve = executors.serve(variant);
    const group = groups.get(executors.executorOf(variant));
    return async (minute) => {
      const run = await serve(minute);
      await group?.enter(minute.minutesMs[0]!, run.timing);
      return run;
    };
  };
}

/** With slow minutes a case takes longer than planned, because each variant serves at least one in every round. */
function warnIfSlow(notices: NoticeLog, { items }: CasePlan, expectedMs: number, plannedMs: number): void {
  if (expectedMs < 1.5 * plannedMs || expectedMs - plannedMs < 10_000) return;
  const takes = `minutes of ${plural(items, 'item')} are slow here: measuring takes about ${durationText(expectedMs)}`;
  notices.add({ level: 'info', text: `${takes}; lower --items or --rounds to shorten it` });
}
