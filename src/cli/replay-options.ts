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

/** Adds replay's flags; each can also come from `AIOPS_SERVE_<FLAG>` and the configuration file. */
export function addReplayOptions(command: Command): Command {
  const add = (flags: string, description: string, adapt: (option: Option) => Option = (option) => option): void => {
    const option = new Option(flags, description);
    command.addOption(adapt(option).env(environmentName(option.name())));
  };
  const choice =
    (choices: readonly string[]) =>
    (option: Option): Option =>
      option.choices(choices).default(choices[0]);

  command.optionsGroup('Reading:');
  add('--format <format>', 'what the input is; auto goes by extension, then by content', choice(['auto', 'csv', 'jsonl']));
  add('--time-column <name>', 'column of the time (default: timestamp, time, ts, minute …)');
  add('--target-column <name>', 'column of the target (default: target, host, service, name …)');
  add('--columns <names>', 'metric columns, comma-separated (default: all numeric ones)', (o) => o.argParser(parseList));
  add('--label-column <name>', 'column of the label (default: label, anomaly, is_anomaly)');
  add('--map <new=old>', 'rename columns while reading, comma-separated', (o) => o.argParser(parseMap));
  add('--targets <names>', 'only these targets, comma-separated, * stands for anything', (o) => o.argParser(parseList));
  add('--timezone <zone>', 'of times that name none', (o) => o.argParser(parseTimezone).default('UTC'));
  add('--interval <duration>', 'length of a "minute"; auto takes the commonest step of a target', (o) =>
    o.argParser(parseInterval).default('auto'),
  );
  add('--grace <intervals>', 'how far back a record may be out of order', (o) => o.argParser(parseWhole(0)).default(0));
  add('--duplicates <rule>', 'several records of a target in one interval', choice(['reject', 'first', 'last', 'mean']));
  add('--max-rejects <n|p%>', 'stop when more records than this are rejected (default: no limit, exit status 3)', (o) =>
    o.argParser(parseRejectLimit),
  );

  command.optionsGroup('Model:');
  add('--model <folder>', 'model bundle (default: the built-in univariate one)');
  add('--backend <name>', 'what computes inside an actor', choice(['auto', 'node', 'wasm']));
  add('--batch-size <n|free|auto>', 'items per predict call; free: all of a chunk', (o) =>
    o.argParser(parseBatchSize).default('auto'),
  );

  command.optionsGroup('Serving:');
  add('--actors <n|p%|auto>', 'size of the pool; a share is of the usable processors', (o) =>
    o.argParser(parseActors).default({ kind: 'auto' }, 'auto'),
  );
  add('--threads-per-actor <n>', 'threads of native TensorFlow in each actor', (o) => o.argParser(parseWhole(1)).default(1));
  add('--inflight <n>', 'minutes under way at once', (o) => o.argParser(parseWhole(1)).default(2));
  add('--mode <mode>', 'who answers what is written', choice(['parallel', 'sequential']));
  add('--compare <which>', 'minutes to serve in every way for comparison', choice(['sample', 'all', 'none']));
  add('--compare-time <duration>', 'what comparing a sample may cost', (o) => o.argParser(parseDuration).default(10_000, '10s'));
  add('--deadline <duration>', 'what a minute’s service must fit into (default: the interval)', (o) => o.argParser(parseDuration));

  command.optionsGroup('Writing:');
  add('--out <folder>', 'where the files go; - sends results to standard output (default: INPUT.aiops)');
  add('--results-format <format>', 'format of the results', choice(['jsonl', 'csv']));
  add('--emit <which>', 'rows to write', choice(['all', 'anomalies']));
  add('--full-output', 'all output numbers of the model, not the first 8', (o) => o.default(false));
  add('--rejects <file>', 'where rejected records go (default: rejects.jsonl in the output folder)');
  add('--quiet', 'only warnings and errors', (o) => o.default(false));

  command.optionsGroup('Other:');
  add('--config <file>', 'settings file (default: aiops-serve.config.json, if there is one)');
  return command;
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
