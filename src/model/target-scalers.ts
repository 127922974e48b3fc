import { posix } from 'node:path';

import { AiopsError, messageOf } from '../core/errors.js';
import { readChecked } from './bundle-files.js';
import type { Bundle } from './bundle.js';
import { isPerTarget, type PerTargetSpec } from './manifest.js';

/** `(x − offset) / scale` for the values of one column of one target. */
export interface Scaler {
  readonly offset: number;
  readonly scale: number;
}

/** The header of a file of scalers, and what becomes of the two numbers of a row. */
const KINDS = {
  zscore: {
    header: ['target', 'column', 'mean', 'scale'],
    scalerOf: (mean: number, scale: number): Scaler | null =>
      scale < 0 ? null : { offset: mean, scale: scale > 0 ? scale : 1 },
  },
  minmax: {
    header: ['target', 'column', 'min', 'max'],
    scalerOf: (min: number, max: number): Scaler | null =>
      max < min ? null : { offset: min, scale: max > min ? max - min : 1 },
  },
} as const satisfies Record<PerTargetSpec['kind'], unknown>;

/** Scalers by target, then column. */
export class TargetScalers {
  /** The file that they are from, for messages. */
  readonly file: string;
  readonly #byTarget: ReadonlyMap<string, ReadonlyMap<string, Scaler>>;

  constructor(file: string, byTarget: ReadonlyMap<string, ReadonlyMap<string, Scaler>>) {
    this.file = file;
    this.#byTarget = byTarget;
  }

  get(target: string, column: string): Scaler | undefined {
    return this.#byTarget.get(target)?.get(column);
  }
}

/**
 * Reads the scalers of a bundle, whose sum the manifest has.
 *
 * @returns null if all targets have the same
 * @throws AiopsError 'model' naming the file, and the line that is at fault
 */
export async function readTargetScalers({ dir, manifest }: Bundle): Promise<TargetScalers | null> {
  const { normalize } = manifest.input;
  if (!isPerTarget(normalize)) return null;
  const bytes = await readChecked(dir, posix.normalize(normalize.file), manifest.sha256);
  return parseTargetScalers(bytes, normalize);
}

/**
 * Parses CSV with a header, and a row for each target and column.
 *
 * @throws AiopsError 'model' naming the file, and the line that is at fault
 */
export async function parseTargetScalers(
  bytes: Uint8Array,
  { kind, file }: PerTargetSpec,
): Promise<TargetScalers> {
  const { header, scalerOf } = KINDS[kind];
  const refused = (what: string): AiopsError =>
    new AiopsError('model', `${file}, the scalers of the bundle, ${what}`, {
      hint: `expected the columns ${header.join(',')}, and one row for each target and column (docs/bundle.md)`,
    });
  const { parse } = await import('csv-parse/sync');
  let rows: { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
  try {
    rows = parse(bytes, { bom: true, info: true, skip_empty_lines: true }) as unknown as typeof rows;
  } catch (cause) {
    throw refused(`is not valid CSV: ${messageOf(cause)}`);
  }
  const [first, ...others] = rows;
  const found = first?.record.map((name) => name.trim()) ?? [];
  if (found.join() !== header.join()) throw refused(`has the columns ${found.join() || 'of an empty file'}`);
  if (others.length === 0) throw refused('has no row');
  const byTarget = new Map<string, Map<string, Scaler>>();
  for (const { record, info } of others) {
    const [target = '', column = '', ...texts] = record;
    const [a = NaN, b = NaN] = texts.map(numberOf);
    const scaler = Number.isFinite(a) && Number.isFinite(b) ? scalerOf(a, b) : null;
    if (scaler === null || target === '' || column === '')
      throw refused(`is invalid in line ${info.lines}: ${record.join()}`);
    const columns = byTarget.get(target) ?? new Map<string, Scaler>();
    if (columns.has(column)) throw refused(`has a second row for ${target}, ${column} in line ${info.lines}`);
    byTarget.set(target, columns.set(column, scaler));
  }
  return new TargetScalers(file, byTarget);
}

/** NaN unless the text is a decimal number: `Number` also takes blanks and hexadecimal digits. */
function numberOf(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : NaN;
}
