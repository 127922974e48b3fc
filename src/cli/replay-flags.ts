import {
  parseActors,
  parseBatchSize,
  parseDuration,
  parseInterval,
  parseList,
  parseMap,
  parseModelColumns,
  parseName,
  parseNumber,
  parseOneOf,
  parseParam,
  parseRejectLimit,
  parseTimezone,
  parseWhole,
} from './values.js';

/** One flag of the command line, the environment and the configuration file. */
export interface FlagRow {
  readonly flags: string;
  readonly description: string;
  /** Allowed values, the first being the default. */
  readonly choices?: readonly string[];
  readonly parse?: (text: string, earlier: never) => unknown;
  /** The default, and its text in the help; empty where there is nothing to tell. */
  readonly preset?: readonly [value: unknown, text: string];
}

/** Replay's flags, by the heading they stand under in the help. */
export const FLAGS: Readonly<Record<string, readonly FlagRow[]>> = {
  'Reading:': [
    {
      flags: '--format <format>',
      description: 'what the input is; auto goes by extension, then by content',
      choices: ['auto', 'csv', 'jsonl'],
    },
    {
      flags: '--time-column <name>',
      description: 'column of the time (default: timestamp, time, ts, minute …)',
      parse: parseName,
    },
    {
      flags: '--target-column <name>',
      description: 'column of the target (default: target, host, service, name …)',
      parse: parseName,
    },
    {
      flags: '--columns <names>',
      description: 'metric columns, comma-separated (default: all numeric ones)',
      parse: parseList,
    },
    {
      flags: '--label-column <name>',
      description: 'column of the label (default: label, anomaly, is_anomaly)',
      parse: parseName,
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
      preset: ['UTC', 'UTC'],
    },
    {
      flags: '--interval <duration>',
      description: 'length of a "minute"; auto takes the commonest step of a target',
      parse: parseInterval,
      preset: ['auto', 'auto'],
    },
    {
      flags: '--grace <intervals>',
      description: 'how far back a record may be out of order',
      parse: parseWhole(0),
      preset: [0, '0'],
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
    {
      flags: '--model <path>',
      description:
        'model bundle, or a bare SavedModel or model.json (default: the built-in univariate bundle)',
      parse: parseName,
    },
    {
      flags: '--analyzer <file>',
      description: 'ES module that answers items in place of a model',
      parse: parseName,
    },
    {
      flags: '--param <key=value>',
      description: 'for the analyzer; may be given several times',
      parse: parseParam,
    },
    {
      flags: '--backend <name>',
      description: 'what computes inside an actor',
      choices: ['auto', 'node', 'wasm'],
    },
    {
      flags: '--model-format <format>',
      description: 'which format of the bundle; auto: the first that the backend runs',
      choices: ['auto', 'saved-model', 'graph-model', 'layers-model'],
    },
    {
      flags: '--batch-size <n|auto>',
      description: 'items per predict call; auto: 64 on node, all of a chunk on wasm',
      parse: parseBatchSize,
      preset: ['auto', 'auto'],
    },
    {
      flags: '--batch-shape <shape>',
      description: 'of calls on node; free is faster and makes last digits depend on --actors',
      choices: ['fixed', 'free'],
    },
  ],
  'A bare model, which has no manifest:': [
    {
      flags: '--window <n>',
      description: 'intervals that an item has, the newest one counted',
      parse: parseWhole(1),
    },
    {
      flags: '--model-columns <each|names>',
      description: 'columns of one item; each makes every column an item (default: each)',
      parse: parseModelColumns,
    },
    {
      flags: '--normalize <kind>',
      description: 'none, window-zscore or window-robust (default: none)',
      parse: parseOneOf(['none', 'window-zscore', 'window-robust']),
    },
    {
      flags: '--missing <policy>',
      description: 'missing values: hold, zero or reject (default: hold)',
      parse: parseOneOf(['hold', 'zero', 'reject']),
    },
    {
      flags: '--output-kind <kind>',
      description: 'raw, forecast, reconstruction or probability (default: raw)',
      parse: parseOneOf(['raw', 'forecast', 'reconstruction', 'probability']),
    },
    {
      flags: '--threshold <score>',
      description: 'a score above it is an anomaly (default: no verdict)',
      parse: parseNumber,
    },
    {
      flags: '--signature <name>',
      description: 'of a SavedModel (default: serving_default, or the only one)',
      parse: parseName,
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
      preset: [1, '1'],
    },
    {
      flags: '--actor-timeout <duration>',
      description: 'an actor that gives no answer for so long counts as stuck and ends the run',
      parse: parseDuration,
      preset: [300_000, '5m'],
    },
    {
      flags: '--inflight <n>',
      description: 'minutes under way at once',
      parse: parseWhole(1),
      preset: [2, '2'],
    },
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
      parse: parseName,
    },
    { flags: '--results-format <format>', description: 'format of the results', choices: ['jsonl', 'csv'] },
    { flags: '--emit <which>', description: 'rows to write', choices: ['all', 'anomalies'] },
    {
      flags: '--full-output',
      description: 'all output numbers of the model, not the first 8',
      preset: [false, ''],
    },
    {
      flags: '--rejects <file>',
      description: 'where rejected records go (default: rejects.jsonl in the output folder)',
      parse: parseName,
    },
    { flags: '--quiet', description: 'only warnings and errors', preset: [false, ''] },
  ],
  'Other:': [
    {
      flags: '--config <file>',
      description: 'settings file (default: aiops-serve.config.json, if there is one)',
      parse: parseName,
    },
  ],
};
