import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';

import { writeLabels } from '#build/cluster/label-file.js';
import {
  NOTHING_OPEN,
  type FileSum,
  type LeftOpen,
  type PartFacts,
  type PartFiles,
  type SliceFindings,
} from '#build/cluster/part.js';
import type { Cut, SealedPlan, Slice } from '#build/cluster/plan/plan-file.js';
import { partLabelsPath, partName, partsFolder, unfinishedPart } from '#build/cluster/run-layout.js';
import type { RejectCount, RunCounts } from '#build/core/counts.js';
import type { Reject } from '#build/core/types.js';
import { hasLabels } from '#build/read/snapshot/snapshot.js';
import { makeFolder } from '#build/output/durable-files.js';
import { nodeFiles, type Files } from '#build/output/files.js';
import { type FolderOutput } from '#build/output/folder-output.js';
import {
  entriesOf,
  headerOf,
  metricsOf,
  ofKind,
  perFile,
  type GrowingKind,
  type PerFile,
} from '#build/output/growing-files.js';
import { readJournal, type Commit } from '#build/output/journal.js';
import { openFolderOutput } from '#build/output/open-output.js';
import { pathsOf } from '#build/output/output-paths.js';
import type { ReplayConfig } from '#build/replay/replay-config.js';
import { settingText } from '#build/cli/journaled.js';
import type { ReplayContext } from '#build/replay/replay-context.js';
import { RunLabels, type LabelTallies } from '#build/replay/report/run-labels.js';
import { previousJournal } from '#build/replay/resume/previous-journal.js';
import { readResults } from '#build/replay/resume/read-results.js';
import type { RunProgress } from '#build/replay/resume/run-facts.js';
import { NO_USAGE } from '#build/replay/usage-meter.js';
import { replay } from '#build/replay/replay.js';

import { rowsOf } from './rows.js';

/** A local run that was cut into slices at some of its commits. */
export interface CutRun {
  readonly plan: SealedPlan;
  readonly config: ReplayConfig;
  /** The files of the local run, by what they hold. */
  readonly local: PerFile<Buffer>;
  readonly commits: readonly Commit[];
  /** Its commits at which slices end. */
  readonly ends: readonly number[];
}

/** What a test changes about a part. */
export interface PartChanges {
  readonly plan?: string;
  readonly host?: string;
  /** What it assumes. */
  readonly open?: Partial<LeftOpen>;
  /** What it leaves open. */
  readonly found?: Partial<LeftOpen>;
  /** False: it has no counts of labelled records, although its recording has labels. */
  readonly hasLabels?: false;
}

/** Runs a replay that commits every minute. */
export async function runLocally(
  config: ReplayConfig,
  context: Partial<ReplayContext> = {},
): Promise<ReplayConfig> {
  const backfill = { ...config.backfill, commitIntervalMs: 0 };
  await replay(
    { ...config, backfill },
    {
      ...{ stdin: Readable.from([]), stdout: new PassThrough() },
      ...{ signal: new AbortController().signal, graceOver: new AbortController().signal },
      ...{ onNotice: ignore, onReady: ignore, onWritten: ignore, onActorLine: ignore, settingText },
      ...context,
    },
  );
  return config;
}

/** Cuts what such a run wrote into slices of a run in another folder. */
export async function cutRun(config: ReplayConfig, slices: number, out: string): Promise<CutRun> {
  const folder = config.output.out;
  const journal = await readJournal(folder);
  if (journal === null) throw new Error(`${folder} has no journal`);
  const { facts } = previousJournal(folder, journal);
  const { commits } = journal;
  const ends = Array.from({ length: slices }, (_, i) => Math.floor(((i + 1) * commits.length) / slices) - 1);
  const paths = pathsOf(folder, journal);
  const cutAt = (commit: number | undefined): Cut | null =>
    commit === undefined
      ? null
      : {
          minuteMs: stateOf(commits[commit]!).minuteMs ?? NaN,
          positions: stateOf(commits[commit]!).positions,
        };
  const sliced = ends.map((end, i): Slice => ({
    ...{ number: i + 1, from: cutAt(ends[i - 1]), readFrom: null },
    ...{ until: i + 1 === slices ? null : cutAt(end), passes: [], bytes: 1 },
  }));
  const merged = { ...config, output: { ...config.output, out } };
  return {
    plan: { config: merged, folder: '/', facts, slices: sliced, sha256: 'plan', notices: [], awaited: [] },
    config: merged,
    local: perFile(metricsOf(paths), (kind) => readFileSync(ofKind(paths, kind))),
    ...{ commits, ends },
  };
}

