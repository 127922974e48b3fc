import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, resolve } from 'node:path';

import { execa } from 'execa';

import { AiopsError } from '../core/errors.js';
import { sleep } from '../core/timer.js';
import { TOOLS, type ToolNeed } from './native/recipe.js';

type Environment = Readonly<Record<string, string | undefined>>;

export type ToolName = ToolNeed['name'];

/** A program that was found. */
export interface Tool {
  readonly path: string;
  /** Arguments that come before all others. */
  readonly prefix: readonly string[];
  /** As the program reports it. */
  readonly version: string;
}

/** Which tools were found, and which are missing, in the order of the recipe. */
export interface FoundTools {
  readonly found: ReadonlyMap<ToolName, Tool>;
  readonly missing: readonly { readonly need: ToolNeed; readonly reason: string }[];
}

/** Searches the PATH for each tool, and asks it for its version: one that does not run counts as missing. */
export async function findTools(
  names: readonly ToolName[],
  environment: Environment,
  signal: AbortSignal,
): Promise<FoundTools> {
  const found = new Map<ToolName, Tool>();
  const missing: FoundTools['missing'][number][] = [];
  for (const need of TOOLS.filter(({ name }) => names.includes(name))) {
    const tool = await findTool(need, environment, signal);
    if (typeof tool === 'string') missing.push({ need, reason: tool });
    else found.set(need.name, tool);
  }
  return { found, missing };
}

/** @throws AiopsError 'backend' that names every missing tool and how to get it */
export function requireAll({ missing }: FoundTools): void {
  if (missing.length === 0) return;
  const lines = missing.flatMap(({ need, reason }) => [
    `  ${need.title} (${need.why}): ${reason}`,
    ...need.howToGet.map((line) => `    ${line}`),
  ]);
  throw new AiopsError('backend', `native install needs tools that are missing:\n${lines.join('\n')}`, {
    hint: 'or do without: --backend wasm needs no install',
  });
}

async function findTool(
  need: ToolNeed,
  environment: Environment,
  signal: AbortSignal,
): Promise<Tool | string> {
  const chosen = need.name === 'compiler' ? (environment['CXX'] ?? '').trim() : '';
  const candidates = chosen === '' ? need.programs.map((program) => [program]) : [chosen.split(/\s+/)];
  let reason = chosen === '' ? 'not found' : `CXX is ${chosen}, which was not found`;
  for (const [program = '', ...own] of candidates) {
    const path = programPath(program, environment['PATH'] ?? '');
    if (path === null) continue;
    const prefix = [...own, ...need.prefix];
    const { failed, stdout, stderr } = await execa(path, [...prefix, '--version'], {
      stdin: 'ignore',
      reject: false,
      timeout: 60_000,
      cancelSignal: signal,
    });
    if (!failed) return { path, prefix, version: firstLine(stdout) };
    reason = `${[path, ...prefix].join(' ')} does not run: ${firstLine(stderr) || 'no reason given'}`;
  }
  return reason;
}

function programPath(program: string, searchPath: string): string | null {
  if (program.includes('/')) return isProgram(program) ? resolve(program) : null;
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => resolve(folder, program)).find(isProgram) ?? null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

export interface ToolRun {
  readonly cwd: string;
  /** Its folder for temporary files, so that none outlives a failed install. */
  readonly temporary: string;
  readonly signal: AbortSignal;
}

/** How much of a failing tool's output to show. */
const LAST_LINES = 15;
/** How long a tool may take to end after SIGTERM. */
const FORCE_AFTER_MS = 2000;
/** Ctrl-C reaches a tool as well, which may end before our own signal handler runs. */
const SIGNAL_LAG_MS = 100;

/**
 * Runs a tool to its end.
 *
 * @param hint what to do if it fails
 * @throws AiopsError 'tool_failed' with the last lines it printed, 'interrupted'
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
  const output = result.all.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  const how =
    result.exitCode === undefined
      ? (result.originalMessage ?? `was killed by ${result.signal ?? 'a signal'}`)
      : `failed (exit status ${result.exitCode})`;
  const command = [tool.path, ...tool.prefix, args[0] ?? ''].join(' ');
  throw new AiopsError('tool_failed', `${command} ${how}${output === '' ? '' : `:\n${output}`}`, { hint });
}
