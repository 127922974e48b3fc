import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import { BENCH_METRICS } from '#build/bench/report/bench-metrics.js';
import {
  checkGates,
  failedGates,
  gateText,
  parseGate,
  refuseGatesWithout,
  type Metrics,
} from '#build/report/gates.js';
import { REPLAY_METRICS } from '#build/replay/report/replay-metrics.js';

import { ROOT } from '../support/cli.js';
import { sectionOf } from '../support/markdown.js';
import { errorOf, refusal } from '../support/refusals.js';

interface Figures {
  readonly ms: number | null;
  readonly ratios: readonly (number | null)[];
}

const METRICS: Metrics<Figures> = {
  p99: { unit: 'duration', is: 'a duration', of: ({ ms }) => ms },
  speedup: { unit: 'ratio', is: 'of several cases', needs: 'comparison', of: ({ ratios }) => ratios },
  late: { unit: 'count', is: 'a count', of: () => 3 },
  recall: { unit: 'share', is: 'a share', of: () => 0.5 },
  memory: { unit: 'bytes', is: 'bytes', of: () => 2 ** 20 },
};

const outcome = (condition: string, figures: Figures): string =>
  checkGates([parseGate(condition, METRICS)], METRICS, figures)[0]?.outcome ?? '';

test('limits are converted to the metric’s unit', () => {
  const limit = (text: string): number => parseGate(text, METRICS).limit;
  assert.equal(limit('p99>5s'), 5000);
  assert.equal(limit('p99>250us'), 0.25);
  assert.equal(limit('p99 >= 1.5 m'), 90_000);
  assert.equal(limit('p99>0ms'), 0);
  assert.equal(limit('speedup<1.5'), 1.5);
  assert.equal(limit('speedup<1.5x'), 1.5);
  assert.equal(limit('late>0'), 0);
  assert.equal(limit('recall<=80%'), 0.8);
  assert.equal(limit('recall<=.8'), 0.8);
  assert.equal(limit('memory>256MiB'), 2 ** 28);
  assert.deepEqual(parseGate(' p99 > 5s ', METRICS), {
    condition: 'p99 > 5s',
    metric: 'p99',
    operator: '>',
    limit: 5000,
  });
});

test('a percentage equals the share with as many hundredths or thousandths', () => {
  const limit = (text: string): number => parseGate(text, METRICS).limit;
  for (let thousandths = 0; thousandths <= 1000; thousandths++) {
    assert.equal(limit(`recall<${(thousandths / 10).toFixed(1)}%`), thousandths / 1000);
    assert.equal(limit(`p99>${thousandths}us`), thousandths / 1000);
  }
  assert.equal(limit('recall<57%'), 57 / 100);
});

test('unknown metrics, operators and units are refused with a list of the known ones', () => {
  const refused = (text: string, data: RegExp): void =>
    assert.throws(() => parseGate(text, METRICS), errorOf(RangeError, data));
  refused('p98>5s', /no metric "p98"; there are p99, speedup, late, recall, memory\./);
  refused('constructor>5', /no metric "constructor"/);
  refused('p99=>5s', /no operator "=>"; there are >, >=, <, <=\./);
  refused('p99!=5s', /no operator "!="/);
  refused('p99>5', /needs a unit; write its limit in us, µs, ms, s, m or h\./);
  refused(`p99>${'9'.repeat(400)}s`, /limit of p99 is too large a number/);
  refused('p99>5MB', /not counted in "MB"/);
  refused('late>5s', /as a number without a unit/);
  refused('recall<5x', /as a number, with or without %/);
  refused('p99>1e3s', /Expected a metric, an operator and a limit/);
  for (const text of ['', 'p99', 'p99>', '>5s', '5s<p99', 'p99>5s,late>0', 'p99>fives']) {
    refused(text, /Expected a metric, an operator and a limit, such as 'p99>5s'\./);
  }
});

