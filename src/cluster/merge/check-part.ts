import { isDeepStrictEqual } from 'node:util';

import { AiopsError } from '../../core/errors.js';
import { ShapeError } from '../../core/shape.js';
import { damageText, inspectFiles } from '../../output/check-committed.js';
import type { Files } from '../../output/files.js';
import { entriesOf, ofKind } from '../../output/growing-files.js';
import { readJournal, type JournalContents } from '../../output/journal.js';
import { pathsOf, type GrowingPaths } from '../../output/output-paths.js';
import { previousJournal } from '../../replay/resume/previous-journal.js';
import { hasLabels } from '../../read/snapshot/snapshot.js';
import type { LabelTallies } from '../../replay/report/run-labels.js';
import type { RunProgress } from '../../replay/resume/run-facts.js';
import { readLabels } from '../label-file.js';
import {
  partCompletion,
  partFacts,
  type FileSum,
  type LeftOpen,
  type PartFiles,
  type PartOf,
  type SliceFindings,
} from '../part.js';
import { pieces, sumOf } from '../pieces.js';
import type { SealedPlan, Slice } from '../plan/plan-file.js';
import { partLabelsPath } from '../run-layout.js';
import type { Attempt } from './parts.js';

/** An attempt that the merge can append. */
export interface GoodPart {
  readonly of: PartOf;
  readonly progress: RunProgress;
  readonly paths: GrowingPaths;
  readonly files: PartFiles;
  /** Null: the recording has no labels. */
  readonly labels: LabelTallies | null;
  readonly found: SliceFindings;
}

/** What a part's journal says. */
interface SealedPart extends Omit<GoodPart, 'labels'> {
  readonly labels: FileSum | null;
}

/** Why the merge can't append an attempt: a sentence's end. */
export interface BadPart {
  readonly why: string;
}

/** What an attempt must be. */
export interface Expected {
  readonly plan: Pick<SealedPlan, 'sha256' | 'config' | 'facts'>;
  readonly slice: Pick<Slice, 'number' | 'until'>;
  /** Of the run where the slice begins. */
  readonly open: LeftOpen;
}

/**
 * Reads a part's journal and all of its files.
 *
 * @throws AiopsError `output_io` where something can't be read
 */
export async function checkPart(
  { path }: Attempt,
  expected: Expected,
  files: Files,
): Promise<GoodPart | BadPart> {
  try {
    const journal = await readJournal(path, files);
    if (journal === null) return bad('it has no journal');
    const part = readPart(path, journal);
    if (part === null) return bad('its journal is not complete');
    const found = differenceFrom(expected, part) ?? (await damageOf(journal, part, files));
    return found ?? (await withLabels(part, path, files));
  } catch (error) {
    if (error instanceof ShapeError) return bad(`its journal is damaged: ${error.message}`);
    if (error instanceof AiopsError && error.code === 'config') return bad(error.message);
    throw error;
  }
}

function readPart(path: string, journal: JournalContents): SealedPart | null {
  const progress = previousJournal(path, journal).lastCommit();
  if (progress === null || journal.completion === null) return null;
  const { part } = partFacts(journal.facts);
  const { files, labels = null, found } = partCompletion(journal.metrics)(journal.completion);
  return { of: part, progress, paths: pathsOf(path, journal), files, labels, found };
}

async function withLabels(part: SealedPart, path: string, files: Files): Promise<GoodPart | BadPart> {
  if (part.labels === null) return { ...part, labels: null };
  const file = partLabelsPath(path);
  const labels = await readLabels(file, part.labels, files);
  return labels === null ? bad(`${file} is missing or damaged`) : { ...part, labels };
}

function differenceFrom({ plan, slice, open }: Expected, part: SealedPart): BadPart | null {
  if (part.of.plan !== plan.sha256) return bad('it is of another plan');
  if (part.of.slice !== slice.number) return bad(`it is of slice ${part.of.slice}`);
  if (!endsAsPlanned(part.progress, plan, slice)) return bad('it does not end where the plan says');
  if (hasLabels(plan.facts.recording.files) !== (part.labels !== null))
    return bad('it has no counts of labelled records');
  if (!isDeepStrictEqual(part.of.open, open)) {
    return bad('the slices before it found other rows that crash actors than it assumed');
  }
  return null;
}

function endsAsPlanned(
  { positions, ended }: RunProgress,
  { config }: Expected['plan'],
  { until }: Expected['slice'],
): boolean {
  if (until !== null) return isDeepStrictEqual(positions, until.positions);
  if (config.read.toMs !== null) return ended; // reading stops behind --to, wherever the minute after it closes
  return positions.every((position) => position === 'end');
}

async function damageOf(journal: JournalContents, part: SealedPart, files: Files): Promise<BadPart | null> {
  const last = journal.commits.at(-1);
  if (last === undefined) return bad('its journal is not complete');
  const { damaged } = await inspectFiles(part.paths, last, { state: 'part', files });
  const [first] = damaged;
  if (first !== undefined) return bad(damageText(first));
  for (const [kind, path] of entriesOf(part.paths)) {
    const { bytes, sha256 } = ofKind(part.files, kind);
    const found = await sumOf(pieces(path, files));
    if (found.bytes !== bytes || found.sha256 !== sha256) return bad(`${path} is damaged`);
  }
  return null;
}

function bad(why: string): BadPart {
  return { why };
}
