import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';

import { inspect } from '#build/inspect/inspect.js';
import { inspectionText } from '#build/inspect/inspection-report.js';
import type { ReadSettings } from '#build/read/options.js';
import { minute } from '../support/series.js';
import { folderWith, READ_DEFAULTS } from '../support/reading.js';

test('each metric is listed with its records without a value, whatever it is called in the results', async (t) => {
  const rows = (column: string, values: readonly (number | '')[]): string =>
    [`time,host,${column}`, ...values.map((value, i) => `${minute(i)},web-1,${value}`), ''].join('\n');
  const files = {
    'requests.csv': rows('value', [1, 2, 3, 4]),
    'errors.csv': rows('value', [5, '', '', 6]),
    'load.csv': rows('load (1m)', [7, 8, '', 9]),
  };
  const folder = await folderWith(t, files);
  const missing = async (names: readonly string[], settings: Partial<ReadSettings>): Promise<string[]> => {
    const inputs = names.map((name) => join(folder, name));
    const read = { ...READ_DEFAULTS, ...settings };
    const { inspection } = await inspect({ inputs, read, given: [], maxRejects: null }, Readable.from([]));
    return inspectionText(inspection).match(/(?<=^(?:value|load \(1m\)) +metric +)\S+/gm) ?? [];
  };
  assert.deepEqual(await missing(['requests.csv', 'errors.csv'], {}), ['0', '2']);
  assert.deepEqual(await missing(['load.csv'], { map: { load: 'load (1m)' } }), ['1']);
});
