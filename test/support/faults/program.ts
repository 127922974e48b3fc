import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { finished, ROOT, type Finished } from '../cli.js';
import { MARK } from './marked-processes.js';

export interface ProgramRun {
  readonly cwd: string;
  readonly args: readonly string[];
  readonly stdin: Buffer;
  /** Marks it and all that it starts. */
  readonly mark: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** How a run is ended from outside. */
export interface Blow {
  readonly signal: 'SIGKILL' | 'SIGTERM';
  /** The whole process group: the program and its actors at once. */
  readonly group: boolean;
}

export interface TimedBlow extends Blow {
  /** After its start. */
  readonly afterMs: number;
}

/** Starts the program itself, by another one that makes its surroundings if there is one. */
export function startUnder(launcher: readonly string[], run: ProgramRun): ChildProcess {
  const [file = process.execPath, ...args] = [
    ...launcher,
    process.execPath,
    join(ROOT, 'bin/aiops-serve.js'),
    ...run.args,
  ];
  const child = spawn(file, args, {
    cwd: run.cwd,
    env: { ...process.env, ...run.env, [MARK]: run.mark },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true, // a group of its own
  });
  child.stdin.on('error', () => undefined); // it may end before it has read all
  child.stdin.end(run.stdin);
  return child;
}

/** Runs the program itself to its end, which a blow may hasten. */
export async function runProgram(run: ProgramRun, blow: TimedBlow | null = null): Promise<Finished> {
  const child = startUnder([], run);
  const result = finished(child);
  if (blow !== null) await strike(child, blow, result);
  return result;
}

async function strike(child: ChildProcess, blow: TimedBlow, result: Promise<unknown>): Promise<void> {
  const done = new AbortController();
  const ended = result.finally(() => done.abort());
  ended.catch(() => undefined); // whoever waits for the result hears of it
  await sleep(blow.afterMs, undefined, { signal: done.signal }).catch(() => undefined);
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  try {
    process.kill(blow.group ? -child.pid : child.pid, blow.signal);
  } catch {
    // it has ended just now
  }
}
