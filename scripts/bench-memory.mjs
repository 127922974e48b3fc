/**
 * Whether the parent's memory grows with the length of a recording: replays a generated one of `--minutes` minutes and
 * one ten times as long, and prints the parent's largest resident memory for each. Needs a build.
 *
 *   node scripts/bench-memory.mjs [--targets 100] [--minutes 1440]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { generateRecording, inTemporaryFolder, runScript } from './shared/run-script.mjs';

const { values: flags } = parseArgs({
  options: {
    targets: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '1440' },
  },
});

/** The parent's largest resident memory while it replays `minutes` minutes. */
async function parentMaxRssBytes(minutes) {
  return inTemporaryFolder(async (folder) => {
    const size = ['--targets', flags.targets, '--minutes', String(minutes)];
    await generateRecording(folder, [...size, '--out', 'data.jsonl']);
    const serving = ['--actors', '2', '--compare', 'none', '--quiet'];
    await runScript(folder, 'bin/aiops-serve.js', ['replay', 'data.jsonl', ...serving, '--out', 'out']);
    const summary = JSON.parse(readFileSync(join(folder, 'out/timing.json'), 'utf8'));
    console.log(
      `${summary.counts.minutes} minutes of ${flags.targets} targets: ` +
        `${(summary.usage.parent.maxRssBytes / 2 ** 20).toFixed(0)} MiB, ${(summary.elapsedMs / 1000).toFixed(1)} s`,
    );
    return summary.usage.parent.maxRssBytes;
  });
}

const short = await parentMaxRssBytes(Number(flags.minutes));
const long = await parentMaxRssBytes(10 * Number(flags.minutes));
console.log(`ten times as long takes ${(long / short).toFixed(2)} × the memory`);
