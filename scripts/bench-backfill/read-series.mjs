/** Reads a recording into series. */
import { openForReading } from '../shared/reading.mjs';

/**
 * Reads a whole recording without gaps or missing values.
 *
 * @param wanted the names of a series' columns; `each`: the recording has only one
 * @returns `values` `[series]` of `[minutes, width]`, with the series' `targets` and `columns` as a block has them
 */
export async function readSeries(path, wanted) {
  const recording = await openForReading(path);
  const names = wanted === 'each' ? recording.columns : wanted;
  if (wanted === 'each' && names.length !== 1) throw new Error('expected a recording of one column');
  const indexes = names.map((name) => recording.columns.indexOf(name));
  const minutesMs = [];
  const series = [];
  for await (const { batch } of recording.steps()) {
    if (batch === null) continue;
    if (series.length === 0)
      for (const { target } of batch.records) series.push({ target, rows: new Rows(indexes) });
    if (batch.records.length !== series.length) throw new Error('expected every target in every minute');
    for (const [i, { values }] of batch.records.entries()) series[i].rows.push(values);
    minutesMs.push(batch.minuteMs);
  }
  const { intervalMs } = recording;
  await recording.close();
  return {
    ...{ intervalMs, minutesMs },
    targets: series.map(({ target }) => target),
    columns: series.map(() => (wanted === 'each' ? names[0] : null)),
    values: series.map(({ rows }) => rows.values()),
  };
}

/** A growing `[minutes, width]`. */
class Rows {
  #indexes;
  #values;
  #length = 0;

  constructor(indexes) {
    this.#indexes = indexes;
    this.#values = new Float64Array(1024 * indexes.length);
  }

  push(values) {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    for (const index of this.#indexes) this.#values[this.#length++] = values[index];
  }

  values() {
    return this.#values.subarray(0, this.#length);
  }
}
