import type { Readable } from 'node:stream';

import type { Notice } from '../../core/errors.js';
import { unlessAborted } from '../../core/abort.js';
import { longestMs } from '../../core/grid.js';
import type { InputSpec, ReadyFacts } from '../../core/types.js';
import type { ChosenModel } from '../../model/model-choice.js';
import type { LeftOutput, RunOutput } from '../../output/run-output.js';
import type { Executors } from '../../pool/executors.js';
import type { LoadRequest } from '../../protocol/messages.js';
import { readOptionsFor } from '../../read/model-needs.js';
import { openRecording, type ReadOptions, type Recording } from '../../read/recording.js';
import type { SortScratch } from '../../read/sort/open-sorted.js';
import type { RunSummary } from '../report/run-summary.js';
import type { ReplayConfig } from '../replay-config.js';
import type { ReplayContext, ReplayOutcome } from '../replay-context.js';
import type { RunTotals } from '../totals.js';
import { addsInputs, withAddedInputs } from './added-inputs.js';
import { begunAgain } from './bare-run.js';
import { checkCommittedRejects, judgeAgain } from './complete-run.js';
import { previousJournal, withInputs } from './previous-journal.js';
import { loadLike } from './load-like.js';
import { openAgain, type ComparedRun } from './open-again.js';
import { allRead, lastUnlessOutdated, onceOnlyNotice } from './read-again.js';
import { writtenSummary } from './read-summary.js';
import {
  computingDifferences,
  environmentChange,
  knownDifferences,
  refuseDifferences,
} from './result-settings.js';
import { compareWithSnapshot, keptCommits, planResume, resumeText } from './resume-plan.js';
import { runFacts, type RunCompletion, type RunFacts, type RunProgress } from './run-facts.js';
import { figuresOfAllSessions, figuresOfSession, type RunFigures } from './run-figures.js';

/** All that a session needs to know of earlier ones: what an output holds of the same run, if anything. */
export interface PreviousRun extends AsyncDisposable {
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
  /** Completes the last line of the journal. @param notices of the summary @throws AiopsError `output_io` */
  completion?(completion: RunCompletion, notices: readonly Notice[]): Promise<RunCompletion>;
}

/** What a command asks for, and where. */
export interface Asked extends Pick<ReplayContext, 'stdin' | 'onNotice' | 'settingText'> {
  readonly output: LeftOutput;
  readonly config: ReplayConfig;
  readonly model: ChosenModel;
  readonly scratch: SortScratch;
}

/**
 * Looks whether the output holds a run of this command.
 *
 * @throws AiopsError `config` where it holds another run, or where an input has changed; `output_io` where files of a
 *   complete run have lost what was committed
 */
export async function findPreviousRun(asked: Asked): Promise<PreviousRun> {
  const { output, config, model, onNotice, settingText } = asked;
  const { previous } = output;
  if (previous === null || config.backfill.restart) return new NoPreviousRun(asked);
  const again = await begunAgain(asked);
  if (again !== null) {
    onNotice(again);
    return new NoPreviousRun(asked, true);
  }
  const journal = previousJournal(config.output.out, previous);
  const { facts, completion } = journal;
  const inputs = Math.max(facts.recording.files.length, config.inputs.length);
  const commits = journal.commits().map((commit) => withInputs(commit, inputs));
  refuseDifferences(knownDifferences(facts, config, model, settingText), config.output.out);
  const compared = await compareWithSnapshot(facts, commits, config, onNotice);
  const { changes } = compared;
  const { recording, firstMs } = addsInputs(facts, config.inputs)
    ? await withAddedInputs(facts, compared.recording, commits, config, onNotice)
    : { recording: compared.recording, firstMs: Infinity };
  const lookBackMs = longestMs(
    facts.recording.grid,
    readOptionsFor(config.read, facts.input).lookBackIntervals,
  );
  const plan = planResume(commits, changes, lookBackMs, firstMs);
  const progress = commits[plan.commit] ?? null;
  const read = allRead(commits.at(-1));
  const last = lastUnlessOutdated(commits, changes, plan, read);
  return new ResumableRun(asked, {
    ...{ facts, recording, changes, plan, read, lookBackMs, progress },
    kept: keptCommits(commits.slice(0, plan.commit + 1), lookBackMs),
    resumed: previous.resumed,
    last,
    summary: await completeSummary(output, config.output.out, completion, last),
  });
}

/** Null where something is left to do, even if that is only a `timing.json` that got lost. */
async function completeSummary(
  output: LeftOutput,
  out: string,
  completion: RunCompletion | null,
  last: RunProgress | null,
): Promise<RunSummary | null> {
  if (completion === null || last?.ended !== true) return null;
  await output.checkCommitted();
  return writtenSummary(out, completion);
}

class NoPreviousRun implements PreviousRun {
  readonly progress = null;
  readonly sessions = { resumed: 0, earlierMinutes: 0 };
  readonly input = null;
  readonly isPart = false;
  readonly interrupted: ReplayOutcome;
  readonly #asked: Asked;

  constructor(asked: Asked, isAgain = false) {
    this.#asked = asked;
    this.interrupted = { kind: 'interrupted', minutes: 0, dropped: 0, resumable: isAgain };
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

  async [Symbol.asyncDispose](): Promise<void> {
    // holds nothing
  }
}

interface Found extends ComparedRun {
  readonly facts: RunFacts;
  /** Its last commit, even if that is known to be good only once standard input was read again; null: it is not. */
  readonly last: RunProgress | null;
  /** Indexes of its commits that a later session may need. */
  readonly kept: ReadonlySet<number>;
  /** How often it was resumed. */
  readonly resumed: number;
  /** Null: something is left to do. Otherwise inputs that can be read only once may still show that. */
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
  #opened: Recording | null = null;

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
    const { output, config, model, stdin, scratch, onNotice } = this.#asked;
    const { facts, summary, last } = this.#found;
    if (summary === null || last === null) return null;
    if (this.progress?.ended !== true) {
      const options = readOptionsFor(config.read, facts.input);
      const again = await unlessAborted(this.openRecording(options, stdin, scratch), signal);
      if (again === null) {
        stdin.destroy(); // reading may be waiting for it
        return this.interrupted;
      }
      if (again.againState() !== 'same') return null;
    }
    // Only actors know what an analyzer is.
    const ready = model.digest === null ? await executors.start(signal) : facts;
    if (ready === null) return this.interrupted;
    refuseDifferences(computingDifferences(facts, ready), config.output.out);
    return {
      kind: 'done-before',
      summary: await judgeAgain(config, output, { summary, last }, onNotice),
    };
  }

  async check(): Promise<void> {
    const { output, config } = this.#asked;
    await output.preflight({ replace: false });
    if (this.progress !== null) checkCommittedRejects(this.progress, config.maxRejects);
  }

  async openRecording(options: ReadOptions, stdin: Readable, scratch: SortScratch): Promise<Recording> {
    if (this.#opened !== null) return this.#opened;
    const { inputs } = this.#asked.config;
    return (this.#opened = await openAgain(inputs, this.#found, options, { stdin, scratch }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened?.close();
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
