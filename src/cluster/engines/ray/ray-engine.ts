import { unlessAborted } from '../../../core/abort.js';
import { AiopsError, type Notice } from '../../../core/errors.js';
import { count, number, object, ShapeError, text } from '../../../core/shape.js';
import { sleep } from '../../../core/timer.js';
import { program } from '../../../program/package-files.js';
import type { FailedSlice } from '../engine.js';
import { hasEnded, type JobFacts, type RayJobs } from './jobs.js';
import type { ProgramPackage } from './program-package.js';

/** What a job is to run. */
export interface RayWork {
  /** Absolute, at the same path on all nodes. */
  readonly planPath: string;
  /** Identifies the job: one that runs already is followed. */
  readonly planSha256: string;
  readonly slices: readonly number[];
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
 *
 * @throws AiopsError `tool_failed` where the cluster can't be reached, or the job failed for another reason; `config`
 */
export async function runOnRay(
  jobs: RayJobs,
  packed: ProgramPackage,
  work: RayWork,
  { signal, onNotice }: RayContext,
): Promise<FailedSlice | null> {
  let id = await submitOnce(jobs, packed, work, onNotice);
  const log = new DriverLog(onNotice);
  let seenAtMs = Date.now();
  for (;;) {
    await unlessAborted(sleep(POLL_MS), signal);
    if (signal.aborted) return await stop(jobs, id);
    const facts = await lookAt(jobs, id, log).catch((error: unknown) => {
      if (Date.now() - seenAtMs > AWAY_MS) throw error;
      return 'away' as const;
    });
    if (facts === 'away') continue;
    seenAtMs = Date.now();
    // The head node has forgotten it.
    if (facts === null) id = await submitOnce(jobs, packed, work, onNotice);
    else if (facts.status === 'SUCCEEDED') return null;
    else if (hasEnded(facts)) return log.failure(id, facts);
  }
}

/**
 * Submits a job unless one runs this plan already; resolves to its name. Each job has a name of its own, since Ray may
 * still be ending the one before.
 */
async function submitOnce(
  jobs: RayJobs,
  packed: ProgramPackage,
  { planPath, planSha256, slices, actors, retried }: RayWork,
  onNotice: RayContext['onNotice'],
): Promise<string> {
  const name = `${program.name}-${planSha256.slice(0, 16)}`;
  let id = name;
  let known = await jobs.find(id);
  for (let earlier = 1; known !== null && hasEnded(known); earlier++) {
    id = `${name}-${earlier + 1}`;
    known = await jobs.find(id);
  }
  if (known !== null) {
    onNotice({ level: 'info', text: `job ${id} runs this plan already; following it` });
    return id;
  }
  await jobs.upload(packed.name, () => packed.archive());
  const flags = ['--slices', slices.join(','), '--actors', String(actors), '--retried', retried.join(',')];
  const entrypoint = ['python', 'ray_driver.py', quoted(planPath), ...flags].join(' ');
  await jobs.submit({ id, entrypoint, packageName: packed.name, metadata: { program: program.name } });
  onNotice({ level: 'info', text: `submitted job ${id}` });
  return id;
}

/** For the shell that runs the entrypoint. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

async function lookAt(jobs: RayJobs, id: string, log: DriverLog): Promise<JobFacts | null> {
  const facts = await jobs.find(id);
  if (facts !== null && facts.status !== 'PENDING') log.take(await jobs.logs(id));
  return facts;
}

async function stop(jobs: RayJobs, id: string): Promise<null> {
  await jobs.stop(id);
  const untilMs = Date.now() + STOP_MS;
  for (let facts = await jobs.find(id); facts !== null && !hasEnded(facts) && Date.now() < untilMs;) {
    await sleep(POLL_MS);
    facts = await jobs.find(id);
  }
  return null;
}

const driverEvent = object(
  { event: text, slice: count },
  { seconds: number, node: text, status: number, log: text },
);

/** The driver's log: what is new in it becomes notices. */
class DriverLog {
  readonly #onNotice: RayContext['onNotice'];
  #taken = 0;
  #failed: FailedSlice | null = null;

  constructor(onNotice: RayContext['onNotice']) {
    this.#onNotice = onNotice;
  }

  /** @param whole the log so far */
  take(whole: string): void {
    const end = whole.lastIndexOf('\n') + 1;
    if (end < this.#taken) this.#taken = 0; // of a job that was submitted again
    const lines = whole.slice(this.#taken, end).split('\n');
    this.#taken = end;
    for (const line of lines.filter((each) => each.startsWith('{"event"'))) this.#enter(line);
  }

  /** The slice that failed. @throws AiopsError `tool_failed` where none did */
  failure(id: string, { status, message }: JobFacts): FailedSlice {
    if (this.#failed !== null) return this.#failed;
    const how = status === 'STOPPED' ? 'was stopped' : 'failed';
    throw new AiopsError('tool_failed', `job ${id} ${how}: ${(message ?? '').trim().slice(-1000)}`, {
      hint: 'the same command runs what is missing again',
    });
  }

  #enter(line: string): void {
    const { event, slice, node, status = NaN, log = '' } = parsedEvent(line) ?? NO_EVENT;
    const where = node === undefined ? `slice ${slice}` : `slice ${slice} on ${node}`;
    const said = log.trim();
    const how = event === 'lost' ? 'was lost' : `ended with status ${status}`;
    if (event === 'overdue') this.#warn(`${where} takes long; a second attempt starts`);
    if (event === 'failed' || event === 'lost')
      this.#warn(`${where} ${how}; it runs again: ${said.split('\n').at(-1) ?? ''}`);
    if (event === 'gave-up') {
      this.#failed = { number: slice, status };
      this.#warn(`${where} failed for good:\n${said}`);
    }
  }

  #warn(text: string): void {
    this.#onNotice({ level: 'warning', text });
  }
}

const NO_EVENT: ReturnType<typeof driverEvent> = { event: '', slice: 0 };

function parsedEvent(line: string): ReturnType<typeof driverEvent> | null {
  try {
    return driverEvent(JSON.parse(line));
  } catch (error) {
    if (error instanceof ShapeError || error instanceof SyntaxError) return null;
    throw error;
  }
}
