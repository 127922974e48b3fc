import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { sleep } from '#build/core/timer.js';

import { finished, ROOT, runShell, temporaryFolder } from '../support/cli.js';
import {
  importLines,
  importOpenMetrics,
  seriesName,
  startPrometheus,
  startVictoriaMetrics,
  whyNone,
  type Database,
  type Samples,
} from '../support/databases.js';
import { exportedHistory, GeneratedService, openMetricsOf, startExporter } from '../support/exporter.js';
import { expectedSamples, type ResultRow } from '../support/imported-samples.js';
import { fencedBlocks, sectionOf } from '../support/markdown.js';
import { jsonLines } from '../support/run-files.js';
import { until } from '../support/wait.js';

const DAY_MS = 86_400_000;
const DAYS = 2;
/** Long enough ago that Prometheus has nothing of it in memory. */
const FIRST_MS = (Math.floor(Date.now() / DAY_MS) - DAYS - 1) * DAY_MS;
const LAST_MS = FIRST_MS + DAYS * DAY_MS - 60_000;
const INSTANCES = ['web-1:9100', 'web-2:9100'];
const HISTORY = exportedHistory(INSTANCES, FIRST_MS, DAYS * 1440);
const QUERY = '{__name__=~"node_load1|http_requests_total", job="web"}';

/** The commands of a section of the page, without its settings. */
function commandsOf(heading: string): string[] {
  const page = readFileSync(join(ROOT, 'docs/monitoring.md'), 'utf8');
  const [settings = '', ...commands] = fencedBlocks(sectionOf(page, heading), 'sh');
  assert.match(settings, /^(PROMETHEUS|VICTORIA)=/);
  return commands;
}

interface Place {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

async function run(commands: string, place: Place): Promise<string> {
  const { status, stdout, stderr } = await runShell(`set -e\n${commands}`, place);
  assert.equal(status, 0, `${commands}\n${stdout}${stderr}`);
  return stdout;
}

/** Runs a replay that commits each minute, kills all of it in the middle of its work, and twice more, then completes it. */
async function runKilled(command: string, place: Place, out: string, slowly: string): Promise<void> {
  const results = join(place.cwd, out, 'results.jsonl');
  const size = (): number => (existsSync(results) ? statSync(results).size : 0);
  const whole = command.replace(`--out ${out}`, '--out whole');
  await run(whole, place);
  const wholeBytes = readFileSync(join(place.cwd, 'whole/results.jsonl'));
  const fromBytes = size();
  const program = `aiops-serve() { '${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' "$@" ${slowly}; }`;
  for (let kill = 1; kill <= 3; kill++) {
    const child = spawn('bash', ['-c', `${program}\n${command}`], {
      ...{ cwd: place.cwd, env: { ...process.env, ...place.env }, detached: true },
    });
    const ended = finished(child);
    await until(
      'it has written more',
      () => size() > fromBytes + (kill * (wholeBytes.length - fromBytes)) / 5,
    );
    process.kill(-(child.pid ?? NaN), 'SIGKILL');
    assert.equal((await ended).signal, 'SIGKILL');
  }
  assert.ok(size() < wholeBytes.length, 'it was not complete');
  await run(command, place);
  assert.ok(readFileSync(results).equals(wholeBytes), 'results are those of an unbroken run');
}

/** Checks that a database holds the results, each once, as soon as it has found them. */
async function assertHolds(database: Database, out: string, fromMs: number, toMs: number): Promise<void> {
  for (const [metric, expected] of expectedSamples(out, ['instance', 'job'])) {
    const rows = Object.values(expected).reduce((sum, samples) => sum + samples.length, 0);
    assert.ok(rows > 0);
    let found: Samples = {};
    for (let tries = 0; Object.keys(found).length === 0 && tries < 150; tries++) {
      if (tries > 0) await sleep(1000);
      found = await database.samples(metric, fromMs, toMs);
    }
    assert.deepEqual(found, expected, metric);
  }
}

test(
  'Prometheus: the commands of the page bring the scores back, each once, although the replay grew and was killed',
  { skip: whyNone('prometheus', 'promtool') },
  async (t) => {
    const cwd = temporaryFolder(t);
    const data = join(cwd, 'data');
    writeFileSync(join(cwd, 'history.om'), openMetricsOf(HISTORY));
    importOpenMetrics(join(cwd, 'history.om'), data);
    const prometheus = await startPrometheus(t, cwd, data);
    const first = new Date(FIRST_MS).toISOString().slice(0, 10);
    const env = { PROMETHEUS: prometheus.url, DATA: data, QUERY, FIRST: first, DAYS: String(DAYS) };
    const [exporting = '', replaying = '', importing = '', querying = ''] = commandsOf('## Prometheus');
    await run(`DAYS=1\n${exporting}${replaying}`, { cwd, env });
    await run(exporting, { cwd, env }); // a day later
    await runKilled(replaying, { cwd, env }, 'backfill', '--block 1 --commit-interval 0s --compare none');
    assertCounted(join(cwd, 'backfill'));
    await run(importing, { cwd, env });
    await run(importing, { cwd, env }); // once more: nothing is doubled
    await assertHolds(prometheus, join(cwd, 'backfill'), FIRST_MS, LAST_MS);
    const answer = JSON.parse(await run(querying, { cwd, env })) as {
      readonly data: { readonly result: readonly { readonly metric: Readonly<Record<string, string>> }[] };
    };
    assert.deepEqual(
      answer.data.result.map(({ metric }) => metric['metric']),
      ['http_requests_total', 'node_load1'],
    );
  },
);

/** Two days of two instances with a load and a counter, of which the first hour is warm-up. */
function assertCounted(out: string): void {
  const rows = jsonLines<ResultRow>(join(out, 'results.jsonl'));
  assert.equal(rows.length, DAYS * 1440 * 4);
  assert.equal(rows.filter(({ score }) => score !== null).length, (DAYS * 1440 - 59) * 4);
}

test(
  'VictoriaMetrics: the commands of the page bring the scores back, each once, although the replay was killed',
  { skip: whyNone('victoria-metrics') },
  async (t) => {
    const cwd = temporaryFolder(t);
    const victoria = await startVictoriaMetrics(t, cwd);
    const history = join(cwd, 'history.lines');
    writeFileSync(history, HISTORY.map((series) => `${JSON.stringify(series)}\n`).join(''));
    await importLines(history, victoria);
    await fetch(`${victoria.url}/internal/force_flush`);
    const [start, end] = [new Date(FIRST_MS).toISOString(), new Date(LAST_MS).toISOString()];
    const env = { VICTORIA: victoria.url, MATCH: QUERY, START: start, END: end };
    const [commands = '', querying = ''] = commandsOf('## VictoriaMetrics');
    const [exporting = '', replaying = '', importing = ''] = commands.split('\n');
    await run(exporting, { cwd, env });
    await runKilled(replaying, { cwd, env }, 'backfill', '--block 1 --commit-interval 0s --compare none');
    assertCounted(join(cwd, 'backfill'));
    await run(importing, { cwd, env });
    await run(importing, { cwd, env });
    await assertHolds(victoria, join(cwd, 'backfill'), FIRST_MS, LAST_MS);
    assert.match(await run(querying, { cwd, env }), /"metric":"http_requests_total"/);
  },
);

const SCRAPED_SECONDS = 100;
const SCRAPING = (address: string): string =>
  `scrape_configs: [{ job_name: live, scrape_interval: 1s, scrape_timeout: 1s, static_configs: [{ targets: ["${address}"] }] }]\n`;

/** Its score is the newest value, in single precision as results hold it. */
const NEWEST =
  'export const createAnalyzer = () => ({ window: 1, predict: (items) => items.map(({ values }) => ' +
  '({ score: values[0], anomaly: values[0] > 300, output: [] })) });\n';

interface Matrix {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [number, string])[];
    }[];
  };
}

