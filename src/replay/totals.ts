import { performance } from 'node:perf_hooks';

import { joinedUse, NO_USE, type ProcessUse } from '../core/process-use.js';
import { LossStreak } from '../core/loss-streak.js';
import type { Incident } from '../core/incidents.js';
import type { Answers, Block, MinuteRows } from '../core/block.js';
import type { LookBack } from '../core/look-back.js';
import type { Executor } from '../core/executor.js';
import type { BlockTiming, InputSpec, MinuteBatch, ReadStep } from '../core/types.js';
import { RunTimings, type Service } from '../measure/run-timings.js';
import { Counters } from '../read/counters.js';
import type { Recording } from '../read/recording.js';
import type { Comparer } from './comparer.js';
import { deadlineOf, type ReplayConfig } from './replay-config.js';
import { AnomalyEvents } from './report/anomaly-events.js';
import { PLOTTED_EVENTS } from './report/charts/event-plots.js';
import { RunCharts } from './report/charts/run-charts.js';
import { RunLabels } from './report/run-labels.js';
import type { IncidentCounts, RunProgress, RunUsage } from './resume/run-facts.js';

export const NO_USAGE: RunUsage = {
  elapsedMs: 0,
  comparingMs: 0,
  busyMs: 0,
  availableMs: 0,
  parent: NO_USE,
  actors: NO_USE,
};

export interface UsageOptions {
  /** Of earlier sessions. */
  readonly before: RunUsage;
  /** Actors that serve minutes at the same time in this session. */
  readonly servers: number;
  /** Time this session has spent comparing so far. */
  readonly comparingMs: () => number;
  /** Monotonic clock, ms. */
  readonly now: () => number;
  /** What this process has used so far. */
  readonly parent: () => ProcessUse;
  /** The same of the actors of this session. */
  readonly actors: () => ProcessUse;
}

/** Measures a session, which begins when this is made, and adds what earlier sessions used. */
export class UsageMeter {
  readonly #options: UsageOptions;
  readonly #startedAtMs: number;

  constructor(options: UsageOptions) {
    this.#options = options;
    this.#startedAtMs = options.now();
  }

  /** @param busyMs time that actors have spent on items in this session, summed over actors */
  total(busyMs: number): RunUsage {
    const { before, servers, now, parent, actors } = this.#options;
    const elapsedMs = now() - this.#startedAtMs;
    const comparingMs = this.#options.comparingMs();
    return {
      elapsedMs: before.elapsedMs + elapsedMs,
      comparingMs: before.comparingMs + comparingMs,
      busyMs: before.busyMs + busyMs,
      availableMs: before.availableMs + servers * (elapsedMs - comparingMs),
      parent: joinedUse(before.parent, parent()),
      actors: joinedUse(before.actors, actors()),
    };
  }
}

function useOfThisProcess(): ProcessUse {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage(); // µs, KiB
  return { cpuMs: (userCPUTime + systemCPUTime) / 1000, maxRssBytes: maxRSS * 1024 };
}

function monotonicMs(): number {
  return performance.now();
}

/** Incidents that a report lists; all are counted. */
const MOST_LISTED = 100;
const NO_INCIDENTS: IncidentCounts = { lost: 0, grown: 0, retried: 0, isolated: 0, quarantined: 0 };

/** Counts what happened to the actors of a run, and lists the first incidents of this session. */
export class RunIncidents {
  readonly #counts: Record<Incident['kind'], number>;
  readonly #listed: Incident[] = [];

  constructor(before: IncidentCounts = NO_INCIDENTS) {
    this.#counts = { ...before };
  }

