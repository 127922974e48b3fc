import { MOST_INTERVALS } from '../../core/look-back.js';
import { decimal, name, oneOf, orAuto, whole } from './kinds.js';
import { eachOrNames, parameters } from './lists.js';
import type { Settings } from './setting.js';

/** Items per predict call. */
export const batchSize = orAuto(whole(1, 65_536));
export const backend = oneOf('auto', 'node', 'wasm');

/** What answers items. */
export const MODEL = {
  model: {
    flags: '--model <path>',
    help: 'model bundle, or a bare SavedModel or model.json (default: the built-in univariate bundle)',
    kind: name,
  },
  analyzer: {
    flags: '--analyzer <file>',
    help: 'ES module that answers items instead of a model',
    kind: name,
  },
  threshold: {
    flags: '--threshold <score>',
    help: "a score above it is an anomaly (default: the model's own, which a bare model lacks)",
    kind: decimal,
    changes: 'results',
  },
} as const satisfies Settings;

/** What actors load; the facts of a run record what `auto` chose. */
export const LOADING = {
  params: {
    flags: '--param <key=value>',
    help: 'parameter for the analyzer; may be given several times',
    kind: parameters,
    default: {},
    changes: 'results',
  },
  backend: {
    flags: '--backend <name>',
    help: 'what computes inside an actor',
    kind: backend,
    default: 'auto',
  },
  modelFormat: {
    flags: '--model-format <format>',
    help: 'format of the bundle to load; auto: the first that the backend supports',
    kind: oneOf('auto', 'saved-model', 'graph-model', 'layers-model'),
    default: 'auto',
  },
  batchSize: {
    flags: '--batch-size <n|auto>',
    help: 'items per predict call, up to 65536; auto: up to 1024; on node 128, or more if answers have the same bits',
    kind: batchSize,
    default: 'auto',
  },
  batchShape: {
    flags: '--batch-shape <shape>',
    help: 'shape of calls on node; free is faster, but last digits then depend on --actors',
    kind: oneOf('fixed', 'free'),
    default: 'fixed',
    changes: 'results',
  },
} as const satisfies Settings;

/** The description of a bare model, which has no manifest. */
export const BARE_MODEL = {
  window: {
    flags: '--window <n>',
    help: 'intervals in an item, the newest included',
    kind: whole(1, MOST_INTERVALS),
  },
  modelColumns: {
    flags: '--model-columns <each|names>',
    help: 'columns of one item; each makes every column an item (default: each)',
    kind: eachOrNames,
  },
  normalize: {
    flags: '--normalize <kind>',
    help: 'none, window-zscore or window-robust (default: none)',
    kind: oneOf('none', 'window-zscore', 'window-robust'),
  },
  missing: {
    flags: '--missing <policy>',
    help: 'missing values: hold, zero or reject (default: hold)',
    kind: oneOf('hold', 'zero', 'reject'),
  },
  outputKind: {
    flags: '--output-kind <kind>',
    help: 'raw, forecast, reconstruction or probability (default: raw)',
    kind: oneOf('raw', 'forecast', 'reconstruction', 'probability'),
  },
  scaler: {
    flags: '--scaler <file>',
    help: 'JSON with mean and std, or min and max, one number per column, instead of --normalize',
    kind: name,
  },
  outputName: {
    flags: '--output-name <name>',
    help: 'which of several outputs is scored',
    kind: name,
  },
  error: {
    flags: '--error <measure>',
    help: 'of a forecast or reconstruction: rmse, mse or mae (default: rmse)',
    kind: oneOf('rmse', 'mse', 'mae'),
  },
  scoreOver: {
    flags: '--score-over <part>',
    help: 'of a reconstruction: score the window, or only its last interval (default: window)',
    kind: oneOf('window', 'last'),
  },
  class: {
    flags: '--class <n>',
    help: 'of several probabilities: which is that of an anomaly, from 0',
    kind: whole(0, 65_535),
  },
  signature: {
    flags: '--signature <name>',
    help: 'signature of a SavedModel (default: serving_default, or the only one)',
    kind: name,
  },
} as const satisfies Settings;
