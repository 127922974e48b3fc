import { parseDurationOrZero, parseName, parseVerifyInput } from '../values.js';
import type { FlagGroups } from './flag-row.js';

/** What is written, and where. */
export const WRITING_FLAGS: FlagGroups = {
  'Writing:': [
    {
      flags: '--out <folder>',
      description:
        "where the files go; - sends results to standard output (default: the first input's name with .aiops, in the current folder)",
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
    {
      flags: '--commit-interval <duration>',
      description:
        'time between commits, about the work that a kill costs; 0s commits each minute separately',
      parse: parseDurationOrZero,
      json: 'number',
      preset: [1000, '1s'],
    },
    {
      flags: '--restart',
      description: 'start over, replacing what the output folder holds',
      preset: [false, ''],
    },
    {
      flags: '--verify-input [sample]',
      description:
        'compare all input that earlier sessions read, even if the file looks unchanged; sample: only some of it',
      parse: parseVerifyInput,
      json: 'switch',
      preset: ['changed', ''],
    },
    {
      flags: '--break-lock',
      description: 'take the output folder though another host holds it: only if nothing runs there any more',
      preset: [false, ''],
    },
    {
      flags: '--quiet',
      description: 'only warnings, errors and standard error of actors',
      preset: [false, ''],
    },
  ],
};