/** The rates of what Prometheus answered, reckoned anew. */
function ratesIn(path: string): [ms: number, rate: number][] {
  const { data } = JSON.parse(readFileSync(path, 'utf8')) as Matrix;
  const { values = [] } =
    data.result.find(({ metric }) => metric['__name__'] === 'http_requests_total') ?? {};
  return values.slice(1).flatMap(([seconds, value], i): [number, number][] => {
    const [before, was] = values[i] ?? [NaN, ''];
    if (seconds !== before + 1) return [];
    const increase = Number(value) < Number(was) ? Number(value) : Number(value) - Number(was);
    return [[seconds * 1000, Math.fround(increase)]];
  });
}

test(
  'what a Prometheus scraped comes back as scores of rates, each once, although the replay was killed',
  { skip: whyNone('prometheus', 'promtool') },
  async (t) => {
    const cwd = temporaryFolder(t);
    const address = await startExporter(t, new GeneratedService(5));
    const scraping = await startPrometheus(t, cwd, join(cwd, 'data'), SCRAPING(address));
    await sleep(SCRAPED_SECONDS * 1000);
    const end = Math.floor(Date.now() / 1000);
    const start = end - SCRAPED_SECONDS;
    const query = new URLSearchParams({
      ...{ query: '{__name__=~"node_load1|http_requests_total", job="live"}', step: '1' },
      ...{ start: String(start), end: String(end) },
    }).toString();
    const exported = join(cwd, 'live.json');
    writeFileSync(exported, await (await fetch(`${scraping.url}/api/v1/query_range?${query}`)).text());
    writeFileSync(join(cwd, 'newest.mjs'), NEWEST);
    const command =
      'aiops-serve replay live.json --rate=http_requests_total --interval 1s --out scored --analyzer ./newest.mjs ' +
      '--results-format openmetrics --compare none || [ $? -eq 3 ]'; // the first row has no rate
    await runKilled(command, { cwd, env: {} }, 'scored', '--pace 20x --commit-interval 0s');
    const written = join(cwd, 'written');
    for (const name of ['aiops_score.om', 'aiops_anomaly.om'])
      importOpenMetrics(join(cwd, 'scored', name), written);
    const folder = temporaryFolder(t);
    const other = await startPrometheus(t, folder, written);
    await assertHolds(other, join(cwd, 'scored'), start * 1000, end * 1000);
    const scores = await other.samples('aiops_score', start * 1000, end * 1000);
    const rates = ratesIn(exported);
    assert.ok(rates.length > SCRAPED_SECONDS / 2, `${rates.length} rates`);
    const name = seriesName({ instance: address, job: 'live', metric: 'http_requests_total' });
    assert.deepEqual(scores[name], rates);
  },
);
