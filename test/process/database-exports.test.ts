import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { partsOfTarget } from '#build/core/target-parts.js';

import { temporaryFolder } from '../support/cli.js';
import { callCli } from '../support/in-process.js';
import { promtoolRange, startPrometheus, startVictoriaMetrics, whyNone } from '../support/databases.js';
import { jsonLines } from '../support/run-files.js';

/** Results say what was read. */
const ANALYZER = `export const createAnalyzer = () => ({
  window: 1,
  predict: (items) => items.map(({ values: [value] }) => ({ score: value, anomaly: false, output: [value] })),
});
`;
const RUN = ['--analyzer', './echo.mjs', '--actors', '1', '--compare', 'none'];
const WAIT_MS = 60_000;

/** An exporter whose gauges grow by 1 per scrape, for two mount points. */
async function startExporter(t: TestContext): Promise<string> {
  let scrapes = 0;
  const server = createServer((_, response) => {
    scrapes++;
    const lines = ['/', '/var "x"'].map(
      (mountpoint, i) => `used{mountpoint=${JSON.stringify(mountpoint)}} ${100 * i + scrapes}.5`,
    );
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(`${lines.join('\n')}\n`);
  }).listen(0, '127.0.0.1');
  t.after(() => {
    server.close();
  });
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Answer {
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; values: readonly [number, string][] }[];
  };
}
interface Row {
  readonly minute: string;
  readonly target: string;
  readonly column: string;
  readonly score: number | null;
}

const resultRows = (out: string): string[] =>
  jsonLines<Row>(join(out, 'results.jsonl'))
    .map(({ minute, target, column, score }) =>
      [Date.parse(minute), ...partsOfTarget(target), column, score].join(' '),
    )
    .sort();

function folderWithAnalyzer(t: TestContext): string {
  const cwd = temporaryFolder(t);
  writeFileSync(join(cwd, 'echo.mjs'), ANALYZER);
  return cwd;
}

test(
  'what a real Prometheus scraped is replayed, sample by sample',
  { skip: whyNone('prometheus', 'promtool') },
  async (t) => {
    const cwd = folderWithAnalyzer(t);
    const exporter = await startExporter(t);
    const config = `global: {scrape_interval: 1s}\nscrape_configs: [{job_name: disks, static_configs: [{targets: ['${exporter}']}]}]\n`;
    const { url } = await startPrometheus(t, cwd, join(cwd, 'data'), config);
    const ask = async (path: string): Promise<string> => (await fetch(`${url}/api/v1/${path}`)).text();
    const samples = async (): Promise<number> =>
      (JSON.parse(await ask('query?query=used[10m]')) as Answer).data.result[0]?.values.length ?? 0;
    for (const until = Date.now() + WAIT_MS; (await samples()) < 8 && Date.now() < until;) await sleep(300);
    const endS = Math.floor(Date.now() / 1000);
    const range = `start=${endS - 6}&end=${endS}&step=1s`;
    const saved = {
      'range.json': await ask(`query_range?query=used&${range}`),
      'raw.json': await ask('query?query=used[10m]'),
      'tool.json': promtoolRange(url, 'used', endS - 6, endS),
    };
    for (const [name, text] of Object.entries(saved)) {
      writeFileSync(join(cwd, name), text);
      const parsed = JSON.parse(text) as Answer | Answer['data']['result'];
      const series = 'data' in parsed ? parsed.data.result : parsed;
      const args = ['replay', name, '--out', `${name}.out`, '--interval', '1s', ...RUN];
      // Scrapes are not exactly a second apart.
      const inSeconds = ['--duplicates', 'first', '--phase', '0s', '--lead', '0s'];
      const { status, stderr } = await callCli([...args, ...inSeconds], { cwd });
      assert.equal(status, 0, stderr);
      assert.match(
        stderr,
        /an answer of Prometheus, range query \(2 series, labels instance, job, mountpoint\)/,
      );
      const expected = series.flatMap(({ metric: { instance, job, mountpoint }, values }) => {
        const first = new Map([...values].reverse().map(([s, value]) => [Math.floor(s), Number(value)]));
        return [...first].map(([s, value]) => [1000 * s, instance, job, mountpoint, 'used', value].join(' '));
      });
      assert.ok(expected.length >= 10, `${expected.length}`);
      assert.deepEqual(resultRows(join(cwd, `${name}.out`)), expected.sort(), name);
    }
    for (const [path, message] of [
      ['query?query=used', /a vector, not a matrix/],
      ['query?query=1', /a scalar, not a matrix/],
      ['query_range?query=used{&start=0&end=1&step=1', /error of Prometheus: bad_data/],
      [`query_range?query=no_such&${range}`, /without a sample/],
      [`query_range?query=prometheus_http_request_duration_seconds_bucket&${range}`, /without a sample/],
    ] as const) {
      writeFileSync(join(cwd, 'wrong.json'), await ask(path));
      const { status, stderr } = await callCli(['inspect', 'wrong.json'], { cwd });
      assert.equal(status, 65, path);
      assert.match(stderr, message);
    }
  },
);

test(
  'what a real VictoriaMetrics exports is replayed, also in parts of lines',
  { skip: whyNone('victoria-metrics') },
  async (t) => {
    const cwd = folderWithAnalyzer(t);
    const { url } = await startVictoriaMetrics(t, cwd);
    const startMs = Math.floor(Date.now() / 60_000 - 300) * 60_000;
    const hosts = ['a', 'b/c'].map((instance, k) => ({
      metric: { __name__: 'load', instance, job: 'node' },
      values: Array.from({ length: 200 }, (_, i) => 1000 * k + i + 0.25),
      timestamps: Array.from({ length: 200 }, (_, i) => startMs + 60_000 * i),
    }));
    const body = hosts.map((line) => JSON.stringify(line)).join('\n');
    assert.equal((await fetch(`${url}/api/v1/import`, { method: 'POST', body })).status, 204);
    await fetch(`${url}/internal/force_flush`);
    const range = `start=${startMs / 1000}&end=${startMs / 1000 + 12_000}`;
    const expected = hosts.flatMap(({ metric, timestamps, values }) =>
      timestamps.map((ms, i) => [ms, metric.instance, metric.job, 'load', values[i]].join(' ')),
    );
    const outputs: string[] = [];
    for (const [name, path] of [
      ['whole.jsonl', `export?match[]=load&${range}`],
      ['parts.jsonl', `export?match[]=load&max_rows_per_line=7&${range}`],
      ['answer.json', `query_range?query=load&step=60s&${range.replace('12000', '11940')}`],
    ] as const) {
      writeFileSync(join(cwd, name), await (await fetch(`${url}/api/v1/${path}`)).text());
      const { status, stderr } = await callCli(['replay', name, '--out', `${name}.out`, ...RUN], { cwd });
      assert.equal(status, 0, stderr);
      const rows = resultRows(join(cwd, `${name}.out`));
      if (name !== 'answer.json') {
        assert.deepEqual(rows, [...expected].sort());
        outputs.push(readFileSync(join(cwd, `${name}.out`, 'results.jsonl'), 'utf8'));
      } else assert.ok(expected.every((row) => rows.includes(row)));
    }
    assert.equal(outputs[0], outputs[1]);
  },
);
