import { usableProcessors } from '../../host/processors.js';
import { isDeepStrictEqual } from 'node:util';

import { AiopsError } from '../../core/errors.js';
import { isoTime } from '../../core/time.js';
import type { InputSpec, ReadyFacts } from '../../core/types.js';
import { plural } from '../../report/format.js';
import { settingText } from './setting-text.js';
import { resolveActors } from '../../core/actor-count.js';
import type { ReplayConfig } from '../replay-config.js';
import type { RunFacts } from './run-facts.js';

/** Settings by their flags; null: not given. */
type Settings = RunFacts['settings'];

/**
 * The settings that can change a result, by their flags. Not among them: what the model, its backend and its
 * batches are, which actors tell, and whatever only changes how fast, how watched or how safe a run is; nor
 * `--max-ahead`, which changes results of live feeds alone: no run of one is resumed.
 */
export function resultSettings({
  inputs,
  read,
  params,
  output,
  threadsPerActor,
  batchShape,
}: ReplayConfig): Settings {
  return {
    input: inputs,
    '--format': read.format,
    '--time-column': read.timeColumn ?? null,
    '--target-column': read.targetColumn ?? null,
    '--label-column': read.labelColumn ?? null,
    '--columns': read.columns ?? null,
    '--map': read.map,
    '--targets': read.targets ?? null,
    '--shard': read.shard === null ? null : `${read.shard.index}/${read.shard.count}`,
    '--from': read.fromMs === null ? null : isoTime(read.fromMs),
    '--to': read.toMs === null ? null : isoTime(read.toMs),
    '--timezone': read.timezone,
    '--interval': read.interval,
    '--grace': read.grace,
    '--duplicates': read.duplicates,
    '--max-line': read.maxLineBytes,
    '--param': params,
    '--threads-per-actor': threadsPerActor,
    '--batch-shape': batchShape,
    '--results-format': output.format,
    '--emit': output.anomaliesOnly ? 'anomalies' : 'all',
    '--full-output': output.fullOutput,
    '--rejects': output.rejectsFile,
  };
}

/** How many serve, which changes results only where they depend on how a minute is cut. */
export function servingSettings({ mode, actors }: ReplayConfig): Settings {
  return { '--mode': mode, '--actors': mode === 'parallel' ? resolveActors(actors, usableProcessors()) : 1 };
}

/** What the run chose to compute with, and the same with what the command asks for where it leaves no choice. */
export function computingSettings(
  { model, backend }: Pick<RunFacts, 'model' | 'backend'>,
  config: ReplayConfig,
): [before: Settings, now: Settings] {
  const before = {
    '--backend': backend.name,
    '--model-format': model.format,
    '--batch-size': backend.batchSize,
  };
  const now = {
    '--backend': config.backend === 'auto' ? before['--backend'] : config.backend,
    '--model-format': config.modelFormat === 'auto' ? before['--model-format'] : config.modelFormat,
    '--batch-size': config.batchSize === 'auto' ? before['--batch-size'] : config.batchSize,
  };
  return [before, now];
}

/**
 * What differs, each as a text for a message. Only what the journal names is compared: it lacks a setting that came
 * with a later release, and were that held to its default, which need not be null, no run from before could be
 * gone on with. A release with which such a run would change its results raises `JOURNAL_FORMAT` instead.
 */
export function settingDifferences(before: Settings, now: Settings): string[] {
  return Object.keys(before)
    .filter((name) => !isDeepStrictEqual(before[name] ?? null, now[name] ?? null))
    .map((name) => difference(name, before[name], now[name]));
}

/** Of a model, and of the backend that computes it, what can change a result. */
type Computing = Pick<RunFacts, 'model' | 'input' | 'backend'>;

export function computingDifferences(before: Computing, now: Computing): string[] {
  const differences: string[] = [];
  if (before.model.digest !== now.model.digest) {
    const name = ({ model }: Computing): string =>
      `${model.name} ${model.version} (${model.digest.slice(0, 12)})`;
    differences.push(`the model was ${name(before)}, now ${name(now)}`);
  } else if (before.model.format !== now.model.format) {
    differences.push(difference('--model-format', before.model.format, now.model.format));
  }
  if (!isDeepStrictEqual(before.input, now.input)) {
    differences.push(`an item was ${itemText(before.input)}, now ${itemText(now.input)}`);
  }
  if (before.backend.name !== now.backend.name)
    differences.push(difference('--backend', before.backend.name, now.backend.name));
  if (before.backend.batchSize !== now.backend.batchSize)
    differences.push(difference('--batch-size', before.backend.batchSize, now.backend.batchSize));
  if (before.backend.reproducible !== now.backend.reproducible)
    differences.push(difference('--batch-shape', shape(before), shape(now)));
  return differences;
}

function itemText({ window, columns, missing }: InputSpec): string {
  const of = columns === 'each' ? 'each column' : columns.join(', ');
  return `${plural(window, 'interval')} of ${of} (missing values: ${missing})`;
}

function shape({ backend }: Computing): string {
  return backend.reproducible ? 'fixed' : 'free';
}

/** What may change last digits although nobody changed a setting: the machine, or an update. Null if nothing did. */
export function environmentChange(before: RunFacts, { backend }: Pick<ReadyFacts, 'backend'>): string | null {
  const text = ({ versions, features }: RunFacts['backend']): string =>
    [...Object.entries(versions).map(([name, version]) => `${name} ${version}`), ...features].join(', ');
  const [was, is] = [text(before.backend), text(backend)];
  return was === is ? null : `what computes has changed: it was ${was}, now ${is}; last digits may differ`;
}

/** @throws AiopsError `config` unless there is no difference */
export function refuseDifferences(differences: readonly string[], out: string): void {
  if (differences.length === 0) return;
  throw new AiopsError('config', `${out} holds another run: ${differences.join('; ')}`, {
    hint: 'choose another --out, or begin anew with --restart, which replaces what is there',
  });
}

function difference(name: string, before: unknown, now: unknown): string {
  const shown = (value: unknown): string => {
    const text = settingText(name, value);
    return text === null ? 'not given' : text || 'given';
  };
  return `${name} was ${shown(before)}, now ${shown(now)}`;
}
