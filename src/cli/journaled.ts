import { resolveActors } from '../core/actor-count.js';
import { isoTime } from '../core/time.js';
import { usableProcessors } from '../host/processors.js';
import type { ReadSettings } from '../read/options.js';
import type { JournaledSettings } from '../replay/replay-config.js';
import { REPLAY_SETTINGS, type ReplayValues } from './settings.js';
import { flagName, type Settings } from './settings/setting.js';

/* The settings in the journal of a run, which must not change when it is resumed. */

const ROWS: readonly (readonly [key: string, row: Settings[string]])[] = Object.values(
  REPLAY_SETTINGS,
).flatMap((settings) => Object.entries(settings));

/** The settings that affect results, by flag, with relative values such as `auto` resolved. */
export function journaled(
  inputs: readonly string[],
  values: ReplayValues,
  { fromMs, toMs }: Pick<ReadSettings, 'fromMs' | 'toMs'>,
): JournaledSettings {
  const { mode, actors, shard } = values;
  const definite: Readonly<Record<string, unknown>> = {
    ...values,
    from: fromMs === null ? null : isoTime(fromMs),
    to: toMs === null ? null : isoTime(toMs),
    shard: shard === null ? null : `${shard.index}/${shard.count}`,
    actors: mode === 'parallel' ? resolveActors(actors, usableProcessors()) : 1,
  };
  const thatChange = (what: 'results' | 'serving'): Record<string, unknown> =>
    Object.fromEntries(
      ROWS.filter(([, row]) => row.changes === what).map(([key, row]) => [
        `--${flagName(row)}`,
        definite[key] ?? null,
      ]),
    );
  return {
    results: { input: inputs, ...thatChange('results') },
    serving: thatChange('serving'),
  };
}

/** A journaled setting as typed after its flag; '': a flag without a value, null: not given. */
export function settingText(flag: string, value: unknown): string | null {
  if (value === null || value === undefined || value === false) return null;
  if (typeof value === 'string') return value;
  if (flag === 'input') return (value as readonly string[]).join(' ');
  const [, row] = ROWS.find(([, one]) => `--${flagName(one)}` === flag) ?? [];
  if (row === undefined) return JSON.stringify(value);
  const text = row.kind.show(value as never);
  return text === '' && value !== true ? null : text;
}

/** The journaled settings that differ from their defaults, as typed. */
export function unusualSettings(settings: Readonly<Record<string, unknown>>): string {
  return ROWS.flatMap(([, row]) => {
    const flag = `--${flagName(row)}`;
    const value = settings[flag];
    const text = settingText(flag, value);
    const isDefault = row.default !== undefined && JSON.stringify(row.default) === JSON.stringify(value);
    return text === null || isDefault
      ? []
      : [`${flag}${row.optional === undefined ? ' ' : '='}${text}`.trimEnd()];
  }).join(' ');
}
