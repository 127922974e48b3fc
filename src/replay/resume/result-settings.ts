import { isDeepStrictEqual } from 'node:util';

import { AiopsError } from '../../core/errors.js';
import type { InputSpec, ModelFile, ReadyFacts } from '../../core/types.js';
import { plural } from '../../report/format.js';
import type { ChosenModel } from '../../model/model-choice.js';
import type { ReplayConfig } from '../replay-config.js';
import type { SettingText } from '../replay-context.js';
import { addsInputs } from './added-inputs.js';
import type { RunFacts } from './run-facts.js';

/** Settings by their flags; null: not given. */
type Settings = RunFacts['settings'];

/**
 * What the run chose to compute with, and the same with what the command asks for where it leaves no choice. Of an
 * analyzer: what its bundles were computed with, if it loaded any; their format is not known.
 */
export function computingSettings(
  { model, backend }: Pick<RunFacts, 'model' | 'backend'>,
  config: ReplayConfig,
): [before: Settings, now: Settings] {
  if (backend.name === 'js') return [{}, {}];
  const isAnalyzer = model.format === 'analyzer';
  const before = {
    '--backend': backend.name,
    '--model-format': model.format,
    '--batch-size': backend.batchSize,
  };
  const now = {
    '--backend': config.backend === 'auto' ? before['--backend'] : config.backend,
    '--model-format': config.modelFormat === 'auto' || isAnalyzer ? model.format : config.modelFormat,
    '--batch-size': config.batchSize === 'auto' ? before['--batch-size'] : config.batchSize,
  };
  return [before, now];
}

/**
 * What differs, each as a text for a message. Compares only settings that the journal names: it lacks those of later
 * releases, and comparing them with their defaults would refuse every run of an earlier release. A release that would
 * change the results of such a run raises `JOURNAL_FORMAT` instead.
 */
export function settingDifferences(before: Settings, now: Settings, text: SettingText): string[] {
  return Object.keys(before)
    .filter((name) => !isDeepStrictEqual(before[name] ?? null, now[name] ?? null))
    .map((name) => difference(name, before[name], now[name], text));
}

/** Settings that journals of earlier releases lack, with what their runs did. */
const NOT_YET: Settings = { '--rate': null };

/** Of a model, and of the backend that computes it, what can change a result. */
type Computing = Pick<RunFacts, 'model' | 'input' | 'backend'>;

export function computingDifferences(before: Computing, now: Computing): string[] {
  const differences: string[] = [];
  const changedFiles = fileDifferences(before.model.files ?? [], now.model.files ?? []);
  if (changedFiles.length > 0) {
    differences.push(...changedFiles);
  } else if (before.model.digest !== now.model.digest) {
    const name = ({ model }: Computing): string =>
      `${model.name} ${model.version} (${model.digest.slice(0, 12)})`;
    differences.push(`the model was ${name(before)}, now ${name(now)}`);
  } else if (before.model.format !== now.model.format) {
    differences.push(difference('--model-format', before.model.format, now.model.format, plainText));
  }
  if (!isDeepStrictEqual(before.input, now.input)) {
    differences.push(`an item was ${itemText(before.input)}, now ${itemText(now.input)}`);
  }
  if (before.backend.name !== now.backend.name)
    differences.push(difference('--backend', before.backend.name, now.backend.name, plainText));
  if (before.backend.batchSize !== now.backend.batchSize)
    differences.push(difference('--batch-size', before.backend.batchSize, now.backend.batchSize, plainText));
  if (before.backend.reproducible !== now.backend.reproducible)
    differences.push(difference('--batch-shape', shape(before), shape(now), plainText));
  return differences;
}

/** Which files of an analyzer differ. */
function fileDifferences(before: readonly ModelFile[], now: readonly ModelFile[]): string[] {
  const sums = new Map(now.map(({ name, sha256 }) => [name, sha256]));
  const names = new Set(before.map(({ name }) => name));
  return [
    ...before.flatMap(({ name, sha256 }) => {
      const sum = sums.get(name);
      if (sum === sha256) return [];
      const file = `the analyzer's file ${name}`;
      return sum === undefined
        ? `${file} is no longer in use`
        : `${file} was ${sha256.slice(0, 12)}, now ${sum.slice(0, 12)}`;
    }),
    ...now.flatMap(({ name }) => (names.has(name) ? [] : `the analyzer now also uses the file ${name}`)),
  ];
}

function itemText({ window, columns, missing }: InputSpec): string {
  const of = columns === 'each' ? 'each column' : columns.join(', ');
  return `${plural(window, 'interval')} of ${of} (missing values: ${missing})`;
}

function shape({ backend }: Computing): string {
  return backend.reproducible ? 'fixed' : 'free';
}

/** What may change last digits although no setting changed: the machine, or an update; null: nothing. */
export function environmentChange(before: RunFacts, { backend }: Pick<ReadyFacts, 'backend'>): string | null {
  const text = ({ versions, features }: RunFacts['backend']): string =>
    [...Object.entries(versions).map(([name, version]) => `${name} ${version}`), ...features].join(', ');
  const [was, is] = [text(before.backend), text(backend)];
  return was === is ? null : `the backend has changed from ${was} to ${is}; last digits may differ`;
}

/** @throws AiopsError `config` unless there is no difference */
export function refuseDifferences(differences: readonly string[], out: string): void {
  if (differences.length === 0) return;
  throw new AiopsError('config', `${out} holds another run: ${differences.join('; ')}`, {
    hint: 'choose another --out, or start over with --restart, which replaces it',
  });
}

const plainText: SettingText = (_flag, value) => (typeof value === 'string' ? value : JSON.stringify(value));

function difference(name: string, before: unknown, now: unknown, text: SettingText): string {
  const shown = (value: unknown): string => {
    const typed = text(name, value);
    return typed === null ? 'not given' : typed || 'given';
  };
  return `${name} was ${shown(before)}, now ${shown(now)}`;
}

/** Differences that show before actors are up. */
export function knownDifferences(
  facts: RunFacts,
  config: ReplayConfig,
  model: ChosenModel,
  text: SettingText,
): string[] {
  const { results: asked, serving } = config.journaled;
  const results = addsInputs(facts, config.inputs) ? { ...asked, input: facts.settings['input'] } : asked;
  const differences = [
    ...settingDifferences({ ...NOT_YET, ...facts.settings }, results, text),
    ...settingDifferences(...computingSettings(facts, config), text),
  ];
  if (!facts.backend.reproducible) differences.push(...settingDifferences(facts.serving, serving, text));
  // A digest covers the threshold, which is named above.
  const hasSameThreshold = (facts.settings['--threshold'] ?? null) === results['--threshold'];
  if (hasSameThreshold && model.digest !== null && model.digest !== facts.model.digest) {
    const { name, digest } = facts.model;
    differences.push(`the model was ${name} (${digest.slice(0, 12)}), now ${model.digest.slice(0, 12)}`);
  }
  return differences;
}
