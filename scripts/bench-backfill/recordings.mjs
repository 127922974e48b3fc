/** The recordings of `npm run bench:backfill`, generated once into the user's cache, and the bundles that serve them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { cacheFolder, peersPython } from '../peers/environment.mjs';
import { generateRecording } from '../shared/run-script.mjs';

const SEED = 14;
const MODELS_SCRIPT = fileURLToPath(new URL('../peers/backfill_models.py', import.meta.url));
const BUILTIN = fileURLToPath(new URL('../../fixtures/bundles/builtin', import.meta.url));

/** `quickMinutes` replaces `minutes` in a quick run; `model` is what backfill_models.py makes, null: the built-in one. */
export const RECORDINGS = [
  {
    name: '10x30d',
    title: '10 targets × 30 days',
    targets: 10,
    columns: 1,
    minutes: 43_200,
    quickMinutes: 4_320,
    model: null,
  },
  {
    name: '500x1d',
    title: '500 targets × 1 day',
    targets: 500,
    columns: 1,
    minutes: 1440,
    quickMinutes: 180,
    model: null,
  },
  {
    name: 'one-row',
    title: '500 targets × 38 columns × 300 minutes, a model that sees one row',
    targets: 500,
    columns: 38,
    minutes: 300,
    quickMinutes: 60,
    model: 'one-row',
  },
  {
    name: '1x30d',
    title: '1 target × 30 days',
    targets: 1,
    columns: 1,
    minutes: 43_200,
    quickMinutes: 4_320,
    model: null,
  },
  {
    name: 'lstm',
    title: 'LSTM, 500 targets × 4 columns × 2 hours',
    targets: 500,
    columns: 4,
    minutes: 120,
    quickMinutes: 75,
    model: 'lstm',
  },
];

/** Generates what is missing; returns the recording with `csv`, `bundle` and `rows` of results. */
export async function prepare(recording, { isQuick, folder }) {
  const minutes = isQuick ? recording.quickMinutes : recording.minutes;
  const csv = await generated({ ...recording, minutes });
  const bundle = recording.model === null ? BUILTIN : madeBundle(recording.model, csv, folder);
  const title = isQuick ? `the first ${minutes} minutes of ${recording.title}` : recording.title;
  return { ...recording, title, minutes, csv, bundle, rows: minutes * recording.targets };
}

async function generated({ targets, columns, minutes }) {
  const folder = cacheFolder('backfill');
  const csv = join(folder, `${targets}x${columns}x${minutes}-seed-${SEED}.csv`);
  if (existsSync(csv)) return csv;
  mkdirSync(folder, { recursive: true });
  const size = { targets, columns, minutes, seed: SEED };
  const flags = Object.entries(size).flatMap(([name, value]) => [`--${name}`, String(value)]);
  await generateRecording(folder, [...flags, '--out', `${csv}.part`]);
  renameSync(`${csv}.part`, csv); // an interrupted one does not count
  return csv;
}

function madeBundle(model, csv, folder) {
  const bundle = join(folder, `${model}-bundle`);
  const { status, stderr } = spawnSync(peersPython(), [MODELS_SCRIPT, model, csv, bundle], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${MODELS_SCRIPT} failed:\n${stderr}`);
  return bundle;
}
