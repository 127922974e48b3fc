import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';

import { AiopsError, messageOf, type Notice } from '../../core/errors.js';
import type { InputPosition } from '../../core/input-position.js';
import { count, list, nullable, number, object, text, ShapeError, type Shape } from '../../core/shape.js';
import type { ModelChoice } from '../../model/model-choice.js';
import { writeWhole } from '../../output/durable-files.js';
import { isErrno } from '../../output/files.js';
import { program } from '../../program/package-files.js';
import type { ReplayConfig } from '../../replay/replay-config.js';
import { notice } from '../../replay/resume/fact-shapes.js';
import { inputPosition, runFacts } from '../../replay/resume/previous-journal.js';
import type { RunFacts } from '../../replay/resume/run-facts.js';

/** Raised whenever a slice of the version before would not fit. */
const PLAN_FORMAT = 3;

/** A place between two minutes where the reader can resume: what it reports after the first of them. */
export interface Cut {
  /** The last minute before it, epoch ms. */
  readonly minuteMs: number;
  /** In the order of the inputs. */
  readonly positions: readonly InputPosition[];
}

/** A time range of the recording. It begins exactly where the slice before it ends. */
export interface Slice {
  /** From 1. */
  readonly number: number;
  /** Null: it begins with the recording. */
  readonly from: Cut | null;
  /** Where to start reading so that windows are full at `from`; null: at the beginning. */
  readonly readFrom: Cut | null;
  /** Null: it ends with the recording. */
  readonly until: Cut | null;
  /** Cuts of other slices' `readFrom` between `from` and `until`: reading across one proves it. */
  readonly passes: readonly Cut[];
  /** Of the inputs between `from` and `until`, bytes. */
  readonly bytes: number;
}

/** How a recording is cut into slices, with everything that the data or a machine decided. */
export interface Plan {
  /** With paths as they were given. */
  readonly config: ReplayConfig;
  /** Where relative paths of the settings start from. */
  readonly folder: string;
  /** What the journal of the merged run begins with. Digests of the inputs have a border at each cut. */
  readonly facts: RunFacts;
  readonly slices: readonly Slice[];
  /** What was found, assumed and ignored, as a replay would say it. */
  readonly notices: readonly Notice[];
  /** Columns of `--columns` that the sample lacks. */
  readonly awaited: readonly string[];
}

/** A plan as it was written. */
export interface SealedPlan extends Plan {
  /** Identifies the plan. */
  readonly sha256: string;
}

const cut: Shape<Cut> = object({ minuteMs: number, positions: list(inputPosition) });

const slice: Shape<Slice> = object({
  number: count,
  from: nullable(cut),
  readFrom: nullable(cut),
  until: nullable(cut),
  passes: list(cut),
  bytes: count,
});

/** The seal covers it, and only the version that wrote a plan uses it. */
const config: Shape<ReplayConfig> = (value) => {
  object({ inputs: list(text) })(value);
  return value as ReplayConfig;
};

const plan: Shape<Plan> = object({
  ...{ config, folder: text, facts: runFacts, slices: list(slice) },
  ...{ notices: list(notice), awaited: list(text) },
});

const anyPlan = object({ format: number, program: object({ name: text, version: text }) });

/** @throws AiopsError `output_cannot_create`, `output_io` */
export async function writePlan(
  path: string,
  { config, folder, facts, slices, notices, awaited }: Plan,
): Promise<SealedPlan> {
  const plan = { config, folder, facts, slices, notices, awaited };
  const json = JSON.stringify({ format: PLAN_FORMAT, program, ...plan }, null, 2);
  const body = json.slice(0, -'\n}'.length);
  const sha256 = sumOf(body);
  await writeWhole(path, `${body},\n  "sha256": "${sha256}"\n}\n`);
  return { ...plan, sha256 };
}

/** `output_locked` */
export function plannedByAnother(out: string): AiopsError {
  return new AiopsError('output_locked', `another command has made a plan in ${out} since this one started`, {
    hint: 'the same command again follows that plan',
  });
}

const PLAN_HINT = 'name the folder that --out gave aiops-serve plan, or the plan.json in it';
const BEGINS = /^\{\n {2}"format": \d+,\n/;
const SEALED = /^(.*),\n {2}"sha256": "([0-9a-f]{64})"\n\}\n$/s;

/** @throws AiopsError `input_missing`; `config` if it was changed or damaged, or another version wrote it */
export async function readPlan(path: string): Promise<SealedPlan> {
  const written = await readText(path);
  const [, body, sha256] = SEALED.exec(written) ?? [];
  if (written !== '' && !BEGINS.test(written)) {
    throw new AiopsError('config', `${path} is not a plan`, { hint: PLAN_HINT });
  }
  if (body === undefined || sha256 === undefined || sumOf(body) !== sha256) {
    const how = written.endsWith('\n}\n') ? 'its checksum is wrong' : 'it is cut short';
    throw new AiopsError('config', `${path} is damaged: ${how}`, {
      hint: 'restore it as aiops-serve plan wrote it; otherwise run aiops-serve plan again with --restart, or with another --out',
    });
  }
  const value: unknown = JSON.parse(`${body}\n}`);
  try {
    refuseOtherVersion(path, anyPlan(value));
    return { ...plan(value), sha256 };
  } catch (cause) {
    if (!(cause instanceof ShapeError)) throw cause;
    throw new AiopsError('config', `cannot read ${path}: ${cause.message}`, { cause });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const isMissing = isErrno(cause, 'ENOENT', 'ENOTDIR');
    const text = isMissing ? `there is no plan ${path}` : `cannot read ${path}: ${messageOf(cause)}`;
    throw new AiopsError('input_missing', text, { hint: PLAN_HINT, cause });
  }
}

function refuseOtherVersion(
  path: string,
  { format, program: { name, version } }: { format: number; program: { name: string; version: string } },
): void {
  if (format === PLAN_FORMAT && version === program.version) return;
  throw new AiopsError(
    'config',
    `${path} is from ${name} ${version}; this is ${program.name} ${program.version}`,
    { hint: 'run every slice with the version that made the plan, or make the plan again' },
  );
}

function sumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The replay that a plan was made for, with absolute paths. */
export function configOf({ config, folder }: Plan): ReplayConfig {
  const absolute = (path: string): string => resolve(folder, path);
  const { inputs, model, output } = config;
  return {
    ...config,
    inputs: inputs.map(absolute),
    model: withPaths(model, absolute),
    output: {
      ...output,
      out: absolute(output.out),
      rejectsFile: output.rejectsFile === null ? null : absolute(output.rejectsFile),
    },
  };
}

/** Settings of a run of the plan with the paths that were given, which its report shows. */
export function asGiven(used: ReplayConfig, { config: { inputs, model, output } }: Plan): ReplayConfig {
  return { ...used, inputs, model, output: { ...used.output, rejectsFile: output.rejectsFile } };
}

function withPaths(model: ModelChoice, change: (path: string) => string): ModelChoice {
  if (model.kind === 'analyzer') return { ...model, module: change(model.module) };
  const { path, bare } = model;
  return {
    ...model,
    path: path === null ? null : change(path),
    bare: bare === null ? null : { ...bare, scaler: bare.scaler === null ? null : change(bare.scaler) },
  };
}

/** The slice of a number. @throws AiopsError `usage` */
export function sliceOf({ slices }: Plan, number: number): Slice {
  const found = slices[number - 1];
  if (found !== undefined) return found;
  throw new AiopsError('usage', `there is no slice ${number}: the plan has slices 1 to ${slices.length}`);
}
