/**
 * Replays every recording in fixtures/ and prints, as JSON, the exit status and the sha256 of `results.jsonl`,
 * `rejects.jsonl` and `results.csv`. Texts for people (`errmsg`, and `message` of rejects) are masked, so that sums
 * are the same as long as values are.
 *
 *   node scripts/fixture-checksums.mjs [--program bin/aiops-serve.js]
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { inTemporaryFolder } from './shared/run-script.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const FIXTURES = join(ROOT, 'fixtures');
const RECORDING = /\.(csv|tsv|jsonl)(\.gz)?$/;

const { values } = parseArgs({
  options: { program: { type: 'string', default: join(ROOT, 'bin/aiops-serve.js') } },
});
const program = resolve(values.program);

const inputs = [
  ...recordingsIn('recordings').map((file) => [file]),
  recordingsIn('recordings/three-hosts'),
  ...recordingsIn('fuzz').map((file) => [file]),
];
const sums = {};
await inTemporaryFolder((folder) => {
  for (const [index, files] of inputs.entries()) {
    const replay = (format) => replayed(files, format, join(folder, `${index}-${format}`));
    const [jsonl, csv] = [replay('jsonl'), replay('csv')];
    sums[files.join(' ')] = {
      status: jsonl.status,
      'results.jsonl': jsonl.sum('results.jsonl', (text) => maskedJson(text, 'errmsg')),
      'rejects.jsonl': jsonl.sum('rejects.jsonl', (text) => maskedJson(text, 'message')),
      'results.csv': csv.sum('results.csv', maskedCsv),
    };
  }
});
process.stdout.write(`${JSON.stringify(sums, null, 2)}\n`);

function recordingsIn(folder) {
  const names = readdirSync(join(FIXTURES, folder)).filter((name) => RECORDING.test(name));
  return names.sort().map((name) => `${folder}/${name}`);
}

/** `wasm` computes the same bits on every machine. */
function replayed(files, format, out) {
  const flags = ['--backend', 'wasm', '--actors', '2', '--compare', 'none', '--quiet'];
  const { status, stderr } = spawnSync(
    process.execPath,
    [program, 'replay', ...files, ...flags, '--results-format', format, '--out', out],
    { cwd: FIXTURES, encoding: 'utf8' },
  );
  if (status === 70 || status === null) throw new Error(`${files.join(' ')}: ${stderr}`);
  const sum = (name, masked) => {
    const path = join(out, name);
    if (!existsSync(path)) return null;
    return createHash('sha256')
      .update(masked(readFileSync(path, 'utf8')))
      .digest('hex');
  };
  return { status, sum };
}

function maskedJson(text, key) {
  return text.replaceAll(new RegExp(`"${key}":"(?:[^"\\\\]|\\\\.)*"`, 'g'), `"${key}":"…"`);
}

/** `errmsg` is the last column. */
function maskedCsv(text) {
  return text.replaceAll(/,(?:"(?:[^"]|"")+"|[^",\n]+)(?=\r?\n)/g, ',…');
}
