import { unlessAborted } from '../../../core/abort.js';
import { AiopsError, messageOf, type Notice } from '../../../core/errors.js';
import { sleep } from '../../../core/timer.js';
import { program } from '../../../program/package-files.js';
import { MOST_RETRIES, type FailedSlice } from '../engine.js';
import { DriverLog, lastLine } from './driver-log.js';
import { hasEnded, type JobFacts, type RayJobs } from './jobs.js';
import type { ProgramPackage } from './program-package.js';

/** What a job is to run. */
export interface RayWork {
  /** Absolute, at the same path on all nodes. */
  readonly planPath: string;
  /** Identifies the job: one that runs already is followed. */
  readonly planSha256: string;
  /** Slices without a part. */
  readonly missing: () => Promise<readonly number[]>;
  /** Of each slice, which takes as many processors. */
  readonly actors: number;
  /** Exit statuses after which a slice runs again, as after a signal. */
  readonly retried: readonly number[];
}

export interface RayContext {
  /** Aborted: the job is stopped. */
  readonly signal: AbortSignal;
  readonly onNotice: (notice: Notice) => void;
}

const POLL_MS = 1000;
/** A head node that restarts may be away for so long, ms. */
const AWAY_MS = 300_000;
const STOP_MS = 30_000;

/**
 * Submits a job, or follows one that runs this plan already, until it ends; resolves to the slice that failed for good.
 * A job that failed on its own, such as one whose head node was lost, is submitted again.
 *
 * @throws AiopsError `tool_failed` where the cluster can't be reached, or the job failed for another reason; `config`
 */
export async function runOnRay(
  jobs: RayJobs,
  packed: ProgramPackage,
  work: RayWork,
  context: RayContext,
): Promise<FailedSlice | null> {
  return await new RayRun(jobs, packed, work, context).run();
}

interface Job {
  readonly id: string;
  /** Another command submitted it. */
  readonly isFollowed: boolean;
  readonly log: DriverLog;
}

class RayRun {
  readonly #jobs: RayJobs;
  readonly #packed: ProgramPackage;
  readonly #work: RayWork;
  readonly #context: RayContext;
  /** What the job is to run. */
  #missing: readonly number[] = [];
  #job: Job | null = null;
  /** When the cluster last answered, epoch ms: at the start it must. */
  #seenAtMs = -Infinity;
  /** Jobs that failed one after the other, without a slice being done. */
  #failures = 0;

  constructor(jobs: RayJobs, packed: ProgramPackage, work: RayWork, context: RayContext) {
    this.#jobs = jobs;
    this.#packed = packed;
    this.#work = work;
    this.#context = context;
  }

  async run(): Promise<FailedSlice | null> {
    const { signal } = this.#context;
    for (;;) {
      if (this.#job === null) this.#missing = await this.#work.missing();
      if (this.#missing.length === 0) return null;
      const seen = await this.#look().catch((error: unknown) => {
        if (!this.#mayComeBack(error)) throw error;
        return null;
      });
      if (seen !== null) {
        const { job, facts } = seen;
        if (facts === null || this.#runsAgain(job, facts)) this.#job = null;
        else if (facts.status === 'SUCCEEDED') return null;
        else if (hasEnded(facts)) return failedSlice(job, facts);
      }
      await unlessAborted(sleep(POLL_MS), signal);
      if (signal.aborted) return await this.#stop();
    }
  }

  /** Looks at the job, which begins if there is none; null facts: the head node has forgotten it. */
  async #look(): Promise<{ readonly job: Job; readonly facts: JobFacts | null }> {
    const job = (this.#job ??= await this.#begin());
    const facts = await this.#jobs.find(job.id);
    if (facts !== null && facts.status !== 'PENDING') job.log.take(await this.#jobs.logs(job.id));
    this.#seenAtMs = Date.now();
    return { job, facts };
  }

  #mayComeBack(error: unknown): boolean {
    const isAway = error instanceof AiopsError && error.code === 'tool_failed';
    return isAway && Date.now() - this.#seenAtMs < AWAY_MS;
  }

  /**
   * Submits a job unless one runs this plan already. Each has a name of its own, since Ray may still be ending another.
   */
  async #begin(): Promise<Job> {
    const { onNotice } = this.#context;
    const name = `${program.name}-${this.#work.planSha256.slice(0, 16)}`;
    const log = new DriverLog(onNotice);
    let id = name;
    let known = await this.#jobs.find(id);
    for (let earlier = 1; known !== null && hasEnded(known); earlier++) {
      id = `${name}-${earlier + 1}`;
      known = await this.#jobs.find(id);
    }
    if (known !== null) {
      onNotice({ level: 'info', text: `job ${id} runs this plan already; following it` });
      return { id, isFollowed: true, log };
    }
    const { name: packageName } = this.#packed;
    await this.#jobs.upload(packageName, () => this.#packed.archive());
    const command = entrypoint(this.#work, this.#missing);
    const metadata = { program: program.name };
    await this.#jobs.submit({ id, entrypoint: command, packageName, metadata });
    onNotice({ level: 'info', text: `submitted job ${id}` });
    return { id, isFollowed: false, log };
  }

  /** Whether another job may do what this one did not. */
  #runsAgain({ id, isFollowed, log }: Job, facts: JobFacts): boolean {
    if (facts.status === 'STOPPED') return isFollowed; // the command that submitted it was stopping it
    if (facts.status !== 'FAILED' || log.failed !== null) return false;
    this.#failures = log.hasDone ? 1 : this.#failures + 1;
    if (this.#failures > MOST_RETRIES) return false;
    const text = `job ${id} failed, but none of its slices; it is submitted again: ${lastLine(facts.message ?? '')}`;
    this.#context.onNotice({ level: 'warning', text });
    return true;
  }

  async #stop(): Promise<null> {
    if (this.#job === null) return null;
    const { id } = this.#job;
    const untilMs = Date.now() + STOP_MS;
    try {
      await this.#jobs.stop(id);
      for (let facts = await this.#jobs.find(id); facts !== null && !hasEnded(facts);) {
        if (Date.now() > untilMs) throw new Error(`it still runs after ${STOP_MS / 1000} s`);
        await sleep(POLL_MS);
        facts = await this.#jobs.find(id);
      }
    } catch (error) {
      const text = `could not stop job ${id}: ${messageOf(error)}; stop it with: ray job stop ${id}`;
      this.#context.onNotice({ level: 'warning', text });
    }
    return null;
  }
}

/** Clusters are often started with a Python that only their own PATH names; some have no `python`. */
function entrypoint({ planPath, actors, retried }: RayWork, slices: readonly number[]): string {
  const flags = ['--slices', slices.join(','), '--actors', String(actors)];
  const retries = ['--retries', String(MOST_RETRIES), '--retried', retried.join(',')];
  const python = '"$(command -v python || command -v python3)"';
  return ['exec', python, 'ray_driver.py', quoted(planPath), ...flags, ...retries].join(' ');
}

/** For the shell that runs the entrypoint. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

/** The slice that failed for good. @throws AiopsError `tool_failed` where none did */
function failedSlice({ id, log }: Job, { status, message }: JobFacts): FailedSlice {
  if (log.failed !== null) return log.failed;
  const how = status === 'STOPPED' ? 'was stopped' : 'failed';
  throw new AiopsError('tool_failed', `job ${id} ${how}: ${(message ?? '').trim().slice(-1000)}`, {
    hint: 'the same command runs what is missing again',
  });
}
