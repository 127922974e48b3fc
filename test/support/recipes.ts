import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

import { ROOT } from './cli.js';
import { fencedBlocks, sectionOf } from './markdown.js';
import { until } from './wait.js';

/** The code blocks of a section of docs/schedulers.md in one language. */
export function recipe(heading: string, language: string): string[] {
  const section = sectionOf(readFileSync(join(ROOT, 'docs/schedulers.md'), 'utf8'), heading);
  const blocks = fencedBlocks(section, language);
  assert.ok(blocks.length > 0, `${heading} has commands`);
  return blocks;
}

/** An environment in which `aiops-serve` is the program itself, also for programs that a shell starts. */
export function withProgram(cwd: string): Record<string, string> {
  const bin = join(cwd, 'bin');
  mkdirSync(bin);
  const path = join(bin, 'aiops-serve');
  const script = `
echo $$ >> '${join(cwd, 'started')}-'"$1-\${3:-}"
exec '${process.execPath}' '${join(ROOT, 'bin/aiops-serve.js')}' "$@"
`;
  writeFileSync(path, `#!/bin/sh${script}`);
  chmodSync(path, 0o755);
  return { PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
}

/** How often each of so many slices was started, in a folder that `withProgram` made. */
export const attemptsOf = (cwd: string, slices: number): number[] =>
  Array.from({ length: slices }, (_, i) => attemptsAt(cwd, i + 1).length);

export interface RunningSlice {
  readonly slice: number;
  readonly pid: number;
}

/** Waits for a slice that writes its part, and is none of those. */
export async function sliceAtWork(cwd: string, except: readonly number[] = []): Promise<RunningSlice> {
  const found: RunningSlice[] = [];
  await until('a slice is at work', () => {
    for (const slice of slicesAtWork(cwd)) {
      const pid = attemptsAt(cwd, slice).at(-1);
      if (pid !== undefined && !except.includes(slice) && isSlice(pid, slice)) found.push({ slice, pid });
    }
    return found.length > 0;
  });
  return found[0]!;
}

/** Process ids, oldest first. */
function attemptsAt(cwd: string, slice: number): number[] {
  const path = join(cwd, `started-slice-${slice}`);
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n').map(Number) : [];
}

/** By the parts that they write. */
function slicesAtWork(cwd: string): number[] {
  const parts = join(cwd, 'run/parts');
  const names = existsSync(parts) ? readdirSync(parts) : [];
  return names.flatMap((name) => (name.endsWith('.tmp') ? [Number.parseInt(name.slice(1), 10)] : []));
}

/** False also if that process has ended, and another has its id. */
function isSlice(pid: number, slice: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`plan.json\0${slice}\0`);
  } catch {
    return false;
  }
}

/** Asserts that the run in `run` wrote the bytes of the one in `local`. */
export function assertSameRun(cwd: string): void {
  for (const name of ['results.jsonl', 'rejects.jsonl']) {
    const [found, expected] = ['run', 'local'].map((folder) => readFileSync(join(cwd, folder, name), 'utf8'));
    assert.ok(found === expected, `${name} is that of a local run`);
  }
}
