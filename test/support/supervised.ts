import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { withErrors } from '#dist/core/answers.js';
import type { Incident } from '#dist/core/incidents.js';
import { Quarantines } from '#dist/core/quarantines.js';
import type { ItemBatch, MinuteRun } from '#dist/core/types.js';
import { IncidentLog } from '#dist/pool/executors.js';
import { Pool, type PoolOptions } from '#dist/pool/pool.js';

import { loadOf } from './fake-runtime.js';
import { assertGone } from './processes.js';

export const FAULTY_ACTOR = new URL('./faulty-actor.js', import.meta.url);
const FIRST_MINUTE = Date.UTC(2024, 0, 1, 12);
const MINUTE = 60_000;
/** The value of a bad row. */
export const BAD = -666;

/** A supervised pool of actors that fail as they are told to, and what happened to it. */
export interface Supervised {
  readonly pool: Pool;
  readonly quarantines: Quarantines;
  readonly incidents: readonly Incident[];
  /** The same, for the minutes that they belong to. */
  readonly log: IncidentLog;
}

const pools = new Map<Pool, Supervised>();

export function supervised(
  actors: number,
  params: Readonly<Record<string, string>> = {},
  given: Partial<PoolOptions> = {},
): Supervised {
  const incidents: Incident[] = [];
  const log = new IncidentLog();
  const quarantines = given.quarantines ?? new Quarantines();
  const pool = new Pool({
    actors,
    load: loadOf(params),
    log: () => undefined,
    timeoutMs: 60_000,
    restarts: 3,
    entry: FAULTY_ACTOR,
    onIncident: (incident) => {
      incidents.push(incident);
      log.add(incident);
    },
    ...given,
    quarantines,
  });
  const made = { pool, quarantines, incidents, log };
  pools.set(pool, made);
  return made;
}

/** Ends what failed tests left running; fails where something runs all the same. */
export async function stopAll(): Promise<void> {
  await Promise.all([...pools.keys()].map((pool) => pool.stop()));
  await assertNoActorLeft();
}

/** Serves with a folder in which actors agree on who of them fails; it is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'aiops-serve-once-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Minutes of a few targets, one of which has a bad row in a minute, which stays in its windows. */
export interface Recorded {
  readonly targets: readonly string[];
  readonly minutes: number;
  readonly window: number;
  /** Target and minute of the bad row. */
  readonly bad: { readonly target: string; readonly minute: number };
}

/** The windows of one minute; each value is that of its target and its minute, but for the bad one. */
export function recordedBatch({ targets, window, bad }: Recorded, minute: number): ItemBatch {
  const valueAt = (item: number, of: number): number =>
    targets[item] === bad.target && of === bad.minute ? BAD : item + of / 100;
  return {
    minuteMs: FIRST_MINUTE + minute * MINUTE,
    intervalMs: MINUTE,
    targets,
    columns: targets.map(() => null),
    window,
    width: 1,
    values: Float64Array.from(
      targets.flatMap((_, item) => windowOf(window, (k) => valueAt(item, minute - k))),
    ),
  };
}

/** Oldest first; `valueOf` gets how many minutes ago. */
function windowOf(window: number, valueOf: (ago: number) => number): number[] {
  return Array.from({ length: window }, (_, k) => valueOf(window - 1 - k));
}

/** A minute's run, with the incidents up to it that no earlier one has. */
export interface AccountedRun extends MinuteRun {
  readonly incidents: readonly Incident[];
}

/** Serves all minutes, up to `inflight` of them under way; `meanwhile` comes after each was begun. */
export async function serveRecorded(
  pool: Pool,
  recorded: Recorded,
  inflight: number,
  meanwhile: (minute: number) => Promise<void> = () => Promise.resolve(),
): Promise<AccountedRun[]> {
  const { quarantines, log } = pools.get(pool) ?? assert.fail('not a supervised pool');
  const runs: Promise<AccountedRun>[] = [];
  for (let minute = 0; minute < recorded.minutes; minute++) {
    const batch = recordedBatch(recorded, minute);
    const serving = pool.run(batch, 'batched');
    serving.catch(() => undefined); // reported when its turn comes
    const before = runs.at(-1);
    const run = (async () => {
      await before;
      const { answers, timing } = await serving;
      const errors = quarantines.errorsOf(batch); // in the order of minutes, as in a run
      const known = errors.size === 0 ? answers : withErrors(answers, errors);
      return { answers: known, timing, incidents: log.take(batch.minuteMs) };
    })();
    run.catch(() => undefined);
    runs.push(run);
    await meanwhile(minute);
    const due = runs[minute - inflight + 1];
    if (due !== undefined) await due;
  }
  return Promise.all(runs);
}

/** How the items with the bad row in their windows are to come out. */
export type Outcome = 'answered' | 'quarantined';

/** Fails unless every item was answered once and rightly, those with the bad row as they are to. */
export function assertServed(runs: readonly MinuteRun[], recorded: Recorded, outcome: Outcome): void {
  assert.equal(runs.length, recorded.minutes);
  for (const [minute, { answers, timing }] of runs.entries()) {
    const { targets, window, values } = recordedBatch(recorded, minute);
    assert.equal(answers.scores.length, targets.length);
    assert.equal(timing.items, targets.length);
    for (const [item, target] of targets.entries()) {
      const ago = target === recorded.bad.target ? minute - recorded.bad.minute : -1;
      const isBad = ago >= 0 && ago < window;
      const what = `${target} in minute ${minute}`;
      const outputs = answers.outputs.subarray(answers.outputOffsets[item], answers.outputOffsets[item + 1]);
      const error = answers.errors.get(item);
      if (isBad && outcome === 'quarantined') {
        assert.equal(error?.errno, ago === 0 ? 'actor_lost' : 'quarantined', what);
        assert.deepEqual([answers.scores[item], outputs.length], [NaN, 0], what);
        continue;
      }
      const sent = values.subarray(item * window, (item + 1) * window);
      assert.equal(error, undefined, what);
      assert.deepEqual([...outputs], [...Float32Array.from(sent)], what);
      const mean = sent.reduce((sum, value) => sum + value, 0) / window;
      assert.equal(answers.scores[item], Math.fround(mean), what);
    }
  }
}

/** Incidents of the runs, which are to be all that were told, none twice. */
export function assertAllTold(runs: readonly AccountedRun[], told: readonly Incident[]): void {
  const inRuns = runs.flatMap((run) => run.incidents);
  assert.equal(new Set(inRuns).size, inRuns.length, 'an incident is in two runs');
  assert.ok(
    inRuns.every((incident) => told.includes(incident)),
    'an incident was not told',
  );
  const missing = told.filter((incident) => incident.minuteMs !== null && !inRuns.includes(incident));
  assert.deepEqual(missing, [], 'an incident of a minute is in no run');
}

export function countOf(incidents: readonly Incident[], kind: Incident['kind']): number {
  return incidents.filter((incident) => incident.kind === kind).length;
}

/** Fails unless all faulty actors that this process started have ended. */
export async function assertNoActorLeft(): Promise<void> {
  await assertGone(actorPids());
}

/** The faulty actors that this process started and that run. */
export function actorPids(): number[] {
  const rows = execFileSync('ps', ['-e', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n');
  return rows
    .map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row))
    .filter((match) => match?.[2] === String(process.pid) && match[3]?.includes('faulty-actor') === true)
    .map((match) => Number(match?.[1]));
}
