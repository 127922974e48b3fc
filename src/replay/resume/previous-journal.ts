import { AiopsError } from '../../core/errors.js';
import { FILE_START, type FilePosition, type InputPosition, type Prefix } from '../../core/input-position.js';
import {
  count,
  flag,
  list,
  nullable,
  number,
  object,
  ShapeError,
  text,
  type Shape,
} from '../../core/shape.js';
import { journalPath, type Commit, type JournalContents } from '../../output/journal.js';
import { digestUpdate, inputSnapshot } from '../../read/snapshot/snapshot-shape.js';
import {
  awaitedTally,
  backendFacts,
  errorCount,
  incidentCounts,
  inputSpec,
  modelFacts,
  processUse,
  programFacts,
  quarantine,
  rejectCount,
  runCounts,
  settings,
} from './fact-shapes.js';
import type { RunCompletion, RunFacts, RunProgress, RunUsage } from './run-facts.js';

export const runFacts: Shape<RunFacts> = object({
  program: programFacts,
  startedAt: text,
  settings,
  serving: settings,
  recording: inputSnapshot,
  model: modelFacts,
  input: inputSpec,
  backend: backendFacts,
});

const prefix: Shape<Prefix> = object({ bytes: count, sha256: text });

const filePosition: Shape<FilePosition> = object(
  { byteOffset: count, line: count, doneLine: count, doneItem: nullable(number) },
  { lastMs: number, prefix },
);

export const inputPosition: Shape<InputPosition> = (value) => (value === 'end' ? value : filePosition(value));

const runUsage: Shape<RunUsage> = object({
  elapsedMs: number,
  comparingMs: number,
  busyMs: number,
  availableMs: number,
  parent: processUse,
  actors: processUse,
});

const runProgress: Shape<RunProgress> = object<
  Omit<RunProgress, 'wholeInputs' | 'awaited' | 'errors'>,
  Required<Pick<RunProgress, 'wholeInputs' | 'awaited' | 'errors'>>
>(
  {
    at: text,
    firstMinuteMs: nullable(number),
    minuteMs: nullable(number),
    counts: runCounts,
    verdicts: count,
    found: count,
    rejects: list(rejectCount),
    positions: list(inputPosition),
    digests: list(nullable(digestUpdate)),
    quarantines: list(quarantine),
    lostInARow: count,
    incidents: incidentCounts,
    usage: runUsage,
    ended: flag,
  },
  { wholeInputs: list(nullable(prefix)), awaited: awaitedTally, errors: list(errorCount) },
);

export const runCompletion: Shape<RunCompletion> = object({
  at: text,
  counts: runCounts,
  summarySha256: text,
});

/** What a previous run's journal says, checked. */
export interface PreviousJournal {
  readonly facts: RunFacts;
  /** Null: the run is not complete. */
  readonly completion: RunCompletion | null;
  /** Checks all commits. @throws AiopsError `config` */
  commits(): readonly RunProgress[];
  /** Checks the last commit only, of what may be thousands; null: there is none. @throws AiopsError `config` */
  lastCommit(): RunProgress | null;
}

/** @throws AiopsError `config` if something is not as this version writes it */
export function previousJournal(folder: string, contents: JournalContents): PreviousJournal {
  const parse = <T>(what: string, shape: Shape<T>, value: unknown): T => {
    try {
      return shape(value);
    } catch (cause) {
      if (!(cause instanceof ShapeError)) throw cause;
      throw new AiopsError('config', `cannot read the ${what} in ${journalPath(folder)}: ${cause.message}`, {
        hint: ({ startOver, anotherFolder }) => `${startOver}, or ${anotherFolder}`,
        cause,
      });
    }
  };
  const facts = parse('run', runFacts, contents.facts);
  const parseCommit = ({ state }: Commit): RunProgress =>
    withInputs(parse('commit', runProgress, state), facts.recording.files.length);
  return {
    facts,
    completion: parse('completion', nullable(runCompletion), contents.completion),
    commits: () => contents.commits.map(parseCommit),
    lastCommit: () => {
      const last = contents.commits.at(-1);
      return last === undefined ? null : parseCommit(last);
    },
  };
}

/** A commit of a run to which inputs were added since: nothing had been read of those, so the run had not ended. */
export function withInputs(commit: RunProgress, inputs: number): RunProgress {
  const { positions, digests } = commit;
  const added = inputs - positions.length;
  if (added <= 0) return commit;
  return {
    ...commit,
    positions: [...positions, ...new Array<FilePosition>(added).fill(FILE_START)],
    digests: [...digests, ...new Array<null>(Math.max(0, inputs - digests.length)).fill(null)],
    ended: false,
  };
}
