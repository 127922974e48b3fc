import { createReadStream } from 'node:fs';
import { hostname } from 'node:os';
import type { Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';

import { AiopsError, messageOf, type Notice } from '../../core/errors.js';
import type { InputSpec, ReadyFacts } from '../../core/types.js';
import { nodeFiles } from '../../output/files.js';
import { entriesOf, type GrowingKind } from '../../output/growing-files.js';
import { growingPaths } from '../../output/output-paths.js';
import type { RunOutput } from '../../output/run-output.js';
import type { LoadRequest } from '../../protocol/messages.js';
import type { ReadOptions } from '../../read/options.js';
import type { Recording } from '../../read/recording.js';
import type { ReplayOutcome } from '../../replay/replay-context.js';
import type { RunLabels } from '../../replay/report/run-labels.js';
import { loadLike } from '../../replay/resume/load-like.js';
import type { Asked, PreviousRun } from '../../replay/resume/previous-run.js';
import { computingDifferences, environmentChange } from '../../replay/resume/result-settings.js';
import type { RunCompletion, RunProgress } from '../../replay/resume/run-facts.js';
import { figuresOfSession, type RunFigures } from '../../replay/resume/run-figures.js';
import type { RunTotals } from '../../replay/totals.js';
import { NO_USAGE } from '../../replay/usage-meter.js';
import { writeLabels } from '../label-file.js';
import type { FileSum, LeftOpen, PartCompletion, PartFacts, PartFiles } from '../part.js';
import { sumOf } from '../pieces.js';
import type { SealedPlan, Slice } from '../plan/plan-file.js';
import { partLabelsPath } from '../run-layout.js';
import { openSlice } from './open-slice.js';

/** An attempt at a slice. */
export interface Attempt {
  readonly plan: SealedPlan;
  readonly slice: Slice;
  readonly name: string;
  readonly open: LeftOpen;
}

/** What comes before a slice, as if an earlier session of the run had committed it: the plan says how it left off. */
export class SliceRun implements PreviousRun {
  readonly isPart = true;
  readonly progress: RunProgress;
  readonly input: InputSpec;
  readonly sessions = { resumed: 0, earlierMinutes: 0 };
  readonly interrupted = { kind: 'interrupted', minutes: 0, dropped: 0, resumable: false } as const;
  readonly #asked: Asked;
  readonly #attempt: Attempt;
  /** Null: the recording has none. */
  #labels: RunLabels | null = null;
  #recording: Recording | null = null;

  constructor(asked: Asked, attempt: Attempt) {
    this.#asked = asked;
    this.#attempt = attempt;
    this.progress = {
      ...NOTHING_DONE,
      positions: attempt.slice.from?.positions ?? [],
      ...attempt.open,
    };
    this.input = attempt.plan.facts.input;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // holds nothing
  }

  loadLike(load: LoadRequest): LoadRequest {
    return loadLike(load, this.#attempt.plan.facts);
  }

  async outcome(): Promise<ReplayOutcome | null> {
    return null;
  }

  async check(): Promise<void> {
    await this.#asked.output.preflight({ replace: false });
  }

  async openRecording(options: ReadOptions, stdin: Readable): Promise<Recording> {
    const { plan, slice } = this.#attempt;
    const { inputs } = this.#asked.config;
    const { facts, awaited } = plan;
    const of = { inputs, recording: facts.recording, awaited };
    return (this.#recording = await openSlice(of, slice, options, stdin));
  }

  checkReady(ready: ReadyFacts): void {
    const { facts } = this.#attempt.plan;
    const differences = computingDifferences(facts, ready);
    const change = differences.length > 0 ? differences.join('; ') : environmentChange(facts, ready);
    if (change === null && isDeepStrictEqual(facts.backend, ready.backend)) return;
    throw new AiopsError(
      'config',
      `this machine would not compute what the plan says: ${change ?? 'another backend'}`,
      {
        hint: 'run all slices with the same model, versions and kind of processor as the plan, or make the plan on this kind of machine',
      },
    );
  }

  async begin(output: RunOutput, _recording: Recording, ready: ReadyFacts): Promise<void> {
    const { plan, slice, name, open } = this.#attempt;
    this.checkReady(ready);
    const part = { plan: plan.sha256, slice: slice.number, attempt: name, host: hostname(), open };
    const facts: PartFacts = { ...plan.facts, startedAt: new Date().toISOString(), part };
    await output.begin(facts, { replace: false });
  }

  async figures(_output: RunOutput, totals: RunTotals, { hasLabels }: Recording): Promise<RunFigures> {
    if (hasLabels) this.#labels = totals.labels;
    return figuresOfSession(totals);
  }

  async completion(completion: RunCompletion, notices: readonly Notice[]): Promise<PartCompletion> {
    const { output } = this.#asked.config;
    const recording = this.#recording;
    if (recording === null) throw new Error('a part is complete before its recording was opened');
    const sums: (readonly [GrowingKind, FileSum])[] = [];
    for (const [kind, path] of entriesOf(growingPaths(output.out, output, null)))
      sums.push([kind, await sumOfFile(path)]);
    const labels =
      this.#labels && (await writeLabels(partLabelsPath(output.out), this.#labels.tallies(), nodeFiles));
    return {
      ...completion,
      found: {
        met: recording.extent().targets,
        columns: recording.columnsSeen(),
        warnings: unplannedWarnings(this.#attempt.plan, notices),
      },
      files: Object.fromEntries(sums) as PartFiles,
      ...(labels === null ? {} : { labels }),
    };
  }
}

function unplannedWarnings(plan: SealedPlan, notices: readonly Notice[]): string[] {
  const planned = new Set(plan.notices.map(({ text }) => text));
  return notices.flatMap(({ level, text }) => (level === 'warning' && !planned.has(text) ? text : []));
}

const NOTHING_DONE: Omit<RunProgress, 'positions' | keyof LeftOpen> = {
  at: '',
  firstMinuteMs: null,
  minuteMs: null,
  counts: {
    ...{ records: 0, accepted: 0, merged: 0, rejected: 0, filtered: 0 },
    ...{ minutes: 0, rows: 0, ok: 0, warmup: 0, error: 0, anomalies: 0 },
  },
  ...{ verdicts: 0, found: 0, rejects: [], digests: [], usage: NO_USAGE, ended: false },
  incidents: { lost: 0, grown: 0, retried: 0, isolated: 0, quarantined: 0 },
};

/** Of a file that must exist. @throws AiopsError `output_io` */
async function sumOfFile(path: string): Promise<FileSum> {
  try {
    return await sumOf(createReadStream(path) as AsyncIterable<Buffer>);
  } catch (cause) {
    throw new AiopsError('output_io', `cannot read ${path}: ${messageOf(cause)}`, { cause });
  }
}
