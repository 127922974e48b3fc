import type { Readable } from 'node:stream';

import type { Notice } from '../../core/errors.js';
import { longestMs } from '../../core/grid.js';
import { inputName } from '../../core/input-position.js';
import type { InputSpec, ReadyFacts } from '../../core/types.js';
import { program } from '../../program/package-files.js';
import type { ChosenModel } from '../../model/model-choice.js';
import type { LeftOutput, RunOutput } from '../../output/run-output.js';
import type { Executors } from '../../pool/executors.js';
import type { LoadRequest } from '../../protocol/messages.js';
import { readOptionsFor } from '../../read/open-windows.js';
import { openRecording, reopenRecording, type ReadOptions, type Recording } from '../../read/recording.js';
import type { InputSnapshot } from '../../read/snapshot/snapshot.js';
import type { SortScratch } from '../../read/sort/open-sorted.js';
import type { RunSummary } from '../report/run-summary.js';
import type { ReplayConfig } from '../replay-config.js';
import type { ReplayOutcome } from '../replay-context.js';
import type { RunTotals } from '../totals.js';
import { addsInputs, withAddedInputs } from './added-inputs.js';
import { checkCommittedRejects, judgeAgain } from './complete-run.js';
import { previousJournal, withInputs } from './previous-journal.js';
import { loadLike } from './load-like.js';
import { writtenSummary } from './read-summary.js';
import {
  computingDifferences,
  environmentChange,
  knownDifferences,
  refuseDifferences,
} from './result-settings.js';
import { compareWithSnapshot, keptCommits, planResume, resumeText, type ResumePlan } from './resume-plan.js';
import type { RunCompletion, RunFacts, RunProgress } from './run-facts.js';
import { figuresOfAllSessions, figuresOfSession, type RunFigures } from './run-figures.js';

/** All that a session needs to know of earlier ones: what an output holds of the same run, if anything. */
export interface PreviousRun {
  /** Where the run stood at the commit that this session resumes from; null: this session starts from nothing. */
  readonly progress: RunProgress | null;
  /** For the summary. */
  readonly sessions: RunSummary['sessions'];
  /** What an item is; null: not known yet. */
  readonly input: InputSpec | null;
  /** The outcome of a session that is interrupted before its first minute. */
  readonly interrupted: ReplayOutcome;
  /** Whether the run is a part of another one, which is judged and shown as a whole. */
  readonly isPart: boolean;
  /** What actors are to load: what the settings leave open is as it was chosen when the run began. */
  loadLike(load: LoadRequest): LoadRequest;
  /**
   * The outcome of this session if the run is complete already; null if something is left to do.
   *
   * @throws AiopsError `config` where the model is another one; `reject_limit`
   */
  outcome(executors: Executors, signal: AbortSignal): Promise<ReplayOutcome | null>;
  /** @throws AiopsError where the output could not be written, or holds too many rejects already */
  check(): Promise<void>;
  /** Opens the inputs at their beginning, or where this session resumes. @throws AiopsError of reading */
  openRecording(options: ReadOptions, stdin: Readable, scratch: SortScratch): Promise<Recording>;
  /** @throws AiopsError `config` where the model or backend is another one */
  checkReady(ready: ReadyFacts): void;
  /**
   * Begins the output, or continues it.
   *
   * @throws AiopsError as `checkReady` does; `output_cannot_create`, `output_io`
   */
  begin(output: RunOutput, recording: Recording, ready: ReadyFacts): Promise<void>;
  /** @throws AiopsError `output_io` where what earlier sessions wrote can't be read */
  figures(output: RunOutput, totals: RunTotals, recording: Recording): Promise<RunFigures>;
  /** Completes the last line of the journal. @throws AiopsError `output_io` */
  completion?(completion: RunCompletion): Promise<RunCompletion>;
}

/** What a command asks for, and where. */
export interface Asked {
  readonly output: LeftOutput;
  readonly config: ReplayConfig;
  readonly model: ChosenModel;
  readonly onNotice: (notice: Notice) => void;
}

