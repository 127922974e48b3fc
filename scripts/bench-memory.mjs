/**
 * Whether the parent's memory grows with the length of a recording: replays a made-up one of `--minutes`
 * (default 1440) minutes and one ten times as long, and prints the parent's largest resident memory for each.
 *
 * Usage: node scripts/bench-memory.mjs [--targets 100] [--minutes 1440]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '1440' },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'aiops-serve-memory-'));

function node(script, ...args) {
  const { status, stderr } = spawnSync(process.execPath, [join(root, script), ...args], { cwd: folder });
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr}`);
}

/** MiB that the parent held at most while it replayed so many minutes. */
function parentMemory(minutes) {
  const size = ['--targets', values.targets, '--columns', '1', '--minutes', String(minutes)];
  node('scripts/generate-recording.mjs', ...size, '--format', 'jsonl', '--out', 'data.jsonl');
  node('bin/aiops-serve.js', 'replay', 'data.jsonl', '--actors', '2', '--compare', 'none', '--out', 'out');
  const summary = JSON.parse(readFileSync(join(folder, 'out/timing.json'), 'utf8'));
  console.log(
    `${summary.counts.minutes} minutes of ${values.targets} targets: ` +
      `${(summary.parentMaxRssBytes / 2 ** 20).toFixed(0)} MiB, ${(summary.elapsedMs / 1000).toFixed(1)} s`,
  );
  return summary.parentMaxRssBytes;
}

try {
  const short = parentMemory(Number(values.minutes));
  const long = parentMemory(10 * Number(values.minutes));
  console.log(`ten times as long: ${(long / short).toFixed(2)} times the memory`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
