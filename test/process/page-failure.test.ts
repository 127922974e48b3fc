import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import type { RunSummary } from '#build/replay/report/run-summary.js';

import { type Finished, LIGHT, recording, runCli, temporaryFolder } from '../support/cli.js';
import { withSpoiledAssets, type Spoiled } from '../support/spoiled-assets.js';

/** A replay into `out`, where an earlier one left its page, which it may replace. */
async function replaySpoiled(cwd: string, how: Spoiled): Promise<Finished> {
  mkdirSync(join(cwd, 'out'));
  writeFileSync(join(cwd, 'out/report.html'), 'of an earlier run');
  const flags = [...LIGHT, '--actors', '1', '--compare', 'none', '--out', 'out', '--restart'];
  return runCli(['replay', recording('real-day.csv'), ...flags], { cwd, env: withSpoiledAssets(cwd, how) });
}

test('a missing asset of the page ends the run before actors start', async (t) => {
  const cwd = temporaryFolder(t);
  const { status, stderr } = await replaySpoiled(cwd, 'missing');
  assert.equal(status, 70, stderr);
  assert.match(stderr, /no licence here/);
  assert.doesNotMatch(stderr, /started on/);
  assert.deepEqual(readdirSync(join(cwd, 'out')), ['report.html']);
});

test('a page that cannot be rendered is an internal error, and all other files are written', async (t) => {
  const cwd = temporaryFolder(t);
  const { status, stderr } = await replaySpoiled(cwd, 'unusable');
  assert.equal(status, 70, stderr);
  assert.match(stderr, /This is a bug .*\n.*report\.html could not be made; the other files are complete/);
  const { counts } = JSON.parse(readFileSync(join(cwd, 'out/timing.json'), 'utf8')) as RunSummary;
  assert.ok(counts.rows > 0);
  const lines = readFileSync(join(cwd, 'out/results.jsonl'), 'utf8').trimEnd().split('\n');
  assert.equal(lines.length, counts.rows);
  const others = ['journal.jsonl', 'rejects.jsonl', 'results.jsonl', 'timing.json', 'timing.jsonl'];
  assert.deepEqual(readdirSync(join(cwd, 'out')).toSorted(), others);
});

test('the page of a benchmark does not need the plotting library', async (t) => {
  const cwd = temporaryFolder(t);
  const flags = [...LIGHT, '--actors', '1', '--items', '2', '--rounds', '1', '--time', '10ms'];
  const env = withSpoiledAssets(cwd, 'missing');
  const { status, stderr } = await runCli(['bench', ...flags, '--quiet'], { cwd, env });
  assert.equal(status, 0, stderr);
  assert.match(readFileSync(join(cwd, 'bench.aiops/report.html'), 'utf8'), /^<!doctype html>/i);
});