/** Writes the part of a slice as an attempt at it would. */
export async function writePart(
  cut: CutRun,
  number: number,
  attempt: string,
  changes: PartChanges = {},
  files: Files = nodeFiles,
): Promise<void> {
  const { plan, config, commits, ends } = cut;
  const [before, end] = [commits[ends[number - 2] ?? -1], commits[ends[number - 1]!]!];
  const folder = unfinishedPart(config.output.out, number, attempt);
  await makeFolder(folder, files);
  const output = await openFolderOutput(
    { ...config.output, out: folder, rejectsFile: null, isPart: true },
    { files },
  );
  const { host = 'here', open = {} } = changes;
  const part = {
    plan: changes.plan ?? plan.sha256,
    slice: number,
    attempt,
    host,
    open: { ...NOTHING_OPEN, ...open },
  };
  await output.begin({ ...plan.facts, part } satisfies PartFacts, { replace: false });
  const sums = await writeFiles(output, cut, before, end);
  const labels =
    hasLabels(plan.facts.recording.files) && changes.hasLabels !== false
      ? { labels: await writeLabels(partLabelsPath(folder), await labelsIn(cut, before, end), files) }
      : {};
  const state = { ...since(before, end, cut.local.rejects), ...NOTHING_OPEN, ...changes.found };
  await output.commit(state);
  const { counts } = state;
  const found = {
    met: { count: 3, isMore: false, hasNamed: true, hasSelected: true },
    columns: { late: [], awaited: { hasRecords: false, waiting: [] } },
    warnings: [],
  } satisfies SliceFindings;
  await output.finish(
    { summary: '{}', page: null },
    { at: '2026-01-01T00:00:00.000Z', counts, summarySha256: '', files: sums, found, ...labels },
  );
  await output.close();
  await files.remove(join(folder, 'timing.json'));
  await files.rename(folder, join(partsFolder(config.output.out), partName(number, attempt)));
}

async function writeFiles(
  output: FolderOutput,
  { local, config }: CutRun,
  before: Commit | undefined,
  end: Commit,
): Promise<PartFiles> {
  const sums = new Map<GrowingKind, FileSum>();
  for (const [kind, written] of entriesOf(local)) {
    const header = Buffer.from(headerOf(kind, config.output.format));
    const bytes = written.subarray(before?.lengths[kind] ?? header.length, end.lengths[kind]);
    await output.append(kind, bytes);
    const all = Buffer.concat([header, bytes]);
    sums.set(kind, { bytes: all.length, sha256: createHash('sha256').update(all).digest('hex') });
  }
  return Object.fromEntries(sums) as PartFiles;
}

/** The labelled records of the results between two commits, which have one metric. */
async function labelsIn(
  { local, config }: CutRun,
  before: Commit | undefined,
  end: Commit,
): Promise<LabelTallies> {
  const { format } = config.output;
  const start = before?.lengths.results ?? Buffer.byteLength(headerOf('results', format));
  const lines = local.results.subarray(start, end.lengths.results).toString().trimEnd().split('\n');
  const output = {
    async *committed() {
      yield lines.map((text, i) => ({ number: i + 1, text }));
    },
  };
  const labels = new RunLabels();
  for await (const results of readResults(output, { format, place: 'results', flaggedOnly: false }))
    for (const result of results) labels.add([result], rowsOf([result]));
  return labels.tallies();
}

function stateOf({ state }: Commit): RunProgress {
  return state as RunProgress;
}

/** What a run did between two of its commits, as a run that counts from zero. */
function since(before: Commit | undefined, end: Commit, rejected: Buffer): RunProgress {
  const now = stateOf(end);
  if (before === undefined) return { ...now, usage: NO_USAGE, ended: true };
  const then = stateOf(before);
  const counts = Object.fromEntries(
    Object.entries(now.counts).map(([key, value]) => [key, value - then.counts[key as keyof RunCounts]]),
  ) as unknown as RunCounts;
  const lines = rejected.subarray(before.lengths.rejects, end.lengths.rejects).toString().trimEnd();
  return {
    ...now,
    ...{ counts, verdicts: now.verdicts - then.verdicts, found: now.found - then.found },
    firstMinuteMs: (then.minuteMs ?? NaN) + 60_000,
    rejects: tallied(lines === '' ? [] : lines.split('\n')),
    ...{ usage: NO_USAGE, ended: true },
  };
}

function tallied(lines: readonly string[]): RejectCount[] {
  const counts = new Map<string, RejectCount>();
  for (const line of lines) {
    const { reason, file, line: number, message } = JSON.parse(line) as Reject & Reject['source'];
    const known = counts.get(reason);
    const example = known?.example ?? { file, line: number, message };
    counts.set(reason, { reason, count: (known?.count ?? 0) + 1, example });
  }
  return [...counts.values()];
}

function ignore(): void {
  // not looked at here
}
