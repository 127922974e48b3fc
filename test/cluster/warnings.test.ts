import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { test, type TestContext } from 'node:test';

import type { ReplayValues } from '#build/cli/settings.js';
import { AiopsError, type Notice } from '#build/core/errors.js';
import { replay } from '#build/replay/replay.js';
import type { ReplayConfig } from '#build/replay/replay-config.js';

import { temporaryFolder } from '../support/cli.js';
import { merged } from '../support/merging.js';
import { readSummary } from '../support/run-files.js';
import { at, configFor, planned, rowsOf, sliceOnce, unattended } from '../support/slicing.js';

/* Warnings of a run in slices, against those of one replay. */

const MINUTES = 1600;

interface Told {
  /** What it printed, in order. */
  readonly printed: readonly string[];
  /** What its report warns of. */
  readonly reported: readonly string[];
}

async function replayed(config: ReplayConfig): Promise<Told> {
  const printed: Notice[] = [];
  const onNotice = (notice: Notice): void => void printed.push(notice);
  const stdio = { stdin: Readable.from([]), stdout: new PassThrough() };
  const outcome = await replay(config, { ...unattended(), ...stdio, onNotice });
  assert.equal(outcome.kind, 'complete');
  return { printed: warnings(printed), reported: reportedBy(config) };
}

/** Plans, runs the slices from the last to the first, and merges; holds that slices print nothing themselves. */
async function sliced(config: ReplayConfig, slices: number): Promise<Told> {
  const plan = await planned(config, slices, 512);
  assert.equal(plan.slices.length, slices);
  for (const { number } of plan.slices.toReversed()) {
    const printed: Notice[] = [];
    const outcome = await sliceOnce(config.output.out, number, {
      onNotice: (notice) => void printed.push(notice),
    });
    assert.equal(outcome.kind, 'complete');
    assert.deepEqual(printed, [], `slice ${number}`);
  }
  const printed: Notice[] = [];
  const context = { onNotice: (notice: Notice) => void printed.push(notice) };
  const { outcome } = await merged({ plan, config }, { context });
  assert.equal(outcome.kind, 'complete');
  return { printed: warnings(printed), reported: reportedBy(config) };
}

const warnings = (notices: readonly Notice[]): string[] =>
  notices.filter(({ level }) => level === 'warning').map(({ text }) => text);

function reportedBy({ output }: ReplayConfig): string[] {
  return warnings(readSummary(output.out).notices);
}

/** Replays inputs whole and in slices; returns what both warn of. */
async function checkWarnings(
  t: TestContext,
  inputs: Readonly<Record<string, string>>,
  changes: Partial<ReplayValues>,
  slices: number,
): Promise<readonly string[]> {
  const folder = temporaryFolder(t);
  const paths = Object.keys(inputs).map((name) => join(folder, name));
  for (const [name, text] of Object.entries(inputs)) writeFileSync(join(folder, name), text);
  const whole = await replayed(configFor(paths, join(folder, 'whole'), changes));
  const parts = await sliced(configFor(paths, join(folder, 'run'), changes), slices);
  // A merge has the plan's warnings only once all slices are there.
  assert.deepEqual(parts.printed.toSorted(), whole.printed.toSorted());
  assert.deepEqual(parts.reported.toSorted(), whole.reported.toSorted());
  return whole.reported;
}

const json = (minute: number, fields: object): string =>
  JSON.stringify({ timestamp: at(minute), target: 'a', cpu: minute % 17, note: 'x', ...fields });

test('what only some slices show is counted over all of them', async (t) => {
  const disordered = rowsOf(MINUTES, (minute) => [
    json(minute ^ 3, {
      ...(minute % 400 === 399 ? { label: 7 } : { label: 0 }),
      ...(minute > 1050 && minute % 3 === 0 ? { late: 1 } : {}),
      ...(minute > 1550 ? { last: 2 } : {}),
    }),
  ]);
  const found = await checkWarnings(t, { 'd.jsonl': disordered }, { grace: 3 }, 5);
  assert.match(found.join('\n'), /ignored: note/);
  assert.match(found.join('\n'), /column late: it was not in the sample .* 183 records/);
  assert.match(found.join('\n'), /column last: .* 49 records/);
  assert.match(found.join('\n'), /4 records have labels/);
});

test('records of minute-batches are counted once, and a column of --columns that never comes is named', async (t) => {
  const batches = rowsOf(MINUTES / 2, (minute) => [
    JSON.stringify({
      minute: at(minute),
      items: ['a', 'b', 'c'].map((target) => ({
        target,
        values: { cpu: minute % 7, ...(minute > 350 ? { late: 1 } : {}) },
      })),
    }),
  ]);
  const found = await checkWarnings(t, { 'd.jsonl': batches }, { columns: ['cpu', 'none'] }, 3);
  assert.match(found.join('\n'), /column late: .* 1,347 records/);
  assert.match(found.join('\n'), /^1 column of --columns without a value in any record: none$/m);
});

test('in a range of several files, only its records count', async (t) => {
  const lines = rowsOf(MINUTES, (minute) => [
    json(minute, { ...(minute > 1050 ? { late: 1 } : {}), ...(minute >= 1550 ? { after: 2 } : {}) }),
  ]);
  const csv = rowsOf(MINUTES, (minute) => [
    `${at(minute)},b,${minute % 7},${minute > 1100 && minute % 2 === 0 ? 5 : ''}`,
  ]);
  const inputs = { 'a.jsonl': lines, 'b.csv': `timestamp,target,cpu,disk\n${csv}` };
  const range = { from: at(1200), to: at(1550) };
  const found = await checkWarnings(t, inputs, range, 3);
  assert.match(found.join('\n'), /column disk: .* 175 records/);
  assert.match(found.join('\n'), /column late: .* 350 records/);
  assert.doesNotMatch(found.join('\n'), /column after/);
});

test('if no column of --columns ever has a value, a merge ends as a replay does', async (t) => {
  const folder = temporaryFolder(t);
  const input = join(folder, 'd.jsonl');
  writeFileSync(
    input,
    rowsOf(MINUTES, (minute) => [json(minute, {})]),
  );
  const config = (out: string): ReplayConfig =>
    configFor([input], join(folder, out), { columns: ['none', 'other'] });
  const messageOf = (of: Promise<unknown>): Promise<string> =>
    of.then(
      () => 'complete',
      (error: unknown) => (error instanceof AiopsError ? `${error.code}: ${error.message}` : String(error)),
    );
  const whole = await messageOf(replayed(config('whole')));
  assert.match(whole, /^input_unusable: no record has a value in the columns of --columns: none, other$/);
  assert.equal(await messageOf(sliced(config('run'), 2)), whole);
});
