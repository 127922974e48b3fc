import { usableProcessors } from '../host/processors.js';
import { type AiopsError } from '../core/errors.js';
import type { Incident } from '../core/incidents.js';
import { Quarantines } from '../core/quarantines.js';
import type { ActorLog, Executor, ReadyFacts } from '../core/types.js';
import { checkAgreement, distinctNotices } from '../pool/agreement.js';
import { Pool } from '../pool/pool.js';
import { Solo } from '../pool/solo.js';

import type { LoadRequest } from '../protocol/messages.js';
import type { ReplayConfig } from './replay-config.js';
import { resolveActors } from '../core/actor-count.js';

/** The executors that a run needs, started together. */
export interface Lineup {
  /** Answers what is written. */
  readonly writer: Executor;
  /** Both ways to serve, where they are to be compared. */
  readonly rivals: { readonly pool: Executor; readonly solo: Executor } | null;
  /** Of the pool, also where the run is sequential: what a comparison speaks of. */
  readonly actors: number;
  /** What no executor tries: an earlier run's may be added before the first minute. */
  readonly quarantines: Quarantines;
  /** Aborted, with the reason, once an executor can answer no more. */
  readonly lost: AbortSignal;
  /** What happened since the last minute of each executor, which none of its runs told. */
  leftIncidents(): readonly Incident[];
  /** Started once, however often it is asked; rejects with an AiopsError. */
  start(): Promise<ReadyFacts>;
  stop(): Promise<void>;
}

type LineupConfig = Pick<ReplayConfig, 'actors' | 'actorTimeoutMs' | 'maxActorRssBytes' | 'mode' | 'compare'>;

/** What executors tell while they serve. */
export interface LineupEvents {
  /** What an actor printed. */
  readonly log: ActorLog;
  /** Told at once; the runs of minutes hold the same, so that it can be written. */
  readonly onIncident: (incident: Incident) => void;
}

/** Within a minute; an actor that is lost more often would be lost for ever. */
const RESTARTS = 3;

/** Makes the executors that the settings ask for; nothing is started yet. */
export function lineup(config: LineupConfig, load: LoadRequest, { log, onIncident }: LineupEvents): Lineup {
  const actors = resolveActors(config.actors, usableProcessors());
  const lost = new AbortController();
  const quarantines = new Quarantines();
  const options = {
    ...{ load, log, onIncident, quarantines },
    timeoutMs: config.actorTimeoutMs,
    maxRssBytes: config.maxActorRssBytes,
    restarts: RESTARTS,
    onLost: (error: AiopsError) => lost.abort(error),
  };
  const pool =
    config.mode === 'parallel' || config.compare !== 'none' ? new Pool({ actors, ...options }) : null;
  const solo = config.mode === 'sequential' || config.compare !== 'none' ? new Solo(options) : null;
  const writer = config.mode === 'parallel' ? pool : solo;
  if (writer === null) throw new RangeError(`no executor for mode ${config.mode}`);
  const executors = [pool, solo].filter((executor) => executor !== null);
  const start = async (): Promise<ReadyFacts> => {
    const ready = await Promise.all(executors.map((executor) => executor.start()));
    return agreed(executors, ready, writer);
  };
  let started: Promise<ReadyFacts> | null = null;
  return {
    writer,
    rivals: pool !== null && solo !== null ? { pool, solo } : null,
    actors,
    quarantines,
    lost: lost.signal,
    leftIncidents: () => executors.flatMap((executor) => executor.leftIncidents()),
    start: () => (started ??= start()),
    async stop() {
      await Promise.all(executors.map((executor) => executor.stop()));
    },
  };
}

const NAMES: Readonly<Record<Executor['name'], string>> = {
  pool: 'the pool',
  solo: 'the sequential actor',
};

/** The writer's facts, with what all executors have to tell. A comparison across backends would be none. */
function agreed(executors: readonly Executor[], all: readonly ReadyFacts[], writer: Executor): ReadyFacts {
  checkAgreement(executors.map(({ name }, i) => ({ name: NAMES[name], facts: all[i]! })));
  return { ...all[executors.indexOf(writer)]!, notices: distinctNotices(all) };
}
