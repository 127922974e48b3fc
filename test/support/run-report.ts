import type { ReplayReport } from '#build/replay/report/page-plots.js';
import { RunCharts } from '#build/replay/report/charts/run-charts.js';
import { RunTimings } from '#build/measure/run-timings.js';
import { AnomalyEvents } from '#build/replay/report/anomaly-events.js';
import type { RunSummary } from '#build/replay/report/run-summary.js';

import { READY } from './facts.js';
import { minuteBatch, record } from './records.js';
import { rowsOf } from './rows.js';
import { ALONE, blockTiming, IN_BLOCK, minuteTiming } from './timings.js';

/** How often a minute is served alone, the first one included; the others are in blocks. */
export interface RunShape {
  /** Every so many minutes one is alone; 1: all of them. */
  readonly aloneEvery: number;
}

/** A labelled run of synthetic figures: `minutes` of `targets`, whose values repeat after 997 minutes. */
export function runReport(
  minutes: number,
  targets: readonly string[],
  { aloneEvery }: RunShape = { aloneEvery: 1 },
): ReplayReport {
  const charts = new RunCharts({ columns: ['value'], modelColumns: 'each' });
  const events = new AnomalyEvents({ intervalMs: 60_000, columns: ['value'] });
  const timings = new RunTimings(60_000);
  for (let tick = 0; tick < minutes; tick++) {
    const step = (tick * 389) % 997;
    const chunksMs = [1 + step / 7, 2 + step / 11];
    const inBlock = Math.min(aloneEvery - 1, minutes - tick);
    if (tick % aloneEvery === 0) {
      const timing = minuteTiming(chunksMs);
      timings.add(timing, ALONE);
      charts.addTiming(tick * 60_000, timing, true);
    } else if (tick % aloneEvery === 1) {
      const timing = blockTiming(inBlock, chunksMs);
      timings.add(timing, IN_BLOCK);
      charts.addTiming(tick * 60_000, timing, false);
    }
    const isAnomaly = step > 980;
    const records = targets.map((target, i) =>
      record(tick, target, [1e6 * (i + 1) + step * 1234.5678], { label: isAnomaly ? 1 : 0 }),
    );
    const row = { status: 'ok', score: step / 99.7, anomaly: isAnomaly } as const;
    const rows = rowsOf(records.map(() => row));
    charts.addRows(minuteBatch(tick, records), rows);
    events.addMinute(minuteBatch(tick, records), rows);
  }
  return {
    summary: { ...runSummary(minutes, timings), anomalies: events.summary() },
    charts,
    compared: null,
  };
}

function runSummary(minutes: number, timings: RunTimings): RunSummary {
  return {
    program: { name: 'aiops-serve', version: '0' },
    settings: { actors: 2 },
    input: {
      files: ['synthetic.csv'],
      layout: 'rows',
      columns: ['value'],
      intervalMs: 60_000,
      intervalSource: 'detected',
      firstMinute: '1970-01-01T00:00:00Z',
      lastMinute: '1970-01-31T00:00:00Z',
    },
    model: { ...READY.model, ...READY.input },
    threshold: { score: 3, source: 'model' },
    backend: READY.backend,
    execution: { mode: 'parallel', actors: 2, inflight: 2, pace: null, startMs: 1000 },
    sessions: { resumed: 0, earlierMinutes: 0 },
    incidents: {
      counts: { lost: 0, grown: 0, retried: 0, isolated: 0, quarantined: 0 },
      listed: [],
    },
    host: { node: 'v20', platform: 'linux-x64', processor: 'synthetic', processors: 2 },
    counts: {
      records: minutes,
      accepted: minutes,
      merged: 0,
      rejected: 0,
      filtered: 0,
      minutes,
      rows: minutes,
      ok: minutes,
      warmup: 0,
      error: 0,
      anomalies: 0,
    },
    rejects: [],
    anomalies: { events: 0, listed: [] },
    elapsedMs: 1e6,
    comparingMs: 0,
    usage: {
      parent: { cpuMs: 4e5, maxRssBytes: 1e8 },
      actors: { cpuMs: 18e5, maxRssBytes: 2e8 },
    },
    throughput: { itemsPerSecond: 10 * (minutes / 1e3), minutesPerSecond: minutes / 1e3 },
    deadlineMs: 60_000,
    ...timings.summary(),
    utilization: 0.5,
    comparison: null,
    callFullness: null,
    labels: null,
    gates: [],
    advice: 'A minute fits.',
    notices: [],
  };
}
