import type { Command } from 'commander';

import { AiopsError } from '../core/errors.js';
import type { BareModelFlags } from '../model/bare-model.js';
import type { ModelChoice } from '../model/model-choice.js';
import { BARE_MODEL, type LOADING, type MODEL } from './settings/model.js';
import { flagName, type ValuesOf } from './settings/setting.js';

/** The settings that determine what answers items. */
export type ModelValues = ValuesOf<typeof MODEL & typeof BARE_MODEL & Pick<typeof LOADING, 'params'>>;

/** @throws AiopsError `usage` if flags contradict each other, or describe a model that is not given */
export function modelChoice(values: ModelValues): ModelChoice {
  const { model, analyzer, params, threshold = null } = values;
  const [first] = BARE_MODEL_FLAGS.filter((key) => values[key] !== undefined).map(
    (key) => `--${flagName(BARE_MODEL[key])}`,
  );
  if (analyzer !== undefined) {
    if (model !== undefined)
      throw contradiction('--model and --analyzer both say what answers items', 'drop one of them');
    if (first !== undefined) {
      const hint = 'an analyzer describes its input itself; pass values to it with --param';
      throw contradiction(`${first} describes a bare --model, not an --analyzer`, hint);
    }
    if (threshold !== null) {
      const hint = 'drop it; if the analyzer reads a parameter for it: --param NAME=VALUE';
      throw contradiction('--threshold is for models: an --analyzer decides which items are anomalies', hint);
    }
    return { kind: 'analyzer', module: analyzer };
  }
  if (Object.keys(params).length > 0)
    throw contradiction(
      '--param is for an --analyzer, and none is given',
      'add --analyzer FILE, or drop --param',
    );
  if (model === undefined && first !== undefined)
    throw contradiction(
      `${first} describes a bare --model, and none is given`,
      `add --model PATH, or drop ${first}`,
    );
  if (first !== undefined && values.window === undefined) {
    const hint = `for a bare model add --window N, the number of intervals in an item; for a bundle drop ${first}`;
    throw contradiction(`${first} describes a bare model, which also needs --window`, hint);
  }
  return { kind: 'model', path: model ?? null, bare: bareModelFlags(values), threshold };
}

/** Settings that only describe a bare model. */
const BARE_MODEL_FLAGS = Object.keys(BARE_MODEL) as (keyof typeof BARE_MODEL)[];

/**
 * Drops values that a stronger source overrides: an `--analyzer` on the command line overrides a `model` from the
 * environment or the configuration file, and vice versa.
 */
export function dropOverruled(command: Command): void {
  const sides = [
    { head: 'model', members: ['model', 'threshold', ...BARE_MODEL_FLAGS] },
    { head: 'analyzer', members: ['analyzer', 'params'] },
  ];
  const rank = (name: string): number => SOURCES.indexOf(command.getOptionValueSource(name) ?? '');
  const [weaker, stronger] = sides.sort((a, b) => rank(a.head) - rank(b.head));
  if (weaker === undefined || stronger === undefined) return;
  for (const name of weaker.members)
    if (rank(name) < rank(stronger.head))
      command.setOptionValueWithSource(name, name === 'params' ? {} : undefined, undefined);
}

/** Sources of values, the weakest first. */
const SOURCES = ['config', 'env', 'cli'];

function contradiction(message: string, hint: string): AiopsError {
  return new AiopsError('usage', message, { hint });
}

/** Null if no flag describes a bare model. */
function bareModelFlags(values: ModelValues): BareModelFlags | null {
  const { window, modelColumns, normalize, scaler, missing, outputKind, signature } = values;
  if (window === undefined) return null;
  if (scaler !== undefined && normalize !== undefined)
    throw contradiction('--scaler and --normalize both say how values are normalized', 'drop one of them');
  const { outputName, error, scoreOver, class: index } = values;
  return {
    window,
    columns: modelColumns ?? 'each',
    normalize: normalize ?? 'none',
    scaler: scaler ?? null,
    missing: missing ?? 'hold',
    output: outputKind ?? 'raw',
    outputName: outputName ?? null,
    error: error ?? null,
    over: scoreOver ?? null,
    class: index ?? null,
    signature: signature ?? null,
  };
}
