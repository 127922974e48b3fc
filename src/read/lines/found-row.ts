import { UNCLEAR_POINT } from './reject-remedies.js';
import type { Role } from './roles.js';
import { show } from './show-value.js';
import { notInUnit } from './units.js';

/** What a reader found on a line, or in an item of it. Each reader has one and fills it again for every row. */
export class FoundRow {
  time: unknown = undefined;
  target: unknown = undefined;
  label: unknown = undefined;
  /** The name of its metric, if a row has one metric only. */
  metric: unknown = undefined;
  /** What together is the target, if several fields name it. */
  readonly parts: unknown[] = [];
  /** What together is the time, if several fields hold it. */
  readonly timeParts: unknown[] = [];
  /** The metrics whose fields it has; null: all. */
  brings: readonly number[] | null = null;
  /** Those of them that are in objects of the row. */
  readonly nested: number[] = [];
  /** `[columns]`, or `[window, columns]` of an item that brings its window: NaN where missing, Infinity where bad. */
  values: Float64Array = new Float64Array(0);
  /** What is wrong with its values; null: nothing. */
  problem: ValueProblem | null = null;

  /** Forgets the names of an earlier row, whose fields this one may lack. */
  clear(brings: readonly number[] | null): void {
    this.time = undefined;
    this.target = undefined;
    this.label = undefined;
    this.metric = undefined;
    this.brings = brings;
    if (this.parts.length > 0) this.parts.fill(undefined);
    if (this.timeParts.length > 0) this.timeParts.fill(undefined);
    if (this.nested.length > 0) this.nested.length = 0;
  }

  /** Counts the nested metrics among those that it has. */
  bringNested(): void {
    const { brings, nested, values } = this;
    if (brings === null) return;
    this.brings = brings.length + nested.length < values.length ? [...brings, ...nested] : null;
  }

  /** Sets what a field holds by its role; numbers and what is ignored are not set. */
  set(role: Role, found: unknown): void {
    switch (role.kind) {
      case 'time':
        this.time = found;
        break;
      case 'target':
        this.target = found;
        break;
      case 'label':
        this.label = found;
        break;
      case 'metric':
        this.metric = found;
        break;
      case 'timePart':
        this.timeParts[role.part] = found;
        break;
      case 'targetPart':
        this.parts[role.part] = found;
        break;
      case 'value':
      case 'late':
      case 'ignored':
    }
  }

  /** `unit`: of the field's numbers; undefined: they have none. */
  badValue(field: string, value: unknown, unit?: string): void {
    const what = unit === undefined ? `${show(value)} is not a number` : notInUnit(show(value), unit);
    this.problem ??= { reason: 'bad_value', message: `${field}: ${what}` };
  }

  /** Refuses a number whose point may be decimal or between thousands. */
  unclearValue(field: string, text: string): void {
    this.problem ??= { reason: 'bad_value', message: `${field}: ${show(text)} ${UNCLEAR_POINT}` };
  }
}

export interface ValueProblem {
  readonly reason: 'bad_value' | 'bad_shape';
  readonly message: string;
}

export function badShape(message: string): ValueProblem {
  return { reason: 'bad_shape', message };
}
