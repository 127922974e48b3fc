import { METRICS_FORMATS } from '../../core/metric-files.js';
import { durationOrZero, name, oneOf, toggle, verifyInput } from './kinds.js';
import type { Settings } from './setting.js';

export const quiet = {
  flags: '--quiet',
  help: 'only warnings, errors and standard error of actors',
  kind: toggle,
  default: false,
} as const;

/** What is written, and where. */
export const WRITING = {
  dryRun: {
    flags: '--dry-run',
    help: 'read everything, check the model and the output, estimate the time, and write nothing',
    kind: toggle,
    default: false,
  },
  out: {
    flags: '--out <folder>',
    help: "where the files go; - sends results to standard output (default: the first input's name with .aiops, in the current folder)",
    kind: name,
  },
  resultsFormat: {
    flags: '--results-format <format>',
    help: 'format of the results; openmetrics and victoriametrics write jsonl, and beside it the scores as metrics to import',
    kind: oneOf('jsonl', 'csv', ...METRICS_FORMATS),
    default: 'jsonl',
    changes: 'results',
  },
  emit: {
    flags: '--emit <which>',
    help: 'rows to write',
    kind: oneOf('all', 'anomalies'),
    default: 'all',
    changes: 'results',
  },
  fullOutput: {
    flags: '--full-output',
    help: "all of the model's output numbers, not only the first 8",
    kind: toggle,
    default: false,
    changes: 'results',
  },
  rejectsFile: {
    flags: '--rejects <file>',
    help: 'where rejected records go (default: rejects.jsonl in the output folder)',
    kind: name,
    default: null,
    changes: 'results',
  },
  commitIntervalMs: {
    flags: '--commit-interval <duration>',
    help: 'time between commits, about the work that a kill loses; 0s commits each minute separately',
    kind: durationOrZero,
    default: 1000,
  },
  restart: {
    flags: '--restart',
    help: 'start over, replacing what the output folder holds',
    kind: toggle,
    default: false,
  },
  verifyInput: {
    flags: '--verify-input [sample]',
    help: 'compare all input that earlier sessions read, even if the file looks unchanged; sample: only some of it',
    kind: verifyInput,
    optional: { alone: 'true', word: 'sample' },
    default: 'changed',
  },
  breakLock: {
    flags: '--break-lock',
    help: 'take over an output folder that another host holds; only if no run is active there',
    kind: toggle,
    default: false,
  },
  quiet,
} as const satisfies Settings;
