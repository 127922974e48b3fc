import { installedNative } from '../host/native/location.js';
import { performance } from 'node:perf_hooks';
import type { Readable } from 'node:stream';

import type { Notice } from '../core/errors.js';
import type { ActorLog, InputSpec, ReadyFacts } from '../core/types.js';
import { busyShare } from '../host/pressure.js';
import type { BenchSummary } from './report/bench-summary.js';
import { countText, durationText, figures, plural, roundDuration } from '../report/format.js';
import { setupName } from './report/bench-names.js';
import { BenchOutput } from '../output/bench-output.js';
import type { BenchConfig } from './bench-config.js';
import { benchLineup, type BenchLineup, type BenchReady, type Crew } from './bench-lineup.js';
import { casePlans, type CasePlan } from './case-plans.js';
import { measureCase, type CaseContext, type MeasuredCase } from './measure-case.js';
import { generatedSupply, type MinuteSupply } from './minute-supply.js';
import { recordedMinutes } from './recorded-minutes.js';
import { BenchSession } from './session.js';
import { armsOf, estimateMs, setups, type Setup } from './setups.js';
import { summarizeCase } from './summarize-case.js';
import { loadRequest } from '../pool/load-request.js';
import { findModel, type ChosenModel } from '../model/model-choice.js';
import { TraceWriter, type TracedGroup } from '../report/trace-writer.js';

/** What a benchmark needs from outside and tells while it goes. */
export interface BenchContext {
  readonly stdin: Readable;
  /** Aborted: finish the turn under way, then end. */
  readonly signal: AbortSignal;
  readonly onNotice: (notice: Notice) => void;
  readonly onReady: (ready: ReadyFacts) => void;
  /** The share of all that is measured, 0..1, and the case under way. */
  readonly onProgress: (share: number, one: CasePlan) => void;
  /** What an actor printed. */
  readonly onActorLine: ActorLog;
}

/** `summary` is of the cases that were measured: what is known is shown, however a benchmark ends. */
export type BenchOutcome =
  | { readonly kind: 'complete'; readonly summary: BenchSummary }
  | { readonly kind: 'failed'; readonly summary: BenchSummary; readonly failure: unknown }
  /** By the signal; null: before the first case was complete. */
  | { readonly kind: 'interrupted'; readonly summary: BenchSummary | null };

/** Of a processor's time, used by others before anything starts: worth a warning. */
const BUSY = 0.2;
const BUSY_SAMPLE_MS = 250;

/**
 * Measures what sequential and parallel serving cost: for each backend and batch size start actors, for each number
 * of items serve minutes in all ways in turn, and write what came of it.
 *
 * @throws AiopsError that says what was wrong, where, and what to do
 */
export async function bench(config: BenchConfig, context: BenchContext): Promise<BenchOutcome> {
  const model = await findModel(config.model);
  const output = await BenchOutput.open(config.out, config);
  try {
    const { onNotice } = context;
    const session = new BenchSession({ config, output, onNotice, now: () => performance.now() });
    const trace = await TraceWriter.open(output);
    const benching = { config, context, session, model, trace };
    // Input at fault shows before actors start, unless only they can tell what an item is.
    if (model.input !== null) await supplyMinutes(model.input, benching);
    await warnWhereBusy(session);
    return await measureAll(benching, output);
  } finally {
    await output.release();
  }
}

interface Benching {
  readonly config: BenchConfig;
  readonly context: BenchContext;
  readonly session: BenchSession;
  readonly model: ChosenModel;
  readonly trace: TraceWriter | null;
}

async function measureAll(benching: Benching, output: BenchOutput): Promise<BenchOutcome> {
  const { session, trace } = benching;
  try {
    if (await measureSetups(benching)) {
      await trace?.end();
      await output.publishTrace();
      return { kind: 'complete', summary: await session.conclude() };
    }
    return { kind: 'interrupted', summary: session.cases.length === 0 ? null : session.summary() };
  } catch (failure) {
    if (session.cases.length === 0) throw failure;
    return { kind: 'failed', summary: session.summary(), failure };
  }
}

/** Returns whether everything was measured: a signal during the very last turn cuts nothing short. */
async function measureSetups(benching: Benching): Promise<boolean> {
  for (const setup of setups(benching.config)) {
    if (benching.context.signal.aborted || !(await measureSetup(setup, benching))) return false;
  }
  return true;
}

