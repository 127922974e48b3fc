/** Runs Jobs of Kubernetes as processes of this machine, restarting them by the rules of their manifests. */
import assert from 'node:assert/strict';
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { promisify } from 'node:util';

import { finished } from './cli.js';

const run = promisify(execFile);

/** As far as the runner knows it: a manifest with anything else that decides what runs is refused. */
export interface Job {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly completionMode?: 'Indexed' | 'NonIndexed';
    readonly completions?: number;
    readonly parallelism?: number;
    readonly backoffLimit?: number;
    readonly backoffLimitPerIndex?: number;
    readonly podReplacementPolicy?: 'Failed';
    readonly podFailurePolicy: { readonly rules: readonly Rule[] };
    readonly template: {
      readonly spec: {
        readonly restartPolicy: string;
        readonly containers: readonly [Container];
      };
    };
  };
}

interface Container {
  readonly command: readonly string[];
  readonly args?: readonly string[];
  readonly resources: { readonly requests: Readonly<Record<string, string>> };
  readonly volumeMounts: readonly [{ readonly mountPath: string }];
}

type Action = 'FailJob' | 'FailIndex' | 'Ignore' | 'Count';

interface Rule {
  readonly action: Action;
  readonly onExitCodes?: { readonly operator: 'In' | 'NotIn'; readonly values: readonly number[] };
  readonly onPodConditions?: readonly { readonly type: string; readonly status: string }[];
}

/** A pod that runs. */
export interface Pod {
  readonly index: number;
  /** From 1. */
  readonly attempt: number;
  readonly process: ChildProcess;
  /** Kills its container, as the kernel does that is out of memory. */
  readonly kill: () => void;
  /** Evicts it. */
  readonly disrupt: () => void;
}

/** How a pod ended, and what the manifest has done about it. */
export interface PodEnd {
  readonly status: number;
  readonly action: Action | 'Complete';
}

export interface JobOutcome {
  readonly isComplete: boolean;
  /** Of each index, in order. */
  readonly pods: readonly (readonly PodEnd[])[];
  /** What all pods wrote. */
  readonly log: string;
}

export interface JobSurroundings {
  /** What is mounted. */
  readonly volume: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs beside a pod, and ends before the next one of its index starts. */
  readonly beside?: (pod: Pod) => Promise<void>;
}

const LOAD = `
import json, sys, yaml, kubernetes_validate
versions = sys.argv[1].split(",")
jobs = [job for path in sys.argv[2:] for job in yaml.safe_load_all(open(path))]
for job in jobs:
    for version in versions:
        kubernetes_validate.validate(job, version, strict=True)
print(json.dumps(jobs))
`;

/** The Jobs of manifests, by name, once they are valid in these versions of Kubernetes. @param python has kubernetes-validate */
export async function loadJobs(
  python: string,
  versions: readonly string[],
  paths: readonly string[],
): Promise<ReadonlyMap<string, Job>> {
  const { stdout } = await run(python, ['-c', LOAD, versions.join(), ...paths]);
  const jobs = JSON.parse(stdout) as readonly Job[];
  return new Map(jobs.map((job) => [job.metadata.name, job]));
}

export async function runJob(job: Job, surroundings: JobSurroundings): Promise<JobOutcome> {
  const { completions = 1, parallelism = 1 } = job.spec;
  assert.equal(job.spec.template.spec.restartPolicy, 'Never', 'podFailurePolicy needs it');
  const next = Array.from({ length: completions }, (_, index) => index).values();
  const pods: PodEnd[][] = Array.from({ length: completions }, () => []);
  const logs: string[] = [];
  const work = async (): Promise<void> => {
    for (const index of next) {
      for await (const { end, log } of podsOf(job, index, surroundings)) {
        pods[index]!.push(end);
        logs.push(log);
      }
    }
  };
  await Promise.all(Array.from({ length: parallelism }, work));
  const isComplete = pods.every((ends) => ends.at(-1)?.action === 'Complete');
  return { isComplete, pods, log: logs.join('') };
}

/** The pods of an index, one after another, until one completes or no more may run. */
async function* podsOf(
  job: Job,
  index: number,
  surroundings: JobSurroundings,
): AsyncGenerator<{ readonly end: PodEnd; readonly log: string }> {
  const { backoffLimit, backoffLimitPerIndex = backoffLimit, podFailurePolicy } = job.spec;
  assert.ok(backoffLimitPerIndex !== undefined, 'a number of retries');
  let counted = 0;
  for (let attempt = 1; counted <= backoffLimitPerIndex; attempt++) {
    const { status, isDisrupted, log } = await runPod(job, { index, attempt }, surroundings);
    const action = status === 0 ? 'Complete' : actionFor(podFailurePolicy.rules, status, isDisrupted);
    yield { end: { status, action }, log };
    if (action === 'Complete' || action === 'FailIndex' || action === 'FailJob') return;
    if (action === 'Count') counted++;
  }
}

function actionFor(rules: readonly Rule[], status: number, isDisrupted: boolean): Action {
  const first = rules.find(({ onExitCodes, onPodConditions = [] }) =>
    onExitCodes === undefined
      ? isDisrupted && onPodConditions.some(({ type }) => type === 'DisruptionTarget')
      : onExitCodes.values.includes(status) === (onExitCodes.operator === 'In'),
  );
  return first?.action ?? 'Count';
}

async function runPod(
  job: Job,
  { index, attempt }: Pick<Pod, 'index' | 'attempt'>,
  { volume, env, beside }: JobSurroundings,
): Promise<{ readonly status: number; readonly isDisrupted: boolean; readonly log: string }> {
  const [{ command, args = [], volumeMounts }] = job.spec.template.spec.containers;
  const [{ mountPath }] = volumeMounts;
  const own = job.spec.completionMode === 'Indexed' ? { JOB_COMPLETION_INDEX: String(index) } : {};
  const [file = '', ...rest] = [...command, ...args].map((word) =>
    expanded(word, own).replaceAll(`${mountPath}/`, `${volume}/`),
  );
  const process = spawn(file, rest, { env: { ...env, ...own }, detached: true });
  let isDisrupted = false;
  const disrupt = (): void => {
    isDisrupted = true;
    process.kill('SIGTERM');
  };
  const pod = { index, attempt, process, kill: () => killGroup(process), disrupt };
  const [end] = await Promise.all([finished(process), beside?.(pod)]);
  const status = end.status ?? 128 + constants.signals[end.signal ?? 'SIGKILL'];
  return { status, isDisrupted, log: end.stdout + end.stderr };
}

function killGroup({ pid }: ChildProcess): void {
  assert.ok(pid !== undefined);
  process.kill(-pid, 'SIGKILL');
}

/** What Kubernetes makes of `$(NAME)` and `$$` in a command: names that it does not know stay as they are. */
function expanded(word: string, env: Readonly<Record<string, string>>): string {
  return word.replace(/\$(?:\$|\(([^)]*)\))/g, (all, name?: string) =>
    name === undefined ? '$' : (env[name] ?? all),
  );
}
