import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

import { temporaryFolder, type Finished } from './cli.js';
import { callCli } from './in-process.js';

/** Answers with the sum of its window; waits while there is a file called `wait`, from the value in it on. */
const SUMS = `
  import { existsSync, readFileSync } from 'node:fs';
  const sleep = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  export function createAnalyzer() {
    return {
      window: 3,
      predict: (items) => items.map(({ values }) => {
        while (existsSync('wait') && Math.max(...values) >= Number(readFileSync('wait', 'utf8'))) sleep();
        return { score: values.reduce((a, b) => a + b), anomaly: false, output: [] };
      }),
    };
  }`;

export const time = (minute: number): string =>
  new Date(Date.UTC(2018, 3, 30) + minute * 60_000).toISOString();
/** Two hosts; every tenth minute has a reject. */
export const rows = (from: number, to: number, hosts = ['a', 'b']): string =>
  Array.from({ length: to - from }, (_, i) => from + i)
    .flatMap((minute) => [
      ...hosts.map((host) => `${time(minute)},${host},${minute}\n`),
      ...(minute % 10 === 3 ? [`${time(minute)},c,much\n`] : []),
    ])
    .join('');
export const csv = (...given: Parameters<typeof rows>): string => `time,host,v\n${rows(...given)}`;
export const one = (from: number, to: number): string =>
  csv(from, to, [''])
    .replaceAll(',host,', ',')
    .replaceAll(/,(|c),/g, ',');

interface Runs {
  readonly cwd: string;
  /** Replays inputs into `out`. */
  readonly replay: (inputs: readonly string[], ...flags: string[]) => Promise<Finished>;
  /** Checks that `out` holds what a run over these inputs from the start gives. */
  readonly checkWhole: (inputs: readonly string[], ...flags: string[]) => Promise<void>;
}

export const replayArguments = (
  inputs: readonly string[],
  out: string,
  flags: readonly string[],
): string[] => [
  ...['replay', ...inputs, '--out', out, '--analyzer', 'sums.mjs', '--actors', '1', '--compare', 'none'],
  ...['--max-rejects', '50%', ...flags],
];

export function runsIn(t: TestContext, files: Readonly<Record<string, string>>): Runs {
  const cwd = temporaryFolder(t);
  for (const [name, text] of Object.entries({ 'sums.mjs': SUMS, ...files })) {
    mkdirSync(dirname(join(cwd, name)), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  const results = (out: string): string[] =>
    ['results.jsonl', 'rejects.jsonl'].map((name) => readFileSync(join(cwd, out, name), 'utf8'));
  return {
    cwd,
    replay: (inputs, ...flags) => callCli(replayArguments(inputs, 'out', flags), { cwd }),
    checkWhole: async (inputs, ...flags) => {
      const { status, stderr } = await callCli(replayArguments(inputs, 'whole', ['--restart', ...flags]), {
        cwd,
      });
      assert.equal(status, 0, stderr);
      assert.deepEqual(results('out'), results('whole'));
    },
  };
}
