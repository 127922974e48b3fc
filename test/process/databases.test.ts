import assert from 'node:assert/strict';
import { cpSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { RandomStream } from '#build/core/random.js';

import { finished, startCli, temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import {
  importLines,
  importOpenMetrics,
  startPrometheus,
  startVictoriaMetrics,
  whyNone,
  type Database,
} from '../support/databases.js';
import { expectedSamples } from '../support/imported-samples.js';

const FIRST_MS = Date.UTC(2018, 3, 30);
const MINUTE_MS = 60_000;
const MINUTES = 150;
const KILLS = 3;

/** Names that must be escaped, and one that lacks a part. */
const TARGETS = [
  ['web-1', '/'],
  ['web-1', '/var'],
  ['a "quoted" \\ name', 'x'],
  ['two\nlines, ünï', ''],
] as const;

/** Some rows have no score, some no verdict, and some fail. */
const ANALYZER = `export function createAnalyzer() {
  return {
    window: 3,
    columns: 'each',
    predict: (items) => items.map(({ values, minute }) => {
      const score = Math.fround(values.at(-1) - values[0]);
      const n = Math.round(values.at(-1) * 1000) % 50;
      if (n === 1) return { errno: 'odd', errmsg: 'an odd value' };
      if (n === 2) return { score: null, anomaly: null, output: [] };
      return { score, anomaly: n === 3 ? null : score > 0.5, output: [score] };
    }),
  };
}
`;

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;

function csv(from: number, to: number): string {
  const random = new RandomStream(7, from);
  const rows = Array.from({ length: to - from }, (_, i) =>
    TARGETS.map(([host, mount]) => {
      const time = new Date(FIRST_MS + (from + i) * MINUTE_MS).toISOString();
      const [cpu, used] = [random.next(), 1e9 * random.next()];
      return [time, quoted(host), quoted(mount), cpu.toFixed(3), used.toFixed(1)].join(',');
    }).join('\n'),
  );
  return `time,host,mount,cpu,mem used\n${rows.join('\n')}\n`;
}

async function assertHolds(database: Database, out: string): Promise<void> {
  for (const [metric, expected] of expectedSamples(out, ['host', 'mount'])) {
    assert.equal(Object.keys(expected).length, 2 * TARGETS.length);
    const found = await database.samples(metric, FIRST_MS, FIRST_MS + 2 * MINUTES * MINUTE_MS);
    assert.deepEqual(found, expected, metric);
  }
}

/** A run that is killed at random instants, completed, then grown by another file, and killed again. */
class Backfill {
  readonly folder: string;
  readonly out: string;
  readonly #format: string;

  constructor(t: TestContext, format: string) {
    this.folder = temporaryFolder(t);
    this.out = join(this.folder, 'out');
    this.#format = format;
    writeFileSync(join(this.folder, 'analyzer.mjs'), ANALYZER);
    writeFileSync(join(this.folder, 'day-1.csv'), csv(0, MINUTES));
    writeFileSync(join(this.folder, 'day-2.csv'), csv(MINUTES, 2 * MINUTES));
  }

  /** Kills the run of these inputs several times, then completes it. */
  async complete(inputs: readonly string[], afterKill: () => void = () => undefined): Promise<void> {
    const { status, stderr } = await callCli(this.#args(inputs, 'whole'), { cwd: this.folder });
    assert.equal(status, 3, stderr);
    const random = new RandomStream(3, inputs.length);
    const bytesBefore = this.#bytes('out');
    let kills = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      // Each time somewhat later, the first time perhaps before there is anything.
      const share = (kill + random.next()) / (KILLS + 1);
      const atBytes = bytesBefore + share * (this.#bytes('whole') - bytesBefore);
      if ((await this.#runUntil(inputs, atBytes)) !== 'SIGKILL') continue;
      kills++;
      afterKill();
    }
    assert.ok(kills > 0, 'no run was killed');
    const last = await callCli(this.#args(inputs, 'out'), { cwd: this.folder });
    assert.equal(last.status, 3, last.stderr);
    assert.ok(
      readFileSync(this.#results('out')).equals(readFileSync(this.#results('whole'))),
      'results are those of an unbroken run',
    );
  }

  async #runUntil(inputs: readonly string[], atBytes: number): Promise<NodeJS.Signals | null> {
    const child = startCli(this.#args(inputs, 'out'), { cwd: this.folder, ownGroup: true });
    const ending = finished(child);
    while (child.exitCode === null && this.#bytes('out') < atBytes) await sleep(2);
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    return (await ending).signal;
  }

  #results(out: string): string {
    return join(this.folder, out, 'results.jsonl');
  }

  #bytes(out: string): number {
    const path = this.#results(out);
    return existsSync(path) ? statSync(path).size : 0;
  }

  #args(inputs: readonly string[], out: string): string[] {
    return [
      ...['replay', ...inputs, '--out', out, '--results-format', this.#format],
      ...['--analyzer', 'analyzer.mjs', '--target-column', 'host,mount', '--series', 'all', '--actors', '2'],
      ...['--compare', 'none', '--commit-interval', '0s', ...(out === 'whole' ? ['--restart'] : [])],
    ];
  }
}

const DAYS = [['day-1.csv'], ['day-1.csv', 'day-2.csv']] as const;

test(
  'Prometheus has exactly the scores of a run that was killed, resumed, grown, and imported again',
  { skip: whyNone('prometheus', 'promtool') },
  async (t) => {
    const run = new Backfill(t, 'openmetrics');
    const [scores, anomalies] = ['aiops_score.om', 'aiops_anomaly.om'].map((name) => join(run.out, name));
    assert.ok(scores !== undefined && anomalies !== undefined);
    const data = join(run.folder, 'data');
    for (const inputs of DAYS) {
      await run.complete(inputs, () => {
        const isOver = readFileSync(join(run.out, 'journal.jsonl'), 'utf8').includes('"ended":true');
        if (!isOver) assert.doesNotMatch(readFileSync(scores, 'utf8'), /EOF/);
      });
      for (const path of [scores, anomalies]) importOpenMetrics(path, data);
    }
    const incomplete = join(run.folder, 'incomplete.om');
    writeFileSync(incomplete, readFileSync(scores, 'utf8').replace('# EOF\n', ''));
    assert.throws(() => importOpenMetrics(incomplete, join(run.folder, 'none')), /EOF/);
    const copy = join(run.folder, 'copy');
    cpSync(data, copy, { recursive: true });
    await assertHolds(await startPrometheus(t, run.folder, data), run.out);
    importOpenMetrics(scores, copy);
    await assertHolds(await startPrometheus(t, run.folder, copy), run.out);
  },
);

test(
  'VictoriaMetrics has exactly the scores of a run that was killed, resumed, grown, and imported again',
  { skip: whyNone('victoria-metrics') },
  async (t) => {
    const run = new Backfill(t, 'victoriametrics');
    const database = await startVictoriaMetrics(t, run.folder);
    for (const inputs of DAYS) {
      await run.complete(inputs);
      await importLines(join(run.out, 'aiops_metrics.vm.jsonl'), database);
      await assertHolds(database, run.out);
    }
  },
);