/**
 * Looks whether the output holds a run of this command.
 *
 * @throws AiopsError `config` where it holds another run, or where an input has changed; `output_io` where files of a
 *   complete run have lost what was committed
 */
export async function findPreviousRun(asked: Asked): Promise<PreviousRun> {
  const { output, config, model, onNotice } = asked;
  const { previous } = output;
  if (previous === null || config.backfill.restart) return new NoPreviousRun(asked);
  const journal = previousJournal(config.output.out, previous);
  const { facts, completion } = journal;
  const inputs = Math.max(facts.recording.files.length, config.inputs.length);
  const commits = journal.commits().map((commit) => withInputs(commit, inputs));
  refuseDifferences(knownDifferences(facts, config, model), config.output.out);
  const compared = await compareWithSnapshot(facts, commits, config, onNotice);
  const { changes } = compared;
  const { recording, firstMs } = addsInputs(facts, config.inputs)
    ? await withAddedInputs(facts, compared.recording, commits.at(-1), config, onNotice)
    : { recording: compared.recording, firstMs: Infinity };
  const lookBackMs = longestMs(
    facts.recording.grid,
    readOptionsFor(config.read, facts.input).lookBackIntervals,
  );
  const plan = planResume(commits, changes, lookBackMs, firstMs);
  const progress = commits[plan.commit] ?? null;
  return new ResumableRun(asked, {
    ...{ facts, recording, plan, progress },
    kept: keptCommits(commits.slice(0, plan.commit + 1), lookBackMs),
    resumed: previous.resumed,
    summary: await completeSummary(output, config.output.out, completion, progress),
  });
}

/** Null where something is left to do, even if that is only a `timing.json` that got lost. */
async function completeSummary(
  output: LeftOutput,
  out: string,
  completion: RunCompletion | null,
  progress: RunProgress | null,
): Promise<RunSummary | null> {
  if (completion === null || progress?.ended !== true) return null;
  await output.checkCommitted();
  return writtenSummary(out, completion);
}

class NoPreviousRun implements PreviousRun {
  readonly progress = null;
  readonly sessions = { resumed: 0, earlierMinutes: 0 };
  readonly input = null;
  readonly isPart = false;
  readonly interrupted = { kind: 'interrupted', minutes: 0, dropped: 0, resumable: false } as const;
  readonly #asked: Asked;

  constructor(asked: Asked) {
    this.#asked = asked;
  }

  loadLike(load: LoadRequest): LoadRequest {
    return load;
  }

  async outcome(): Promise<null> {
    return null;
  }

  async check(): Promise<void> {
    const { output, config } = this.#asked;
    await output.preflight({ replace: config.backfill.restart });
  }

  openRecording(options: ReadOptions, stdin: Readable, scratch: SortScratch): Promise<Recording> {
    return openRecording(this.#asked.config.inputs, options, stdin, scratch);
  }

  checkReady(): void {
    // any will do
  }

  async begin(output: RunOutput, recording: Recording, ready: ReadyFacts): Promise<void> {
    const { config, onNotice } = this.#asked;
    const facts = runFacts(config, recording, ready, new Date().toISOString());
    const notice = onceOnlyNotice(facts.recording, config);
    if (notice !== null) onNotice(notice);
    await output.begin(facts, { replace: config.backfill.restart });
  }

  async figures(_output: RunOutput, totals: RunTotals): Promise<RunFigures> {
    return figuresOfSession(totals);
  }
}

interface Found {
  readonly facts: RunFacts;
  /** How its inputs are read, and what it has read of them. */
  readonly recording: InputSnapshot;
  readonly plan: ResumePlan;
  readonly progress: RunProgress | null;
  /** Indexes of its commits that a later session may need. */
  readonly kept: ReadonlySet<number>;
  /** How often it was resumed. */
  readonly resumed: number;
  /** Null: something is left to do. */
  readonly summary: RunSummary | null;
}

class ResumableRun implements PreviousRun {
  readonly progress: RunProgress | null;
  readonly sessions: RunSummary['sessions'];
  readonly input: InputSpec;
  readonly isPart = false;
  readonly interrupted: ReplayOutcome;
  readonly #asked: Asked;
  readonly #found: Found;

