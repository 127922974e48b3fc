import { speedup } from '../../core/scaling.js';
import { medianEstimate, percentile, sortSamples } from '../../core/statistics.js';
import type { Executor, ItemBatch } from '../../core/types.js';
import { RELOAD_PARTS, type ReloadPart, type ReloadResult } from './scenario-reload.js';
import { generatedMinutes } from '../minutes.js';
import { unlessAborted } from '../../core/unless-aborted.js';
import { AnswerCheck } from './check-answers.js';
import { workWith, type Station } from './lab.js';
import { interleaved } from './rounds.js';

const DEFAULT_ITEMS = 500;
/** An actor's call is short; the median of a few is steadier. */
const ACTOR_CALLS = 5;

type PartTimes = Record<ReloadPart, number[]>;

/** One call put to a process that starts, loads, warms up, serves and leaves; and to an actor that is there. */
export async function reload(station: Station): Promise<ReloadResult | null> {
  const { load, signal, tools, seed } = station;
  const items = station.items ?? DEFAULT_ITEMS;
  const actor = tools.openPool(load, 1);
  const processes = new Set<Executor>();
  return workWith(actor, station, async ({ backend, model, input }) => {
    const minute = generatedMinutes(input, { items, count: 1, seed })[0]!;
    const check = new AnswerCheck();
    const discarded = noTimes();
    const fresh = (parts: PartTimes): Promise<number> =>
      freshCall(station, { minute, parts, check, processes });
    const askActor = (): Promise<number> => actorCall(actor, minute, check, station);

    station.onStep('warm-up');
    const warmUp = async (): Promise<number> => (await fresh(discarded)) + (await askActor());
    if ((await unlessAborted(warmUp(), signal)) === null) return null;
    const parts = noTimes();
    const ways = await interleaved(
      [
        ['fresh', () => fresh(parts)],
        ['actor', askActor],
      ],
      station,
    );
    if (ways === null) return null;
    return {
      backend,
      model,
      actors: 1,
      items,
      rounds: ways.fresh.roundMs.length,
      ...ways,
      partsMs: byPart((part) => medianEstimate(parts[part])),
      slowdown: speedup(ways.fresh.roundMs, ways.actor.roundMs),
      answers: check.agreement,
    };
  }).finally(() => Promise.all([...processes].map((left) => left.stop())));
}

interface FreshCall {
  readonly minute: ItemBatch;
  /** Gets where the time went. */
  readonly parts: PartTimes;
  readonly check: AnswerCheck;
  /** Holds the process while it is there: a call that is left behind must not leave it. */
  readonly processes: Set<Executor>;
}

/** A whole call in a process of its own, ms The process is gone afterwards. */
async function freshCall(
  { load, tools }: Station,
  { minute, parts, check, processes }: FreshCall,
): Promise<number> {
  const startedAtMs = tools.now();
  const solo = tools.openSolo(load);
  processes.add(solo);
  try {
    const { actors, startMs } = await solo.start();
    const { loadMs, warmupMs } = actors[0]!;
    const readyAtMs = tools.now();
    const { answers } = await solo.run(minute, 'batched');
    const servedAtMs = tools.now();
    await solo.stop();
    const stoppedAtMs = tools.now();
    parts.process.push(startMs - loadMs - warmupMs);
    parts.load.push(loadMs);
    parts['warm-up'].push(warmupMs);
    parts.serve.push(servedAtMs - readyAtMs);
    parts.stop.push(stoppedAtMs - servedAtMs);
    check.check(answers, minute.targets.length);
    return stoppedAtMs - startedAtMs;
  } finally {
    await solo.stop();
    processes.delete(solo);
  }
}

async function actorCall(
  actor: Executor,
  minute: ItemBatch,
  check: AnswerCheck,
  { tools }: Station,
): Promise<number> {
  const callMs: number[] = [];
  for (let call = 0; call < ACTOR_CALLS; call++) {
    const startedAtMs = tools.now();
    const { answers } = await actor.run(minute, 'batched');
    callMs.push(tools.now() - startedAtMs);
    check.check(answers, minute.targets.length);
  }
  return percentile(sortSamples(callMs), 0.5);
}

function noTimes(): PartTimes {
  return byPart((): number[] => []);
}

function byPart<T>(of: (part: ReloadPart) => T): Record<ReloadPart, T> {
  return Object.fromEntries(RELOAD_PARTS.map((part) => [part, of(part)])) as Record<ReloadPart, T>;
}
