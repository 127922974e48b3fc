import { basename } from 'node:path';

import { Option, type Command } from 'commander';

import { DEFAULT_MAX_LINE_BYTES } from '../read/recording.js';
import type { ActorCount, RejectLimit, ReplayConfig } from '../run/replay-config.js';
import {
  parseActors,
  parseBatchSize,
  parseDuration,
  parseInterval,
  parseList,
  parseMap,
  parseRejectLimit,
  parseTimezone,
  parseWhole,
} from './values.js';

/** The values of replay's flags, as commander collects them. */
export interface ReplayFlags {
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
  readonly model?: string;
  readonly backend: 'auto' | 'node' | 'wasm';
  readonly batchSize: number | 'free' | 'auto';
  readonly actors: ActorCount;
  readonly threadsPerActor: number;
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

interface FlagRow {
  readonly flags: string;
  readonly description: string;
  /** Allowed values, the first being the default. */
  readonly choices?: readonly string[];
  readonly parse?: (text: string, earlier: never) => unknown;
  /** The default, and its text in the help where that is another. */
  readonly preset?: readonly [value: unknown, text?: string];
}

const FLAGS: Readonly<Record<string, readonly FlagRow[]>> = {
  'Reading:': [
    {
      flags: '--format <format>',
      description: 'what the input is; auto goes by extension, then by content',
      choices: ['auto', 'csv', 'jsonl'],
    },
    {
      flags: '--time-column <name>',
      description: 'column of the time (default: timestamp, time, ts, minute …)',
    },
    {
      flags: '--target-column <name>',
      description: 'column of the target (default: target, host, service, name …)',
    },
    {
      flags: '--columns <names>',
      description: 'metric columns, comma-separated (default: all numeric ones)',
      parse: parseList,
    },
    {
      flags: '--label-column <name>',
      description: 'column of the label (default: label, anomaly, is_anomaly)',
    },
    {
      flags: '--map <new=old>',
      description: 'rename columns while reading, comma-separated',
      parse: parseMap,
    },
    {
      flags: '--targets <names>',
      description: 'only these targets, comma-separated, * stands for anything',
      parse: parseList,
    },
    {
      flags: '--timezone <zone>',
      description: 'of times that name none',
      parse: parseTimezone,
      preset: ['UTC'],
    },
    {
      flags: '--interval <duration>',
      description: 'length of a "minute"; auto takes the commonest step of a target',
      parse: parseInterval,
      preset: ['auto'],
    },
    {
      flags: '--grace <intervals>',
      description: 'how far back a record may be out of order',
      parse: parseWhole(0),
      preset: [0],
    },
    {
      flags: '--duplicates <rule>',
      description: 'several records of a target in one interval',
      choices: ['reject', 'first', 'last', 'mean'],
    },
    {
      flags: '--max-rejects <n|p%>',
      description: 'stop when more records than this are rejected (default: no limit, exit status 3)',
      parse: parseRejectLimit,
    },
  ],
  'Model:': [
    { flags: '--model <folder>', description: 'model bundle (default: the built-in univariate one)' },
    {
      flags: '--backend <name>',
      description: 'what computes inside an actor',
      choices: ['auto', 'node', 'wasm'],
    },
    {
      flags: '--batch-size <n|free|auto>',
      description: 'items per predict call; free: all of a chunk',
      parse: parseBatchSize,
      preset: ['auto'],
    },
  ],
  'Serving:': [
    {
      flags: '--actors <n|p%|auto>',
      description: 'size of the pool; a share is of the usable processors',
      parse: parseActors,
      preset: [{ kind: 'auto' }, 'auto'],
    },
    {
      flags: '--threads-per-actor <n>',
      description: 'threads of native TensorFlow in each actor',
      parse: parseWhole(1),
      preset: [1],
    },
    { flags: '--inflight <n>', description: 'minutes under way at once', parse: parseWhole(1), preset: [2] },
    {
      flags: '--mode <mode>',
      description: 'who answers what is written',
      choices: ['parallel', 'sequential'],
    },
    {
      flags: '--compare <which>',
      description: 'minutes to serve in every way for comparison',
      choices: ['sample', 'all', 'none'],
    },
    {
      flags: '--compare-time <duration>',
      description: 'what comparing a sample may cost',
      parse: parseDuration,
      preset: [10_000, '10s'],
    },
    {
      flags: '--deadline <duration>',
      description: 'what a minute’s service must fit into (default: the interval)',
      parse: parseDuration,
    },
  ],
  'Writing:': [
    {
      flags: '--out <folder>',
      description: 'where the files go; - sends results to standard output (default: INPUT.aiops)',
    },
    { flags: '--results-format <format>', description: 'format of the results', choices: ['jsonl', 'csv'] },
    { flags: '--emit <which>', description: 'rows to write', choices: ['all', 'anomalies'] },
    {
      flags: '--full-output',
      description: 'all output numbers of the model, not the first 8',
      preset: [false],
    },
    {
      flags: '--rejects <file>',
      description: 'where rejected records go (default: rejects.jsonl in the output folder)',
    },
    { flags: '--quiet', description: 'only warnings and errors', preset: [false] },
  ],
  'Other:': [
    {
      flags: '--config <file>',
      description: 'settings file (default: aiops-serve.config.json, if there is one)',
    },
  ],
};

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
  if (choices !== undefined) option.choices(choices).default(choices[0]);
  if (parse !== undefined) option.argParser(parse as (text: string, earlier: unknown) => unknown);
  if (preset !== undefined) option.default(...preset);
  return option.env(environmentName(option.name()));
}

/** The environment variable of a flag: `--compare-time` → `AIOPS_SERVE_COMPARE_TIME`. */
function environmentName(flag: string): string {
  return `AIOPS_SERVE_${flag.replaceAll('-', '_').toUpperCase()}`;
}

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
    model: flags.model ?? null,
    backend: flags.backend,
    threadsPerActor: flags.threadsPerActor,
    batchSize: flags.batchSize,
    actors: flags.actors,
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