/** Starts the processes of one backend and batch size, and measures all cases with them; false where aborted. */
async function measureSetup(setup: Setup, benching: Benching): Promise<boolean> {
  const { config, context, session, model } = benching;
  const lineup = benchLineup({
    load: loadRequest({ ...config, ...setup }, model.source, installedNative()?.folder ?? null),
    actors: Math.max(...session.actors),
    processors: session.processors,
    timeoutMs: config.actorTimeoutMs,
    log: context.onActorLine,
  });
  try {
    const ready = await lineup.start(context.signal);
    if (ready === null) return false;
    if (session.knows(ready)) return true;
    for (const notice of ready.notices) session.tell(notice);
    context.onReady(ready);
    const supply = await supplyMinutes(ready.input, benching);
    if (supply === null) return false;
    const serve = await servingWith(lineup, ready, benching);
    for (const plan of casePlans(config.items ?? [supply.items], config.timeMs)) {
      const measured = await measure(plan, { ...benching, serve, ready, supply });
      if (measured === null) return false;
      await session.add(summarizeCase(plan, ready, measured));
    }
    return true;
  } finally {
    await lineup.stop();
  }
}

interface Measuring extends Benching {
  readonly serve: CaseContext['serve'];
  readonly ready: BenchReady;
  readonly supply: MinuteSupply;
}

/** Null where aborted. */
async function measure(plan: CasePlan, measuring: Measuring): Promise<MeasuredCase | null> {
  const { config, context, session, serve, ready, supply } = measuring;
  const { allThreads } = ready;
  const arms = armsOf(plan, { actors: session.actors, threads: config.threadsPerActor, allThreads });
  const { rounds } = config;
  const { deadlineMs } = session;
  const batches = supply.of(plan.items);
  return measureCase(
    { arms, batches, rounds, timeMs: plan.timeMs, deadlineMs },
    {
      serve,
      now: () => performance.now(),
      signal: context.signal,
      onPace: (expectedMs) =>
        warnWhereSlow(session, plan, { expectedMs, plannedMs: arms.length * plan.timeMs }),
      onTurn: (share) => context.onProgress((session.cases.length + share) / caseCount(config, supply), plan),
    },
  );
}

/** How the lineup serves minutes; where there is a trace, they get into it. */
async function servingWith(
  lineup: BenchLineup,
  ready: BenchReady,
  { trace }: Benching,
): Promise<CaseContext['serve']> {
  if (trace === null) return (arm, batch) => lineup.serve(arm, batch);
  const groups = new Map<Crew, TracedGroup>();
  for (const [crew, actors] of ready.crews) {
    groups.set(crew, await trace.begin({ name: `${crew} on ${setupName(ready)}`, actors }));
  }
  return async (arm, batch) => {
    const run = await lineup.serve(arm, batch);
    await groups.get(lineup.crewOf(arm))?.enter(batch.minuteMs, run.timing);
    return run;
  };
}

/** Cases that there will be, those of a setup that turns out to be known counted. */
function caseCount(config: BenchConfig, { items }: MinuteSupply): number {
  return setups(config).length * casePlans(config.items ?? [items], config.timeMs).length;
}

/** The minutes to serve, found once and announced; null where aborted. */
async function supplyMinutes(input: InputSpec, benching: Benching): Promise<MinuteSupply | null> {
  const { config, context, session } = benching;
  if (session.supply !== null) return session.supply;
  const supply =
    config.inputs.length === 0
      ? generatedSupply(input, config.seed)
      : await recordedMinutes(config, input, context);
  if (supply === null) return null;
  session.supply = supply;
  for (const notice of supply.notices) session.tell(notice);
  const cases = casePlans(config.items ?? [supply.items], config.timeMs);
  const totalMs = estimateMs(setups(config).length, cases, session.actors, config.threadsPerActor);
  const items = cases.map((one) => countText(one.items)).join(', ');
  const origin = config.inputs.length === 0 ? 'made-up minutes' : 'recorded minutes';
  const actors = session.actors.join() === '1' ? 'actor' : 'actors';
  const roundedUp = Math.ceil(totalMs / 1000) * 1000;
  session.tell({
    level: 'info',
    text: `${origin} of ${items} items, ${session.actors.join(', ')} ${actors}: takes about ${roundDuration(roundedUp)}`,
  });
  return supply;
}

async function warnWhereBusy(session: BenchSession): Promise<void> {
  const share = await busyShare(BUSY_SAMPLE_MS);
  if (share < BUSY) return;
  session.tell({
    level: 'warning',
    text: `other programs use ${figures(100 * share)} % of the processors: close them, or figures will be unsteady`,
  });
}

/** A case whose minutes are long takes more than its time: each arm serves at least one in every round. */
function warnWhereSlow(
  session: BenchSession,
  plan: CasePlan,
  { expectedMs, plannedMs }: { readonly expectedMs: number; readonly plannedMs: number },
): void {
  if (expectedMs < 1.5 * plannedMs || expectedMs - plannedMs < 10_000) return;
  session.tell({
    level: 'info',
    text: `minutes of ${plural(plan.items, 'item')} are slow here: these take about ${durationText(expectedMs)}; fewer --items or --rounds are quicker`,
  });
}
