import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ROW_STATUS, type Block } from '#build/core/block.js';
import type { Incident } from '#build/core/incidents.js';
import { Quarantines } from '#build/core/quarantines.js';
import type { BlockRun } from '#build/core/executor.js';
import type { ItemError } from '#build/core/types.js';
import { IncidentLog } from '#build/pool/executors.js';
import { Pool, type PoolOptions } from '#build/pool/pool.js';

import { blockOfSeries } from './blocks.js';
import { LINES_AND_NUMBERS } from './chunks.js';
import { loadOf } from './fake-runtime.js';
import type { Fault } from './fault-names.js';
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

/** Minutes of a few targets, some of which have bad rows, which stay in their windows. */
export interface Recorded {
  /** In code-unit order. */
  readonly targets: readonly string[];
  readonly minutes: number;
  readonly window: number;
  readonly bad: readonly BadRow[];
}

export interface BadRow {
  readonly target: string;
  readonly minute: number;
}

/** Targets of which the one in the middle, named after a fault, has a bad row in the second minute. */
export function recordedOf(fault: Fault, given: Partial<Recorded> = {}): Recorded {
  return {
    targets: ['a', 'b', fault, 'x', 'y'].sort(),
    minutes: 5,
    window: 3,
    bad: [{ target: fault, minute: 1 }],
    ...given,
  };
}

/** Some of the minutes as a block; each value is that of its target and its minute, but for the bad ones. */
export function recordedBlock(recorded: Recorded, firstMinute: number, minutes = 1): Block {
  const { targets, window } = recorded;
  const from = firstMinute - window + 1;
  const valuesOf = (target: string): number[] =>
    Array.from({ length: window - 1 + minutes }, (_, k) => valueAt(recorded, target, from + k));
  const series = Object.fromEntries(targets.map((target) => [target, valuesOf(target)]));
  return blockOfSeries(series, { firstMs: FIRST_MINUTE + firstMinute * MINUTE, window });
}

function valueAt({ targets, bad }: Recorded, target: string, minute: number): number {
  const isBad = bad.some((row) => row.target === target && row.minute === minute);
  return isBad ? BAD : targets.indexOf(target) + minute / 100;
}

/** A block's run, with the incidents up to it that no earlier one has. */
export interface AccountedRun extends BlockRun {
  readonly incidents: readonly Incident[];
}

export interface Serving {
  /** Minutes of a block; default: 1. */
  readonly block?: number;
  /** Blocks under way. */
  readonly inflight: number;
  /** Called before each block, with its first minute. */
  readonly beforeBlock?: (minute: number) => Promise<void>;
}

/** Serves all minutes, as a run does: again what earlier blocks find something in. */
export async function serveRecorded(
  pool: Pool,
  recorded: Recorded,
  { block: length = 1, inflight, beforeBlock }: Serving,
): Promise<AccountedRun[]> {
  const { quarantines, log } = pools.get(pool) ?? assert.fail('not a supervised pool');
  const runs: Promise<AccountedRun>[] = [];
  for (let start = 0; start < recorded.minutes; start += length) {
    await beforeBlock?.(start);
    const block = recordedBlock(recorded, start, Math.min(length, recorded.minutes - start));
    let known = quarantines.added;
    const serving = pool.run(block, LINES_AND_NUMBERS);
    serving.catch(() => undefined); // reported when its turn comes
    const before = runs.at(-1);
    const run = (async () => {
      await before;
      let served = await serving;
      while (quarantines.affects(block, known)) {
        known = quarantines.added;
        served = await pool.run(block, LINES_AND_NUMBERS);
      }
      return { ...served, incidents: log.take(block.minutesMs.at(-1)) };
    })();
    run.catch(() => undefined);
    runs.push(run);
    await runs[runs.length - inflight];
  }
  return Promise.all(runs);
}

/** The result lines of all runs. */
export function linesOf(runs: readonly BlockRun[]): string[] {
  const bytes = runs.map(({ answers }) => answers.lines?.bytes ?? assert.fail('no lines'));
  return Buffer.concat(bytes).toString().trimEnd().split('\n');
}

/** `[row, { errno, errmsg }]` of each row that has an error. */
export function errorsOf(run: BlockRun): [number, ItemError][] {
  const lines = linesOf([run]).map((line) => JSON.parse(line) as Line);
  return [...lines.entries()].flatMap(([row, { errno, errmsg }]) =>
    errno === null ? [] : [[row, { errno, errmsg: errmsg ?? '' }]],
  );
}

/** How the items with a bad row in their windows are to come out. */
export type Outcome = 'answered' | 'quarantined';

interface Line {
  readonly minute: string;
  readonly target: string;
  readonly status: string;
  readonly score: number | null;
  readonly output: readonly number[] | null;
  readonly errno: string | null;
  readonly errmsg: string | null;
}

/** Fails unless every row was answered once and rightly, those with a bad row in their windows as they are to. */
export function assertServed(runs: readonly BlockRun[], recorded: Recorded, outcome: Outcome): void {
  const { targets, window, minutes } = recorded;
  const lines = linesOf(runs);
  assert.equal(lines.length, minutes * targets.length);
  const statuses = runs.flatMap(({ answers }) => [...answers.statuses]);
  const scores = runs.flatMap(({ answers }) => [...answers.scores]);
  const heldUntil = new Map<string, number>();
  for (const [row, text] of lines.entries()) {
    const line = JSON.parse(text) as Line;
    const minute = Math.floor(row / targets.length);
    const target = targets[row % targets.length]!;
    const what = `${target} in minute ${minute}`;
    assert.deepEqual([line.target, Date.parse(line.minute)], [target, FIRST_MINUTE + minute * MINUTE]);
    const sent = Array.from({ length: window }, (_, k) => valueAt(recorded, target, minute - window + 1 + k));
    if (outcome === 'quarantined' && sent.includes(BAD)) {
      const isHeld = minute < (heldUntil.get(target) ?? 0);
      if (!isHeld) heldUntil.set(target, minute + window);
      assert.equal(statuses[row], isHeld ? ROW_STATUS.quarantined : ROW_STATUS.lost, what);
      assert.equal(line.errno, isHeld ? 'quarantined' : 'actor_lost', what);
      assert.deepEqual([line.status, line.score, line.output, scores[row]], ['error', null, null, NaN], what);
      continue;
    }
    const mean = Math.fround(sent.reduce((sum, value) => sum + value, 0) / window);
    assert.deepEqual([line.status, statuses[row], line.errno], ['ok', ROW_STATUS.ok, null], what);
    assert.deepEqual([line.output?.map(Math.fround), scores[row]], [sent.map(Math.fround), mean], what);
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
