import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';

import { replayConfig } from '#build/cli/replay-options.js';
import { settingText } from '#build/cli/journaled.js';
import { REPLAY_SETTINGS, type ReplayValues } from '#build/cli/settings.js';
import type { Settings } from '#build/cli/settings/setting.js';
import type { ActorCount } from '#build/core/actor-count.js';
import type { MergeContext } from '#build/cluster/merge/merge.js';
import { makePlan } from '#build/cluster/plan/make-plan.js';
import type { SealedPlan } from '#build/cluster/plan/plan-file.js';
import { runSlice, type SliceContext, type SliceOutcome } from '#build/cluster/slice/run-slice.js';
import { partOfName, partsFolder, planPath } from '#build/cluster/run-layout.js';
import { replay } from '#build/replay/replay.js';
import type { ReplayConfig } from '#build/replay/replay-config.js';
import { LIGHT } from './cli.js';

/** That of a command that no one watches. */
export function unattended(): SliceContext & Pick<MergeContext, 'stdin' | 'onMerged'> {
  const nothing = (): void => undefined;
  return {
    ...{ signal: new AbortController().signal, graceOver: new AbortController().signal },
    ...{ stdin: Readable.from([]), onMerged: nothing },
    ...{ onNotice: nothing, onReady: nothing, onActorLine: nothing, onWritten: nothing, settingText },
  };
}

/** The settings of a command line without flags, with one actor that answers quickly, except for `changes`. */
export function configFor(
  inputs: readonly string[],
  out: string,
  changes: Partial<ReplayValues> = {},
): ReplayConfig {
  const rows: [string, Settings[string]][] = Object.values<Settings>(REPLAY_SETTINGS).flatMap((group) =>
    Object.entries(group),
  );
  const defaults = Object.fromEntries(
    rows.flatMap(([key, row]) => (row.default === undefined ? [] : [[key, row.default]])),
  );
  const values = {
    ...defaults,
    ...{ actors: { kind: 'count', count: 1 }, analyzer: LIGHT[1], compare: 'none', quiet: true },
    ...{ out, ...changes },
  } as ReplayValues;
  return replayConfig(inputs, values, []);
}

/** What a run leaves that no machine and no cut may change. */
export interface RunBytes {
  readonly results: string;
  readonly rejects: string;
}

export async function localRun(config: ReplayConfig): Promise<RunBytes> {
  const outcome = await replay(config, {
    ...unattended(),
    stdin: Readable.from([]),
    stdout: new PassThrough(),
  });
  assert.equal(outcome.kind, 'complete');
  return bytesOf(config.output.out, config.output.format);
}

export async function bytesOf(folder: string, format = 'jsonl'): Promise<RunBytes> {
  return {
    results: await readFile(join(folder, `results.${format}`), 'utf8'),
    rejects: await readFile(join(folder, 'rejects.jsonl'), 'utf8'),
  };
}

/** Plans a run in small pieces, so that short inputs are read from their middle, too. */
export async function planned(config: ReplayConfig, slices: number, pieceBytes = 128): Promise<SealedPlan> {
  const plan = await makePlan({ config, slices, pieceBytes }, { ...unattended(), stdin: Readable.from([]) });
  assert.ok(plan !== null);
  return plan;
}

export async function sliceOnce(
  out: string,
  number: number,
  context: Partial<SliceContext> = {},
  actors: ActorCount | null = null,
): Promise<SliceOutcome> {
  const request = { planPath: planPath(out), number, actors };
  return runSlice(request, { ...unattended(), ...context });
}

/** What the parts of a run say together, in order. */
export async function joinedParts(out: string, slices: number): Promise<RunBytes> {
  const names = await readdir(partsFolder(out));
  const parts: RunBytes[] = [];
  for (let number = 1; number <= slices; number++) {
    const name = names.find((one) => partOfName(one)?.slice === number);
    assert.ok(name !== undefined, `there is a part of slice ${number}`);
    parts.push(await bytesOf(join(partsFolder(out), name)));
  }
  const joined = (of: keyof RunBytes): string => parts.map((part) => part[of]).join('');
  return { results: joined('results'), rejects: joined('rejects') };
}

export const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();

/** Lines for so many minutes. */
export function rowsOf(minutes: number, row: (minute: number) => readonly string[]): string {
  return Array.from({ length: minutes }, (_, minute) =>
    row(minute)
      .map((line) => `${line}\n`)
      .join(''),
  ).join('');
}

export const plain = (minute: number): string[] =>
  ['a', 'b'].map((name, i) => `${at(minute)},${name},${(minute * 7 + i) % 11}`);