test('the limit itself meets a condition only with =', () => {
  const at = { ms: 5000, ratios: [] };
  assert.equal(outcome('p99>5s', at), 'not met');
  assert.equal(outcome('p99>=5s', at), 'met');
  assert.equal(outcome('p99<5s', at), 'not met');
  assert.equal(outcome('p99<=5s', at), 'met');
  assert.equal(outcome('p99>4999ms', at), 'met');
  assert.equal(outcome('p99<5001ms', at), 'met');
});

test('of several cases any can fail a gate, and the closest one is reported', () => {
  const figures = { ms: 1, ratios: [1.2, 3, 2] };
  assert.equal(checkGates([parseGate('speedup<1.5', METRICS)], METRICS, figures)[0]?.value, 1.2);
  assert.equal(outcome('speedup<1.5', figures), 'met');
  assert.equal(outcome('speedup<1.1', figures), 'not met');
  assert.equal(checkGates([parseGate('speedup>2.5', METRICS)], METRICS, figures)[0]?.value, 3);
  assert.equal(outcome('speedup>2.5', figures), 'met');
});

test('a metric without a value fails, whatever the gate', () => {
  for (const figures of [
    { ms: null, ratios: [] },
    { ms: NaN, ratios: [2, null] },
  ]) {
    const gates = ['p99>5s', 'p99<5s', 'speedup<1', 'late>5'].map((text) => parseGate(text, METRICS));
    const results = checkGates(gates, METRICS, figures);
    assert.deepEqual(
      results.map((result) => result.outcome),
      ['no value', 'no value', 'no value', 'not met'],
    );
    assert.equal(failedGates(results).length, 3);
  }
});

test('gates in words', () => {
  const texts = ['p99>5s', 'speedup<3', 'late>0', 'recall<40%', 'memory>2MiB', 'speedup>9'];
  const gates = texts.map((text) => parseGate(text, METRICS));
  assert.deepEqual(checkGates(gates, METRICS, { ms: 12.34, ratios: [2] }).map(gateText), [
    'p99>5s: passed, it was 12.3 ms',
    'speedup<3: FAILED, it was 2.00',
    'late>0: FAILED, it was 3',
    'recall<40%: passed, it was 50.0 %',
    'memory>2MiB: passed, it was 1.05 MB',
    'speedup>9: passed, it was 2.00',
  ]);
  assert.deepEqual(checkGates(gates.slice(0, 1), METRICS, { ms: null, ratios: [] }).map(gateText), [
    'p99>5s: FAILED, it has no value in this run',
  ]);
});

test('a gate that cannot have a value is a usage error', () => {
  const gates = ['late>0', 'speedup<1'].map((text) => parseGate(text, METRICS));
  assert.throws(
    () => {
      refuseGatesWithout('comparison', gates, METRICS);
    },
    refusal('usage', /^--fail-if 'speedup<1' will have no value: nothing is compared$/),
  );
  refuseGatesWithout('labels', gates, METRICS);
  refuseGatesWithout('comparison', gates.slice(0, 1), METRICS);
});

test('the guide lists every metric of a command with its kind of limit', () => {
  const gates = sectionOf(readFileSync(join(ROOT, 'docs/guide.md'), 'utf8'), '## Gates');
  const [, replay = '', bench = ''] = gates.split(/^Metrics of /m);
  const KINDS = { duration: 'duration', count: 'number', ratio: 'ratio', share: 'share', bytes: 'size' };
  for (const [list, metrics] of [
    [replay, REPLAY_METRICS],
    [bench, BENCH_METRICS],
  ] as const) {
    const lines = list.split('\n');
    for (const [name, { unit }] of Object.entries<{ readonly unit: keyof typeof KINDS }>(metrics)) {
      const line = lines.find((one) => one.startsWith(`- **${KINDS[unit]}**`)) ?? '';
      assert.ok(line.includes(`\`${name}\``), name);
    }
  }
});
