import { MOST_INTERVALS } from '../../core/window.js';
import {
  parseBatchSize,
  parseModelColumns,
  parseName,
  parseNumber,
  parseOneOf,
  parseParam,
  parseWhole,
} from '../values.js';
import type { FlagGroups } from './flag-row.js';

/** What answers items. */
export const MODEL_FLAGS: FlagGroups = {
  'Model:': [
    {
      flags: '--model <path>',
      description:
        'model bundle, or a bare SavedModel or model.json (default: the built-in univariate bundle)',
      parse: parseName,
    },
    {
      flags: '--analyzer <file>',
      description: 'ES module that answers items instead of a model',
      parse: parseName,
    },
    {
      flags: '--param <key=value>',
      description: 'parameter of the analyzer; may be given several times',
      parse: parseParam,
      json: 'pairs',
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
      description: 'items per predict call, up to 65536; auto: 64 on node, all of a chunk on wasm',
      parse: parseBatchSize,
      json: 'number',
      preset: ['auto', 'auto'],
    },
    {
      flags: '--batch-shape <shape>',
      description: 'shape of calls on node; free is faster, but last digits then depend on --actors',
      choices: ['fixed', 'free'],
    },
  ],
  'A bare model, which has no manifest:': [
    {
      flags: '--window <n>',
      description: 'intervals in an item, the newest included',
      parse: parseWhole(1, MOST_INTERVALS),
      json: 'number',
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
      json: 'number',
    },
    {
      flags: '--signature <name>',
      description: 'signature of a SavedModel (default: serving_default, or the only one)',
      parse: parseName,
    },
  ],
};
