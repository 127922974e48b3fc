import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { METRICS_FILES } from '#build/core/metric-files.js';

/** What a finished run left in its folder, as far as two runs over the same input must agree on it. */
export interface RunOutputs {
  /** Names of all files. */
  readonly names: readonly string[];
  readonly results: Buffer;
  readonly rejects: Buffer;
  /** Files of metrics. */
  readonly metrics: readonly { readonly name: string; readonly bytes: Buffer }[];
  /** Of `timing.jsonl`, in its order. */
  readonly blocks: readonly TimedBlock[];
  /** Of `timing.json`. */
  readonly counts: unknown;
  readonly span: readonly unknown[];
  /** The same; a run that was resumed may lack them. */
  readonly labels: unknown;
}

interface TimedBlock {
  /** The first one. */
  readonly minute: string;
  readonly minutes: number;
}

export function runOutputs(folder: string): RunOutputs {
  const names = readdirSync(folder).sort();
  const results = names.find((name) => /^results\.(csv|jsonl)$/.test(name)) ?? 'results.jsonl';
  const summary = JSON.parse(readFileSync(join(folder, 'timing.json'), 'utf8')) as {
    counts: unknown;
    labels: unknown;
    input: { firstMinute: unknown; lastMinute: unknown };
  };
  return {
    names,
    results: readFileSync(join(folder, results)),
    rejects: readFileSync(join(folder, 'rejects.jsonl')),
    metrics: names
      .filter((name) => METRICS_FILES.some((file) => file === name))
      .map((name) => ({ name, bytes: readFileSync(join(folder, name)) })),
    blocks: readFileSync(join(folder, 'timing.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as TimedBlock),
    counts: summary.counts,
    span: [summary.input.firstMinute, summary.input.lastMinute],
    labels: summary.labels,
  };
}

/** Holds that a run that was broken off and gone on with left what an unbroken one does. */
export function assertSameOutputs(actual: RunOutputs, unbroken: RunOutputs): void {
  assertSameBytes('results', actual.results, unbroken.results);
  assertSameBytes('rejects', actual.rejects, unbroken.rejects);
  for (const [i, { name, bytes }] of unbroken.metrics.entries())
    assertSameBytes(name, actual.metrics[i]?.bytes ?? Buffer.alloc(0), bytes);
  assertSameMinutes(actual.blocks, unbroken.blocks);
  assert.deepEqual(actual.counts, unbroken.counts, 'counts of timing.json');
  assert.deepEqual(actual.span, unbroken.span, 'first and last minute of timing.json');
  assert.deepEqual(actual.names, unbroken.names, 'files in the output folder');
}

/** Holds that blocks of any length have the minutes that were served one by one, each once. */
function assertSameMinutes(blocks: readonly TimedBlock[], single: readonly TimedBlock[]): void {
  let next = 0;
  for (const { minute, minutes } of blocks) {
    assert.equal(minute, single[next]?.minute, `minutes of timing.jsonl, after ${next}`);
    next += minutes;
  }
  assert.equal(next, single.length, 'number of minutes in timing.jsonl');
}

function assertSameBytes(what: string, actual: Buffer, expected: Buffer): void {
  if (actual.equals(expected)) return;
  let at = 0;
  while (at < actual.length && actual[at] === expected[at]) at += 1;
  const around = (bytes: Buffer): string => bytes.toString('utf8', Math.max(0, at - 120), at + 120);
  assert.fail(
    `${what} differ from byte ${at} on (${actual.length} bytes for ${expected.length}):\n` +
      `${around(actual)}\nin place of\n${around(expected)}`,
  );
}
