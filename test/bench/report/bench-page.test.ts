import assert from 'node:assert/strict';
import { test } from 'node:test';

import { benchHtml } from '#build/bench/report/bench-page.js';

import { benchSummary } from '../../support/bench-summary.js';

/** The cells of a row by its caption and heading. */
function rowOf(page: string, caption: string, heading: string): string {
  const table = page.split(`<caption>${caption}</caption>`)[1]?.split('</table>')[0] ?? '';
  return table.split('<tr>').find((row) => row.startsWith(`<th scope="row">${heading}<`)) ?? '';
}

test('the title names every recording, and standard input by its name', () => {
  const title = (inputs: readonly string[]) =>
    /<title>(.*)<\/title>/.exec(benchHtml(benchSummary(), inputs))?.[1];
  assert.equal(title([]), 'Benchmark of synthetic minutes');
  assert.equal(title(['in/a.csv', 'b.csv']), 'Benchmark of a.csv, b.csv');
  assert.equal(title(['-']), 'Benchmark of standard input');
  assert.equal(title(['a, b/c.csv']), 'Benchmark of c.csv');
});

test('a page without plots has no script', () => {
  assert.ok(!benchHtml(benchSummary(), []).includes('<script'));
});

test('captions say that times by actor are of all timed minutes, times of a variant of an average one', () => {
  const page = benchHtml(benchSummary(), []);
  assert.match(page, /<caption>Parts, of an average minute, summed over its chunks<\/caption>/);
  assert.match(page, /<caption>By actor, summed over all timed minutes<\/caption>/);
  assert.match(
    page,
    /<figcaption>Shares of the time that chunks took, of an average minute, summed over its chunks; those of each actor are summed over all timed minutes\.</,
  );
});

test('a break-even cost of zero and one that was not measured are in words', () => {
  const caption = 'Which cost of an item, in one process, makes actors pay';
  const row = (breakEvenItemMs: number | null): string => {
    const summary = benchSummary();
    const cases = summary.cases.map((one) => ({ ...one, breakEvenItemMs }));
    return rowOf(benchHtml({ ...summary, cases }, []), caption, '500 items on wasm');
  };
  assert.match(row(null), /<td>not measured<\/td>/);
  assert.match(row(0), /<td>at any cost<\/td>/);
  assert.match(row(0.004), />4\.00 µs<\/span>/);
});
