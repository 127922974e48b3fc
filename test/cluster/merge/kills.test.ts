import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { merge, type MergeOutcome } from '#build/cluster/merge/merge.js';
import { startPath } from '#build/cluster/run-layout.js';
import { RandomStream } from '#build/core/random.js';
import { entriesOf, ofKind } from '#build/output/growing-files.js';
import { growingPaths } from '#build/output/output-paths.js';
import { journalPath } from '#build/output/journal.js';
import type { LabelsSummary } from '#build/replay/report/run-labels.js';
import type { RunSummary } from '#build/replay/report/run-summary.js';

import { temporaryFolder } from '../../support/cli.js';
import { CrashStates, type Unsynced } from '../../support/crash-states.js';
import { cutRun, runLocally, writePart, type CutRun } from '../../support/cut-run.js';
import { MemoryFiles, type DiskState } from '../../support/memory-files.js';
import { readSummary } from '../../support/run-files.js';
import { configFor } from '../../support/slicing.js';

const SLICES = 3;
const FOUND = {
  quarantines: [{ target: 'a', column: 'value', fromMs: 0, untilMs: 3_600_000 }],
  lostInARow: 1,
};

function csv(): string {
  const rows = Array.from({ length: 9 }, (_, minute) => {
    const at = new Date(minute * 60_000).toISOString();
    return `${at},a,${minute},${minute % 3 === 1 ? 1 : 0}\n${at},b,1${'x'.repeat(minute)},broken\n`;
  });
  return `timestamp,target,value,label\n${rows.join('')}`;
}

/** Its score is the newest value. */
const NEWEST =
  'export const createAnalyzer = () => ({ window: 1, predict: (items) => items.map(({ values }) => ' +
  '({ score: values[0], anomaly: values[0] > 6, output: [] })) });\n';

async function mergeOn(files: MemoryFiles, { plan, config }: CutRun): Promise<MergeOutcome> {
  const never = new AbortController().signal;
  return merge(
    plan,
    config,
    { follow: false },
    {
      ...{ files, stdin: Readable.from([]), signal: never, graceOver: never },
      ...{ onActorLine: ignore, onMerged: ignore },
      onNotice: ({ text }) => assert.doesNotMatch(text, /labels/), // of the merged slices' file, lost or damaged
    },
  );
}

function ignore(): void {
  // not looked at here
}

/** A disk in memory with the folders that lead to one. */
function diskWith(folder: string): MemoryFiles {
  const folders = new Set(['/']);
  for (let path = folder; path !== '/'; path = dirname(path)) folders.add(path);
  return new MemoryFiles({ files: new Map(), folders: new Set([...folders].sort()) });
}

function assertMerged(files: MemoryFiles, { local, config }: CutRun, labels: LabelsSummary | null): void {
  const { out } = config.output;
  for (const [kind, path] of entriesOf(growingPaths(out, config.output, null)))
    assert.equal(files.text(path), ofKind(local, kind).toString(), kind);
  const summary = JSON.parse(files.text(join(out, 'timing.json')) ?? '') as RunSummary;
  assert.deepEqual(summary.labels, labels);
  assert.match(files.text(journalPath(out)) ?? '', /"type":"complete".*\n$/);
  assert.ok(files.names.get(join(out, 'parts')) === undefined, 'the parts are gone');
  assert.equal(files.openHandles.size, 0);
}

/** Merges, with attempts that are missing or must be made again, until the run is complete. */
async function mergeAgain(files: MemoryFiles, run: CutRun): Promise<void> {
  for (let turn = 0; ; turn++) {
    const outcome = await mergeOn(files, run);
    if (outcome.kind !== 'incomplete') return;
    assert.ok(turn < 3, 'a slice that ran again was not merged');
    for (const number of outcome.missing) {
      const isFound = files.text(startPath(run.config.output.out, number)) !== undefined;
      await writePart(run, number, `again${turn}`, isFound ? { open: FOUND } : {}, files);
    }
  }
}

// The merge below: slice 1 finds a series that crashes actors, so the first attempt at slice 2 is set aside, and the
// second one is at hand.
test('a merge that is killed at any step, or loses power there, is completed by the next one', async (t) => {
  const folder = temporaryFolder(t);
  const input = join(folder, 'data.csv');
  writeFileSync(input, csv());
  const analyzer = join(folder, 'mine.mjs');
  writeFileSync(analyzer, NEWEST);
  const config = configFor([input], join(folder, 'local'), { analyzer, resultsFormat: 'openmetrics' });
  const run = await cutRun(await runLocally(config), SLICES, join(folder, 'merged'));
  const { labels } = readSummary(config.output.out);
  assert.equal(labels?.counts.scored, 9);

  const files = diskWith(folder);
  await writePart(run, 1, 'a', { found: FOUND }, files);
  await writePart(run, 2, 'a', {}, files);
  await writePart(run, 2, 'b', { open: FOUND }, files);
  await writePart(run, 3, 'a', {}, files);
  const start = files.state();
  const disk = new MemoryFiles(start);
  assert.equal((await mergeOn(disk, run)).kind, 'complete');
  assertMerged(disk, run, labels);

  const seen = new Set<string>();
  for (let place = 0; place <= disk.log.length; place++) {
    for (const [name, unsynced] of waysToStop(place)) {
      const state = stateAt(start, disk, place, unsynced);
      const content = JSON.stringify(
        [...state.files].map(([path, bytes]) => [path, bytes.toString('latin1')]),
      );
      if (seen.has(content)) continue;
      seen.add(content);
      const again = new MemoryFiles(state);
      await mergeAgain(again, run).catch((cause: unknown) => {
        throw new Error(`after ${place} of ${disk.log.length} operations, ${name}`, { cause });
      });
      assertMerged(again, run, labels);
    }
  }
  t.diagnostic(`${disk.log.length} operations, ${seen.size} states`);
  assert.ok(seen.size > 100);
});

/** Killed: what was written stays. Power lost: what was not synced is lost, or some of it. */
function waysToStop(place: number): [string, Unsynced][] {
  return [
    ['killed', 'kept'],
    ['unsynced lost', 'lost'],
    ['some lost', new RandomStream(17, place)],
  ];
}

function stateAt(start: DiskState, { log }: MemoryFiles, place: number, unsynced: Unsynced): DiskState {
  const { names, nodes } = new MemoryFiles(start);
  const crash = new CrashStates(
    [...names].map(([path, number]) => {
      const node = nodes[number]!;
      return { path, number, bytes: node.kind === 'folder' ? null : node.bytes };
    }),
  );
  for (const operation of log.slice(0, place)) crash.enter(operation);
  return crash.state(unsynced);
}