  constructor(asked: Asked, found: Found) {
    this.#asked = asked;
    this.#found = found;
    this.progress = found.progress;
    this.input = found.facts.input;
    const minutes = found.progress?.counts.minutes ?? 0;
    this.sessions = { resumed: found.resumed + 1, earlierMinutes: minutes };
    this.interrupted = { kind: 'interrupted', minutes, dropped: 0, resumable: true };
  }

  loadLike(load: LoadRequest): LoadRequest {
    return loadLike(load, this.#found.facts);
  }

  async outcome(executors: Executors, signal: AbortSignal): Promise<ReplayOutcome | null> {
    const { output, config, model, onNotice } = this.#asked;
    const { facts, summary, progress } = this.#found;
    if (summary === null || progress === null) return null;
    // Only actors know what an analyzer is.
    const ready = model.digest === null ? await executors.start(signal) : facts;
    if (ready === null) return this.interrupted;
    refuseDifferences(computingDifferences(facts, ready), config.output.out);
    return {
      kind: 'done-before',
      summary: await judgeAgain(config, output, { summary, last: progress }, onNotice),
    };
  }

  async check(): Promise<void> {
    const { output, config } = this.#asked;
    await output.preflight({ replace: false });
    if (this.progress !== null) checkCommittedRejects(this.progress, config.maxRejects);
  }

  openRecording(options: ReadOptions, stdin: Readable, scratch: SortScratch): Promise<Recording> {
    const { recording, plan } = this.#found;
    const { inputs } = this.#asked.config;
    return reopenRecording(inputs, options, stdin, recording, plan.readFrom, scratch);
  }

  checkReady(ready: ReadyFacts): void {
    refuseDifferences(computingDifferences(this.#found.facts, ready), this.#asked.config.output.out);
  }

  async begin(output: RunOutput, recording: Recording, ready: ReadyFacts): Promise<void> {
    const { config, onNotice } = this.#asked;
    const { facts, plan, kept, progress } = this.#found;
    this.checkReady(ready);
    const change = environmentChange(facts, ready);
    if (change !== null) onNotice({ level: 'warning', text: change });
    await output.resume(plan.commit, runFacts(config, recording, ready, facts.startedAt), kept);
    onNotice({ level: 'info', text: resumeText(progress) });
  }

  async figures(output: RunOutput, totals: RunTotals, recording: Recording): Promise<RunFigures> {
    if (this.progress === null) return figuresOfSession(totals);
    const { config } = this.#asked;
    const of = { hasLabels: recording.hasLabels, before: this.progress };
    return figuresOfAllSessions(output, config.output, totals, of);
  }
}

export function runFacts(
  config: Pick<ReplayConfig, 'journaled'>,
  recording: Pick<Recording, 'snapshot'>,
  { model, input, backend }: Pick<ReadyFacts, 'model' | 'input' | 'backend'>,
  startedAt: string,
): RunFacts {
  return {
    program,
    startedAt,
    settings: config.journaled.results,
    serving: config.journaled.serving,
    recording: recording.snapshot(),
    model,
    input,
    backend,
  };
}

/** About inputs that cannot be opened a second time; null: there are none, or there is nothing to resume. */
function onceOnlyNotice({ files, isLive }: InputSnapshot, { output, inputs }: ReplayConfig): Notice | null {
  const onceOnly = inputs.filter((_, i) => files[i]?.identity === null);
  if (onceOnly.length === 0 || output.out === '-') return null;
  const names = onceOnly.map(inputName).join(', ');
  const text = isLive
    ? `${names}: a live feed, so this run can't be resumed if it ends early; what it has written is kept`
    : `${names}: to resume this run if it ends early, pipe in the same bytes from the start`;
  return { level: 'info', text };
}
