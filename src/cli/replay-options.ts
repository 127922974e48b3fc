import { basename } from 'node:path';

import { Option, type Command } from 'commander';

import { DEFAULT_MAX_LINE_BYTES } from '../read/recording.js';
import type { ActorCount, RejectLimit, ReplayConfig } from '../run/replay-config.js';
import { environmentName } from './environment.js';
import { modelChoice, type ModelFlags } from './model-options.js';
import { FLAGS, type FlagRow } from './replay-flags.js';

/** The values of replay's flags, as commander collects them. */
export interface ReplayFlags extends ModelFlags {
  readonly format: 'auto' | 'csv' | 'jsonl';
  readonly timeColumn?: string;
  readonly targetColumn?: string;
  readonly labelColumn?: string;
  readonly columns?: readonly string[];
  readonly map?: Readonly<Record<string, string>>;
  readonly targets?: readonly string[];
  readonly timezone: string;
  readonly interval: 'auto' | number;
  readonly grace: number;
  readonly duplicates: 'reject' | 'first' | 'last' | 'mean';
  readonly maxRejects?: RejectLimit;
  readonly backend: 'auto' | 'node' | 'wasm';
  readonly modelFormat: 'auto' | 'saved-model' | 'graph-model' | 'layers-model';
  readonly batchSize: number | 'auto';
  readonly batchShape: 'fixed' | 'free';
  readonly actors: ActorCount;
  readonly threadsPerActor: number;
  readonly actorTimeout: number;
  readonly inflight: number;
  readonly mode: 'parallel' | 'sequential';
  readonly compare: 'sample' | 'all' | 'none';
  readonly compareTime: number;
  readonly deadline?: number;
  readonly out?: string;
  readonly resultsFormat: 'jsonl' | 'csv';
  readonly emit: 'all' | 'anomalies';
  readonly fullOutput: boolean;
  readonly rejects?: string;
  readonly quiet: boolean;
  readonly config?: string;
}

/** Adds replay's flags; each can also come from `AIOPS_SERVE_<FLAG>` and the configuration file. */
export function addReplayOptions(command: Command): Command {
  for (const [group, rows] of Object.entries(FLAGS)) {
    command.optionsGroup(group);
    for (const row of rows) command.addOption(optionOf(row));
  }
  return command;
}

function optionOf({ flags, description, choices, parse, preset }: FlagRow): Option {
  const option = new Option(flags, description);
  if (choices !== undefined) option.choices(choices).default(choices[0], choices[0]);
  if (parse !== undefined) option.argParser(parse as (text: string, earlier: unknown) => unknown);
  if (preset !== undefined) option.default(...preset);
  return option.env(environmentName(option.name()));
}

/** A flag's help: what it is, its choices, its default. */
export function describeOption({ description, argChoices, defaultValueDescription }: Option): string {
  const choices = argChoices === undefined ? '' : `: ${argChoices.join(' | ')}`;
  const preset = (defaultValueDescription ?? '') === '' ? '' : ` (default: ${defaultValueDescription})`;
  return description + choices + preset;
}

/** @throws AiopsError `usage` where flags contradict each other */
export function replayConfig(inputs: readonly string[], flags: ReplayFlags): ReplayConfig {
  return {
    inputs,
    read: {
      format: flags.format,
      ...(flags.timeColumn === undefined ? {} : { timeColumn: flags.timeColumn }),
      ...(flags.targetColumn === undefined ? {} : { targetColumn: flags.targetColumn }),
      ...(flags.labelColumn === undefined ? {} : { labelColumn: flags.labelColumn }),
      ...(flags.columns === undefined ? {} : { columns: flags.columns }),
      ...(flags.targets === undefined ? {} : { targets: flags.targets }),
      map: flags.map ?? {},
      timezone: flags.timezone,
      interval: flags.interval,
      grace: flags.grace,
      duplicates: flags.duplicates,
      maxLineBytes: DEFAULT_MAX_LINE_BYTES,
    },
    model: modelChoice(flags),
    params: flags.param ?? {},
    backend: flags.backend,
    modelFormat: flags.modelFormat,
    threadsPerActor: flags.threadsPerActor,
    batchSize: flags.batchSize,
    batchShape: flags.batchShape,
    actors: flags.actors,
    actorTimeoutMs: flags.actorTimeout,
    inflight: flags.inflight,
    mode: flags.mode,
    compare: flags.compare,
    compareTimeMs: flags.compareTime,
    output: {
      out: flags.out ?? defaultOut(inputs),
      rejectsFile: flags.rejects ?? null,
      format: flags.resultsFormat,
      anomaliesOnly: flags.emit === 'anomalies',
      fullOutput: flags.fullOutput,
    },
    maxRejects: flags.maxRejects ?? null,
    deadlineMs: flags.deadline ?? null,
  };
}

/** `data.jsonl` → `data.jsonl.aiops` in the current folder; several inputs go by the first. */
function defaultOut(inputs: readonly string[]): string {
  const [first = '-'] = inputs;
  return `${first === '-' ? 'stdin' : basename(first)}.aiops`;
}
