/**
 * Writes a synthetic recording of any size; the same flags give the same bytes. Needs a build.
 *
 *   node scripts/generate-recording.mjs --targets 500 --minutes 90 --out recording.csv
 *
 * Minutes are generated as they are written, so memory does not grow with the recording.
 */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';

import { syntheticColumns, syntheticMinutes } from '#build/bench/synthetic.js';
import { isoTime } from '#build/core/time.js';
import { csvHeader, csvRows, jsonBatch, jsonRows } from './shared/recording-text.mjs';

const USAGE = `usage: node scripts/generate-recording.mjs [options]
  --targets N            number of targets (10)
  --columns N            metric columns per target (1)
  --minutes N            intervals (1440)
  --seed N               seed of the values (1)
  --start TIME           first interval, ISO 8601 (2024-01-01T00:00:00Z)
  --interval-seconds N   length of an interval (60)
  --missing SHARE        share of missing values, 0 to 1 (0)
  --gaps-per-day N       expected gaps of 1 to 90 intervals per target and day (0)
  --anomalies-per-day N  expected labelled anomalies per target and day (0: no label column)
  --format csv|jsonl     (default: by the extension of --out, else csv)
  --layout rows|batches  one record or one minute per line; batches need jsonl (rows)
  --out FILE|-           output file (-: standard output)
`;

const FLAGS = {
  targets: { type: 'string', default: '10' },
  columns: { type: 'string', default: '1' },
  minutes: { type: 'string', default: '1440' },
  seed: { type: 'string', default: '1' },
  start: { type: 'string', default: '2024-01-01T00:00:00Z' },
  'interval-seconds': { type: 'string', default: '60' },
  missing: { type: 'string', default: '0' },
  'gaps-per-day': { type: 'string', default: '0' },
  'anomalies-per-day': { type: 'string', default: '0' },
  format: { type: 'string' },
  layout: { type: 'string', default: 'rows' },
  out: { type: 'string', default: '-' },
  help: { type: 'boolean', default: false },
};

try {
  const { values: flags } = parseArgs({ options: FLAGS });
  if (flags.help) process.stdout.write(USAGE);
  else await generate(flags);
} catch (error) {
  if (error.code !== 'EPIPE') {
    console.error(`generate-recording: ${error.message}`);
    if (error instanceof RangeError || String(error.code).startsWith('ERR_PARSE_ARGS')) console.error(USAGE);
    process.exitCode = 1;
  }
}

async function generate(flags) {
  const options = {
    targets: Number(flags.targets),
    columns: Number(flags.columns),
    minutes: Number(flags.minutes),
    seed: Number(flags.seed),
    startMs: Date.parse(flags.start),
    intervalMs: Number(flags['interval-seconds']) * 1000,
    missingShare: Number(flags.missing),
    gapsPerDay: Number(flags['gaps-per-day']),
    anomaliesPerDay: Number(flags['anomalies-per-day']),
  };
  const format = flags.format ?? (/\.(jsonl|ndjson)$/.test(flags.out) ? 'jsonl' : 'csv');
  const chunks = lines(options, layoutWriter(format, flags.layout, options));
  const first = await chunks.next(); // invalid options fail before a file is created
  await pipeline(prepend(first, chunks), flags.out === '-' ? process.stdout : createWriteStream(flags.out));
}

/** The file's header line, and how a minute becomes text. */
function layoutWriter(format, layout, options) {
  const columns = syntheticColumns(options.columns);
  const hasLabels = options.anomaliesPerDay > 0;
  if (format === 'csv' && layout === 'rows') return { head: csvHeader(columns, hasLabels), minute: csvRows };
  if (format === 'jsonl' && layout === 'rows') {
    return { head: '', minute: (time, records) => jsonRows(time, columns, records) };
  }
  if (format === 'jsonl' && layout === 'batches') {
    return { head: '', minute: (time, records) => jsonBatch(time, columns, records) };
  }
  throw new RangeError(`--layout ${layout} does not exist for --format ${format}`);
}

async function* lines(options, writer) {
  let head = writer.head;
  for (const { minuteMs, records } of syntheticMinutes(options)) {
    const texts = records.map(({ target, values, label }) => ({
      target,
      values: values.map((value) => (value === null ? '' : String(value))),
      label: options.anomaliesPerDay > 0 ? String(label) : null,
    }));
    yield head + writer.minute(isoTime(minuteMs), texts);
    head = '';
  }
}

async function* prepend(first, rest) {
  if (!first.done) yield first.value;
  yield* rest;
}
