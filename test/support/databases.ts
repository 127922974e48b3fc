import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import type { TestContext } from 'node:test';

import { sleep } from '#build/core/timer.js';

/** The Debian package of each program. */
const PACKAGES = { prometheus: 'prometheus', promtool: 'prometheus', 'victoria-metrics': 'victoria-metrics' };
type Program = keyof typeof PACKAGES;

/** Why tests with these programs are skipped here; false: they run. */
export function whyNone(...programs: Program[]): string | false {
  const missing = programs.find((program) => find(program) === null);
  return missing !== undefined && `no ${missing} on the PATH: install the package ${PACKAGES[missing]}`;
}

function find(program: Program): string | null {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

/** Imports files of OpenMetrics into the data folder of a Prometheus; throws what promtool says where it fails. */
export function importOpenMetrics(path: string, data: string): void {
  const args = ['tsdb', 'create-blocks-from', 'openmetrics', '--max-block-duration=24h', path, data];
  const { status, stderr } = spawnSync(find('promtool') ?? '', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`promtool ended with ${status}: ${stderr}`);
}

/** What promtool prints as the answer to a range query with a step of a second. */
export function promtoolRange(url: string, query: string, fromS: number, toS: number): string {
  const range = [`--start=${fromS}`, `--end=${toS}`, '--step=1s'];
  const args = ['query', 'range', '--format=json', ...range, url, query];
  return spawnSync(find('promtool') ?? '', args, { encoding: 'utf8' }).stdout;
}

/** A sample: its time in ms, and its value. */
export type Sample = readonly [ms: number, value: number];

/** Samples of a series, by its labels as JSON, sorted by their names. */
export type Samples = Readonly<Record<string, readonly Sample[]>>;

export interface Database {
  /** All samples of a metric between two times, as stored: a time that is stored twice comes twice. */
  samples(metric: string, fromMs: number, toMs: number): Promise<Samples>;
  readonly url: string;
}

/** Starts a Prometheus on a data folder; it ends with the test. */
export async function startPrometheus(
  t: TestContext,
  folder: string,
  data: string,
  configuration = 'global: {}\n',
): Promise<Database> {
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, configuration);
  const url = await start(t, 'prometheus', folder, '/-/ready', (address) => [
    `--config.file=${config}`,
    `--storage.tsdb.path=${data}`,
    '--storage.tsdb.retention.time=100y',
    `--web.listen-address=${address}`,
  ]);
  return {
    url,
    samples: async (metric, fromMs, toMs) => {
      // A range selector takes what is stored; from its start, which counts only in newer versions.
      const range = `${metric}[${toMs - fromMs + 1000}ms]`;
      const query = new URLSearchParams({ query: range, time: String(toMs / 1000) }).toString();
      const answer = (await json(`${url}/api/v1/query?${query}`)) as PrometheusAnswer;
      return bySeries(
        answer.data.result.map(({ metric: labels, values }) => ({
          labels,
          samples: values.map(([seconds, value]) => [Math.round(1000 * seconds), Number(value)] as const),
        })),
      );
    },
  };
}

interface PrometheusAnswer {
  readonly data: { readonly result: readonly { metric: Labels; values: readonly [number, string][] }[] };
}

/** Starts a VictoriaMetrics that drops identical samples; it ends with the test. */
export async function startVictoriaMetrics(t: TestContext, folder: string): Promise<Database> {
  const url = await start(t, 'victoria-metrics', folder, '/health', (address) => [
    `-storageDataPath=${join(folder, 'victoria-metrics')}`,
    `-httpListenAddr=${address}`,
    '-retentionPeriod=100y',
    '-dedup.minScrapeInterval=1ms',
  ]);
  return {
    url,
    samples: async (metric, fromMs, toMs) => {
      await fetch(`${url}/internal/force_flush`);
      const range = { start: `${fromMs / 1000}`, end: `${toMs / 1000}` };
      const query = new URLSearchParams({ 'match[]': metric, ...range }).toString();
      const text = await (await fetch(`${url}/api/v1/export?${query}`)).text();
      const lines = text.trimEnd().split('\n').filter(Boolean);
      return bySeries(
        lines.map((line) => {
          const { metric: labels, values, timestamps } = JSON.parse(line) as ExportLine;
          return { labels, samples: values.map((value, i) => [timestamps[i] ?? NaN, value] as const) };
        }),
      );
    },
  };
}

interface ExportLine {
  readonly metric: Labels;
  readonly values: readonly number[];
  readonly timestamps: readonly number[];
}

/** Imports a file of lines for VictoriaMetrics. */
export async function importLines(path: string, { url }: Database): Promise<void> {
  const { status } = await fetch(`${url}/api/v1/import`, { method: 'POST', body: readFileSync(path) });
  if (status !== 204) throw new Error(`VictoriaMetrics answered with ${status}`);
}

type Labels = Readonly<Record<string, string>>;

export function seriesName({ __name__: _, ...labels }: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function bySeries(
  found: readonly { readonly labels: Labels; readonly samples: readonly Sample[] }[],
): Samples {
  const series: Record<string, Sample[]> = {};
  for (const { labels, samples } of found) (series[seriesName(labels)] ??= []).push(...samples);
  return series;
}

async function json(url: string): Promise<unknown> {
  const answer = await fetch(url);
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

const START_MS = 60_000;

/** Starts a server on a free port of this machine; returns its address once it is ready. */
async function start(
  t: TestContext,
  program: Program,
  folder: string,
  readyPath: string,
  argsFor: (address: string) => readonly string[],
): Promise<string> {
  const address = `127.0.0.1:${await freePort()}`;
  mkdirSync(folder, { recursive: true });
  const log = join(folder, `${program}.log`);
  const output = openSync(log, 'a');
  const child = spawn(find(program) ?? '', argsFor(address), { stdio: ['ignore', output, output] });
  t.after(async () => {
    await stop(child);
  });
  const url = `http://${address}`;
  const until = Date.now() + START_MS;
  while (child.exitCode === null && Date.now() < until) {
    const answer = await fetch(`${url}${readyPath}`).catch(() => null);
    if (answer?.ok === true) return url;
    await sleep(100);
  }
  throw new Error(`${program} did not start: ${readFileSync(log, 'utf8')}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill();
  await ended;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
