import { parseName } from '../values.js';
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
    { flags: '--quiet', description: 'only warnings and errors', preset: [false, ''] },
  ],
};
