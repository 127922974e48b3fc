import { parseDurationOrZero, parseName, parseVerifyInput } from '../values.js';
import type { FlagGroups } from './flag-row.js';

/** What is written, and where. */
export const WRITING_FLAGS: FlagGroups = {
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
    {
      flags: '--commit-interval <duration>',
      description: 'time between commits, the work that a kill may cost; 0s commits every minute by itself',
      parse: parseDurationOrZero,
      json: 'number',
      preset: [1000, '1s'],
    },
    {
      flags: '--restart',
      description: 'begin anew, replacing what the output holds',
      preset: [false, ''],
    },
    {
      flags: '--verify-input [sample]',
      description:
        'compare all input that earlier sessions read, even if the file looks untouched; sample: only some of it',
      parse: parseVerifyInput,
      json: 'switch',
      preset: ['changed', ''],
    },
    {
      flags: '--break-lock',
      description: 'write although another host holds the output: only if nothing runs there any more',
      preset: [false, ''],
    },
    {
      flags: '--quiet',
      description: 'only warnings, errors and standard error of actors',
      preset: [false, ''],
    },
  ],
};
