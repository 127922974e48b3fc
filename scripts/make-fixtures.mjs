/**
 * Extracts fixtures/recordings/ from the real week (cloud-monitoring-week.csv.gz): one day in every layout, three hosts
 * in separate files, and the day's ingress series as columns of one target. Numbers keep their text. Needs a build.
 *
 *   node scripts/make-fixtures.mjs [FOLDER]
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { csvHeader, csvRows, jsonBatch, jsonRows } from './shared/recording-text.mjs';

const RECORDINGS = fileURLToPath(new URL('../fixtures/recordings/', import.meta.url));
const DAY = '2018-04-30';
const HOSTS = { 'host-a': 'ingress-01', 'host-b': 'ingress-04', 'host-c': 'mongo-03' };
const HOST_MINUTES = 180;
const COLUMNS = ['value'];
/** The input of the bundle lstm-forecast (scripts/model/train_forecast.py). */
const SERVICE_COLUMNS = ['ingress-01', 'ingress-03', 'ingress-04', 'ingress-05'];

const folder = process.argv[2] ?? RECORDINGS;
const minutes = byMinute(
  gunzipSync(await readFile(join(RECORDINGS, 'cloud-monitoring-week.csv.gz'))).toString(),
);

await mkdir(join(folder, 'three-hosts'), { recursive: true });
await writeFile(
  join(folder, 'real-day.csv'),
  csvHeader(COLUMNS, true) + joined((time, records) => csvRows(time, records)),
);
await writeFile(
  join(folder, 'real-day.jsonl'),
  joined((time, records) => jsonRows(time, COLUMNS, records)),
);
await writeFile(
  join(folder, 'real-day.batches.jsonl'),
  joined((time, records) => jsonBatch(time, COLUMNS, records)),
);
await writeFile(
  join(folder, 'service-day.csv'),
  csvHeader(SERVICE_COLUMNS, true) + joined((time, records) => csvRows(time, [asService(records)])),
);
for (const [host, target] of Object.entries(HOSTS)) {
  await writeFile(join(folder, 'three-hosts', `${host}.csv`), hostFile(target));
}

function joined(text) {
  return Array.from(minutes, ([time, records]) => text(time, records)).join('');
}

/** A minute's series as columns of one target, labelled if any of them is. */
function asService(records) {
  const columns = SERVICE_COLUMNS.map((name) => records.find(({ target }) => target === name));
  const label = columns.some((record) => record.label === '1') ? '1' : '0';
  return { target: 'service', values: columns.map(({ values }) => values[0]), label };
}

/** One host's series as the host would export it: without a target column. */
function hostFile(target) {
  const rows = [...minutes]
    .slice(0, HOST_MINUTES)
    .flatMap(([time, records]) =>
      records
        .filter((record) => record.target === target)
        .map(({ values, label }) => `${time},${values.join(',')},${label}\n`),
    );
  return `timestamp,${COLUMNS.join(',')},label\n${rows.join('')}`;
}

/** The day's records by timestamp, in the recording's order. */
function byMinute(csv) {
  const minutes = new Map();
  for (const line of csv.split('\n')) {
    if (!line.startsWith(DAY)) continue;
    const [time, target, value, label] = line.trimEnd().split(',');
    if (!minutes.has(time)) minutes.set(time, []);
    minutes.get(time).push({ target, values: [value], label });
  }
  return minutes;
}
