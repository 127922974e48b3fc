import assert from 'node:assert/strict';

import { ROW_STATUS, rowsIn, type Block } from '#build/core/block.js';
import type { WindowSpec } from '#build/core/look-back.js';
import type { Label, MinuteBatch, MissingPolicy } from '#build/core/types.js';
import { fillWindow, planRows } from '#build/core/windows.js';

import { MINUTE_MS } from './records.js';

/** What becomes of a row before the model sees it. */
export interface Row {
  readonly minute: number;
  readonly target: string;
  readonly column: string | null;
  readonly label: Label;
  /** `item`, `warmup`, or the message of an error. */
  readonly state: string;
  /** `[window, width]` of an item. */
  readonly window: readonly number[] | null;
  readonly isWhole: boolean;
}

/** The rows of a block, in their order. */
export function rowsOf(block: Block, { columns, missing }: WindowSpec): Row[] {
  const plan = planRows(block, { columns, missing }, []);
  const minutes = block.minutesMs.length;
  const size = block.window * block.width;
  const windows = new Map<number, { readonly window: number[]; readonly isWhole: boolean }>();
  for (let item = 0; item < plan.items; item++) {
    const out = new Float64Array(size + 2).fill(-1);
    fillWindow(block, plan.itemSeries[item]!, plan.itemMinutes[item]!, missing, out, 1);
    assert.deepEqual([out[0], out[size + 1]], [-1, -1]);
    const row = { window: [...out.subarray(1, -1)], isWhole: plan.isWhole[item] === 1 };
    windows.set(plan.itemRows[item]!, row);
  }
  const rows: Row[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    assert.equal(plan.rowOffsets[minute], rows.length);
    for (const [series, target] of block.targets.entries()) {
      if (block.present[series * minutes + minute] === 0) continue;
      const status = plan.statuses[rows.length];
      rows.push({
        minute: block.minutesMs[minute]! / MINUTE_MS,
        target,
        column: block.columns[series] ?? null,
        label: labelOf(block, series, minute),
        state:
          status === ROW_STATUS.ok
            ? 'item'
            : status === ROW_STATUS.warmup
              ? 'warmup'
              : (plan.errors.get(rows.length)?.errmsg ?? ''),
        ...(windows.get(rows.length) ?? { window: null, isWhole: false }),
      });
    }
  }
  assert.equal(plan.rowOffsets[minutes], rows.length);
  assert.equal(rowsIn(block), rows.length);
  return rows;
}

function labelOf({ labels, minutesMs }: Block, series: number, minute: number): Label {
  return labels?.values[labels.codes[series * minutesMs.length + minute]!] ?? null;
}

/** The rules said again the slow way, from the whole history every time. */
export function referenceRows(minutes: readonly MinuteBatch[], settings: WindowSpec): Row[] {
  const { window, missing, columns, recordingColumns } = settings;
  const history = new Map<string, Map<number, Float64Array>>();
  const groups = columns === 'each' ? recordingColumns.map((name) => [name]) : [columns.map((name) => name)];
  return minutes.flatMap(({ minuteMs, records }) => {
    const tick = minuteMs / MINUTE_MS;
    return records.flatMap(({ target, values, bringsWindow, label }) => {
      const known = history.get(target) ?? new Map<number, Float64Array>();
      const seen = bringsWindow ? ownHistory(values, tick, settings) : known.set(tick, values);
      if (!bringsWindow) history.set(target, known);
      let first = tick;
      for (let earlier = tick - 1; earlier > first - window; earlier--)
        if (seen.has(earlier)) first = earlier;
      return groups.map((names): Row => {
        const row = { minute: tick, target, column: columns === 'each' ? (names[0] ?? '') : null, label };
        const none = { window: null, isWhole: false };
        if (tick - first + 1 < window) return { ...row, ...none, state: 'warmup' };
        const series = names.map((name) =>
          Array.from({ length: window }, (_, k) => {
            const at = seen.get(tick - window + 1 + k);
            return at?.[recordingColumns.indexOf(name)] ?? NaN;
          }),
        );
        const isWhole = series.flat().every((value) => !Number.isNaN(value));
        for (const [i, cells] of series.entries()) {
          const error = problem(cells, names[i]!, missing);
          if (error !== null) return { ...row, ...none, state: error };
        }
        const filled = series.map((cells) => fill(cells, missing));
        const rowMajor = Array.from({ length: window }, (_, k) => filled.map((cells) => cells[k]!));
        return { ...row, state: 'item', window: rowMajor.flat(), isWhole };
      });
    });
  });
}

function ownHistory(values: Float64Array, tick: number, { window }: WindowSpec): Map<number, Float64Array> {
  const columns = values.length / window;
  return new Map(
    Array.from({ length: window }, (_, k) => [
      tick - window + 1 + k,
      values.slice(k * columns, (k + 1) * columns),
    ]),
  );
}

function problem(cells: readonly number[], name: string, missing: MissingPolicy): string | null {
  const unknown = cells.filter(Number.isNaN).length;
  if (missing === 'reject' && unknown > 0)
    return `${unknown} of the last ${cells.length} intervals have no value of ${name}`;
  if (missing === 'hold' && unknown === cells.length)
    return `none of the last ${cells.length} intervals has a value of ${name}`;
  return null;
}

function fill(cells: readonly number[], missing: MissingPolicy): number[] {
  if (missing === 'zero') return cells.map((value) => (Number.isNaN(value) ? 0 : value));
  let last = cells.find((value) => !Number.isNaN(value)) ?? NaN;
  return cells.map((value) => (last = Number.isNaN(value) ? last : value));
}
