import type { Metrics } from '../../report/gates.js';
import { parseGates } from '../gate-values.js';
import { parseDuration } from '../values.js';
import type { FlagGroups } from './flag-row.js';

/** What reports say, and which `metrics` can fail the run; `elsewhere` are those of the other command. */
export function reportingFlags<Own, Other>(metrics: Metrics<Own>, elsewhere: Metrics<Other>): FlagGroups {
  return {
    'Reporting:': [
      {
        flags: '--deadline <duration>',
        description:
          'time that a minute’s service must fit into (default: the interval, of a paced replay over its pace)',
        parse: parseDuration,
      },
      {
        flags: '--fail-if <condition>',
        description: "end with status 99 if it holds, such as 'p99>5s'; may be given several times",
        parse: parseGates(metrics, elsewhere),
      },
      {
        flags: '--trace',
        description: 'also write trace.json, which Perfetto and chrome://tracing open',
        preset: [false, ''],
      },
      {
        flags: '--json',
        description: 'print the summary as JSON instead of the report',
        preset: [false, ''],
      },
      { flags: '--csv', description: 'print the table of times as CSV', preset: [false, ''] },
      {
        flags: '--markdown',
        description: 'print the tables as Markdown',
        preset: [false, ''],
      },
    ],
  };
}
