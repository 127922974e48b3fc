import { AiopsError } from '../../core/errors.js';
import { oneLine } from '../../core/one-line.js';
import type { ReadOptions } from '../options.js';

/** Names that people give to these fields, best first; compared without case. */
const HABITS = {
  time: ['timestamp', 'time', 'ts', 'minute', '@timestamp'],
  target: ['target', 'target_id', 'host', 'instance', 'service', 'name', 'id'],
  label: ['label', 'anomaly', 'is_anomaly'],
} as const;

type NamedField = keyof typeof HABITS;

/** The fields of a file that are no metrics, by their names in the file. */
export interface NamedFields {
  readonly time: string;
  readonly target: string | null;
  readonly label: string | null;
}

/** The names that a file has. */
export interface SeenNames {
  /** On its lines. */
  readonly line: readonly string[];
  /** Whether some line has a time under the name. */
  readonly isTime: (name: string) => boolean;
  /** In its records, or items of its batches, if their time is the field of this name. */
  readonly records: (time: string) => readonly string[];
}

/**
 * Finds time, target and label: by the flags, else by habit among what `--map` renamed.
 *
 * @throws AiopsError `input_unusable` when there is no time column, or a column that a flag names
 */
export function findNamedFields(file: string, seen: SeenNames, options: ReadOptions): NamedFields {
  const isHabit = (name: string): boolean =>
    (HABITS.time as readonly string[]).includes(newName(name, options).toLowerCase());
  const times = seen.line.filter((name) => isHabit(name) && seen.isTime(name));
  const found = options.timeColumn === undefined ? findField('time', file, times, options) : null;
  const time = found ?? findField('time', file, seen.line, options, options.timeColumn);
  if (time === null) {
    throw new AiopsError('input_unusable', `${file} has no time column: saw ${listNames(seen.line)}`, {
      hint: looksLikeData(seen.line)
        ? 'the first line must name the columns; put a line such as timestamp,target,value before it'
        : 'name it with --time-column',
    });
  }
  const names = seen.records(time);
  return {
    time,
    target: findField('target', file, names, options, options.targetColumn),
    label: findField('label', file, names, options, options.labelColumn, 'may be absent'),
  };
}

/** `--map` inverted, name in the file → new name: every field of every file looks its name up. */
const RENAMED = new WeakMap<ReadOptions['map'], ReadonlyMap<string, string>>();

/** What a field is called after `--map`. */
export function newName(field: string, { map }: ReadOptions): string {
  let renamed = RENAMED.get(map);
  if (renamed === undefined) {
    // Reversed, so that the first of several new names for one field holds.
    renamed = new Map(
      Object.entries(map)
        .map(([name, old]) => [old, name] as const)
        .reverse(),
    );
    RENAMED.set(map, renamed);
  }
  return renamed.get(field) ?? field;
}

/** A list of names for a message, cut where it would be too long to read. */
export function listNames(names: readonly string[], most = 12): string {
  if (names.length === 0) return 'nothing';
  const shown = names.slice(0, most).map((name) => (name === '' ? '(nameless)' : oneLine(name)));
  return shown.join(', ') + (names.length > most ? `, … (${names.length - most} more)` : '');
}

function findField(
  kind: NamedField,
  file: string,
  names: readonly string[],
  options: ReadOptions,
  wanted?: string,
  absent: 'is an error' | 'may be absent' = 'is an error',
): string | null {
  if (wanted !== undefined) {
    const lower = wanted.toLowerCase();
    const found =
      names.find((name) => name === wanted || newName(name, options) === wanted) ??
      names.find((name) => name.toLowerCase() === lower);
    if (found !== undefined) return found;
    if (absent === 'may be absent') return null;
    throw new AiopsError(
      'input_unusable',
      `${file} has no column ${oneLine(wanted)}: saw ${listNames(names)}`,
      {
        hint: `name the ${kind} column as the file has it with --${kind}-column`,
      },
    );
  }
  const taken = takenNames(kind, options);
  const free = names.filter((name) => !taken.has(name) && !taken.has(newName(name, options)));
  for (const habit of HABITS[kind]) {
    const found = free.find((name) => newName(name, options).toLowerCase() === habit);
    if (found !== undefined) return found;
  }
  return null;
}

/** Names that flags gave another meaning. */
function takenNames(kind: NamedField, options: ReadOptions): ReadonlySet<string> {
  const given = {
    time: options.timeColumn,
    target: options.targetColumn,
    label: options.labelColumn,
  };
  const taken = new Set(options.columns);
  for (const [other, column] of Object.entries(given)) {
    if (other !== kind && column !== undefined) taken.add(column);
  }
  return taken;
}

function looksLikeData(names: readonly string[]): boolean {
  return names.some((name) => /^[-+]?\d/.test(name));
}
