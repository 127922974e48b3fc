import { inverse } from '../../core/scaling.js';
import type { Estimate } from '../../core/statistics.js';
import { figures } from '../../report/format.js';
import type { Cell, Table } from '../../report/table.js';

/* Stands in for the table kit until it is there. */

export interface Column<Row> {
  readonly title: string;
  readonly keys: readonly string[];
  readonly cells: (row: Row) => Cell[];
}

type Format = (value: number) => string;

export function words<Row>(title: string, key: string, of: (row: Row) => string): Column<Row> {
  return { title, keys: [key], cells: (row) => [{ value: of(row), text: of(row) }] };
}

export function figure<Row>(
  title: string,
  key: string,
  format: Format,
  of: (row: Row) => number | null,
): Column<Row> {
  const cell = (value: number | null): Cell => ({ value, text: value === null ? '' : format(value) });
  return { title, keys: [key], cells: (row) => [cell(of(row))] };
}

export function estimate<Row>(
  title: string,
  key: string,
  format: Format,
  of: (row: Row) => Estimate | null,
): Column<Row> {
  const [, name = key, unit = ''] = /^(.*?)(_ms|_bytes)?$/.exec(key) ?? [];
  const cell = (value: number | null): Cell => ({ value, text: value === null ? '' : format(value) });
  return {
    title,
    keys: [key, `${name}_low${unit}`, `${name}_high${unit}`],
    cells: (row) => {
      const { value, low, high } = of(row) ?? { value: null, low: null, high: null };
      return [value, low, high].map(cell);
    },
  };
}

export function speedup<Row>(title: string, key: string, of: (row: Row) => Estimate | null): Column<Row> {
  return estimate(title, key, figures, of);
}

export function tableOf<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Table {
  return {
    columns: columns.flatMap(({ keys, title }) =>
      keys.map((key, i) => ({ key, title: [title, 'from', 'to'][i]! })),
    ),
    rows: rows.map((row) => columns.flatMap(({ cells }) => cells(row))),
  };
}

export function speedupText(estimate: Estimate, over?: string): string {
  const isSlower = estimate.value < 1 && figures(1 / estimate.value) !== '1.00';
  const { value, low, high } = isSlower ? inverse(estimate) : estimate;
  const than = over === undefined ? '' : ` ${isSlower ? 'than' : 'as'} ${over}`;
  const interval = low === high ? '' : ` (${figures(low)}–${figures(high)})`;
  return `${figures(value)} × ${isSlower ? 'slower' : 'as fast'}${than}${interval}`;
}
