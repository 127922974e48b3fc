import { parseName } from '../values.js';
import type { FlagGroups } from './flag-row.js';

/** Of every command that takes settings. */
export const OTHER_FLAGS: FlagGroups = {
  'Other:': [
    {
      flags: '--config <file>',
      description: 'settings file (default: aiops-serve.config.json, if there is one)',
      parse: parseName,
    },
  ],
};