  add(incidents: readonly Incident[]): void {
    for (const incident of incidents) {
      this.#counts[incident.kind]++;
      if (this.#listed.length < MOST_LISTED) this.#listed.push(listed(incident));
    }
  }

  /** Over all sessions. */
  get counts(): IncidentCounts {
    return { ...this.#counts };
  }

  get listed(): readonly Incident[] {
    return this.#listed;
  }
}

function listed({ kind, actor, minuteMs, text, quarantine }: Incident): Incident {
  return { kind, actor, minuteMs, text, ...(quarantine && { quarantine }) };
}

/** What the totals of a session depend on. */
export interface TotalsParts {
  readonly recording: Pick<Recording, 'columns' | 'intervalMs'>;
  readonly lookBack: Pick<LookBack, 'rowsPerRecord'>;
  readonly input: Pick<InputSpec, 'columns'>;
  readonly executors: Readonly<Record<Executor['name'], Pick<Executor, 'actors'>>> & {
    readonly use: ProcessUse;
  };
  readonly comparer: Pick<Comparer, 'spentMs'>;
  /** Where the run stood when this session resumed it; null: it starts from nothing. */
  readonly before: RunProgress | null;
  /** Monotonic clock, ms. */
  readonly now?: () => number;
}

/**
 * Everything a run counts and times. Counters, incidents and usage include earlier sessions; timings, labels,
 * events and charts are of this session, since the rest can be read from the files that earlier sessions wrote.
 */
export class RunTotals {
  readonly rowsPerRecord: number;
  readonly deadlineMs: number;
  readonly counters: Counters;
  readonly incidents: RunIncidents;
  /** Items in a row that crashed every actor. */
  readonly losses: LossStreak;
  readonly timings: RunTimings;
  readonly labels: RunLabels;
  readonly events: AnomalyEvents;
  readonly charts: RunCharts;
  readonly #usage: UsageMeter;
  #firstMinuteMs: number;
  #lastMinuteMs: number;

  constructor(
    config: Pick<ReplayConfig, 'mode' | 'deadlineMs' | 'pace'>,
    { recording, lookBack, input, executors, comparer, before, now = monotonicMs }: TotalsParts,
  ) {
    this.rowsPerRecord = lookBack.rowsPerRecord;
    this.deadlineMs = deadlineOf(config, recording.intervalMs);
    this.counters = new Counters(lookBack.rowsPerRecord, before);
    this.incidents = new RunIncidents(before?.incidents);
    this.losses = new LossStreak(before?.lostInARow);
    this.timings = new RunTimings(this.deadlineMs);
    this.labels = new RunLabels();
    this.events = new AnomalyEvents({
      intervalMs: recording.intervalMs,
      columns: input.columns === 'each' ? recording.columns : [null],
    });
    this.charts = new RunCharts({ columns: recording.columns, modelColumns: input.columns });
    this.#usage = new UsageMeter({
      before: before?.usage ?? NO_USAGE,
      servers: executors[config.mode === 'parallel' ? 'pool' : 'solo'].actors,
      comparingMs: () => comparer.spentMs,
      now,
      parent: useOfThisProcess,
      actors: () => executors.use,
    });
    this.#firstMinuteMs = before?.firstMinuteMs ?? NaN;
    this.#lastMinuteMs = before?.minuteMs ?? NaN;
  }

  /** First and last minute written, epoch ms; NaN before the first. */
  get span(): { readonly firstMs: number; readonly lastMs: number } {
    return { firstMs: this.#firstMinuteMs, lastMs: this.#lastMinuteMs };
  }

  get usage(): RunUsage {
    return this.#usage.total(this.timings.busyMs);
  }

  addStep(step: ReadStep): void {
    this.counters.addStep(step);
  }

  addMinute(batch: MinuteBatch, rows: MinuteRows): void {
    const flagged = this.counters.addRows(rows);
    if (flagged > 0) this.events.addMinute(batch, rows);
    this.labels.add(batch.records, rows);
    this.charts.addRows(batch, rows);
    if (Number.isNaN(this.#firstMinuteMs)) this.#firstMinuteMs = batch.minuteMs;
    this.#lastMinuteMs = batch.minuteMs;
  }

  /** @param minuteMs its first minute */
  addBlock(minuteMs: number, timing: BlockTiming, how: Service): void {
    this.timings.add(timing, how);
    this.charts.addTiming(minuteMs, timing, how.isAlone);
  }

  /** Takes a block whose minutes were added. */
  addAnswers(block: Block, answers: Answers): void {
    this.charts.events.addBlock(block, answers, this.events.leading(PLOTTED_EVENTS));
  }

  /** What a commit says of all this. */
  progress(): Pick<
    RunProgress,
    | 'firstMinuteMs'
    | 'minuteMs'
    | 'counts'
    | 'verdicts'
    | 'found'
    | 'rejects'
    | 'lostInARow'
    | 'incidents'
    | 'usage'
  > {
    const { counts, verdicts, found, rejects } = this.counters;
    return {
      firstMinuteMs: Number.isNaN(this.#firstMinuteMs) ? null : this.#firstMinuteMs,
      minuteMs: Number.isNaN(this.#lastMinuteMs) ? null : this.#lastMinuteMs,
      counts,
      verdicts,
      found,
      rejects,
      lostInARow: this.losses.length,
      incidents: this.incidents.counts,
      usage: this.usage,
    };
  }
}
