import { execa } from 'execa';

import { sleep } from '../core/timer.js';
import { AiopsError } from '../core/errors.js';

/** A program that was found, and what comes before its other arguments. */
export interface Tool {
  readonly path: string;
  readonly prefix: readonly string[];
  /** As it reports it. */
  readonly version: string;
}

export interface ToolRun {
  readonly cwd: string;
  /** Where it may keep what it needs for the moment, so that nothing of it outlives a failed install. */
  readonly temporary: string;
  readonly signal: AbortSignal;
}

/** How much of a failing tool's output is shown. */
const LAST_LINES = 15;
/** A tool that does not end when asked to is ended. */
const FORCE_AFTER_MS = 2000;
/** Ctrl-C reaches a tool before us: its end may be seen before our own signal. */
const SIGNAL_LAG_MS = 100;

/**
 * Runs a tool to its end.
 *
 * @param hint what to do if it fails
 * @throws AiopsError 'tool_failed' with the last lines that it printed, 'interrupted'
 */
export async function runTool(
  tool: Tool,
  args: readonly string[],
  run: ToolRun,
  hint: string,
): Promise<void> {
  const result = await execa(tool.path, [...tool.prefix, ...args], {
    cwd: run.cwd,
    env: { TMPDIR: run.temporary },
    stdin: 'ignore',
    all: true,
    reject: false,
    cancelSignal: run.signal,
    forceKillAfterDelay: FORCE_AFTER_MS,
  });
  if (!result.failed) return;
  await sleep(SIGNAL_LAG_MS);
  if (run.signal.aborted) throw new AiopsError('interrupted', 'interrupted');
  const said = result.all.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  const how =
    result.exitCode === undefined
      ? (result.originalMessage ?? `was ended by ${result.signal ?? 'a signal'}`)
      : `failed (exit status ${result.exitCode})`;
  const command = [tool.path, ...tool.prefix, args[0] ?? ''].join(' ');
  throw new AiopsError('tool_failed', `${command} ${how}${said === '' ? '' : `:\n${said}`}`, { hint });
}
