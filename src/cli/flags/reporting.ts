import { parseDuration } from '../values.js';
import type { FlagGroups } from './flag-row.js';

/** What reports say. */
export const REPORTING_FLAGS: FlagGroups = {
  'Reporting:': [
    {
      flags: '--deadline <duration>',
      description: 'what a minute’s service must fit into (default: the interval)',
      parse: parseDuration,
    },
  ],
};
